"""The cells of a source notebook as plain data, and what stands in for a gradebook of them.

A worker gets this instead of the instructor's database: nbgrader's own preprocessors then
restore a submission from a private gradebook that holds no student and no mark.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from types import SimpleNamespace
from typing import Any, Self

from nbgrader.api import MissingEntry

from autograder.grade.kept import standing_in


@dataclass(frozen=True)
class CellSource:
    """A locked, graded or solution cell as the instructor wrote it."""

    grade_id: str
    cell_type: str
    locked: bool
    source: str
    checksum: str | None
    grade: bool
    solution: bool
    task: bool
    points: float | None

    def metadata(self) -> dict[str, Any]:
        """What nbgrader keeps in the cell's metadata."""
        content: dict[str, Any] = {
            "schema_version": 3,
            "grade_id": self.grade_id,
            "cell_type": self.cell_type,
            "locked": self.locked,
            "grade": self.grade,
            "solution": self.solution,
            "task": self.task,
            "checksum": self.checksum,
        }
        if self.points is not None:
            content["points"] = self.points
        return {name: value for name, value in content.items() if value is not None}


@dataclass(frozen=True)
class NotebookSource:
    """A source notebook in the gradebook: its kernel and its cells, in order."""

    name: str
    kernelspec: str
    cells: tuple[CellSource, ...]

    @property
    def grade_ids(self) -> frozenset[str]:
        """The names of the cells."""
        return frozenset(cell.grade_id for cell in self.cells)

    @property
    def fingerprint(self) -> str:
        """Differs when anything that a submission is restored from differs."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def from_gradebook(notebook: Any) -> NotebookSource:
    """Read a notebook of nbgrader's gradebook (nbgrader.api.Notebook)."""
    points = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
    tasks = {cell.name: float(cell.max_score) for cell in notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    cells = tuple(
        CellSource(
            grade_id=cell.name,
            cell_type=cell.cell_type,
            locked=bool(cell.locked),
            source=cell.source or "",
            checksum=cell.checksum,
            grade=cell.name in points,
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=points.get(cell.name, tasks.get(cell.name)),
        )
        for cell in notebook.source_cells
    )
    return NotebookSource(notebook.name, notebook.kernelspec or "{}", cells)


@contextmanager
def private_gradebook(source: NotebookSource) -> Iterator[str]:
    """A gradebook that holds only this notebook, in memory; yields its database URL."""
    with standing_in(_PlainGradebook(source)) as url:
        yield url


class _PlainGradebook:
    """As much of nbgrader's Gradebook as restoring a submission asks for."""

    def __init__(self, source: NotebookSource) -> None:
        rows = [_row(cell) for cell in source.cells]
        self._cells = {row.name: row for row in rows}
        self._notebook = SimpleNamespace(
            name=source.name,
            kernelspec=source.kernelspec,
            source_cells=rows,
            grade_cells=[row for row in rows if row.grade],
            solution_cells=[row for row in rows if row.solution],
            task_cells=[row for row in rows if row.task],
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to close."""

    def find_notebook(self, *_: str) -> SimpleNamespace:
        return self._notebook

    def find_source_cell(self, name: str, *_: str) -> SimpleNamespace:
        if name not in self._cells:
            raise MissingEntry(f"There is no cell {name}.")
        return self._cells[name]

    find_graded_cell = find_source_cell


def _row(cell: CellSource) -> SimpleNamespace:
    """A cell as nbgrader's tables hold it."""
    return SimpleNamespace(**asdict(cell), name=cell.grade_id, max_score=cell.points)
