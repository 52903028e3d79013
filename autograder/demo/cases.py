"""The demonstration class: each case as a submitted notebook, with the mark expected of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

FIRST = "+first"  # the title of a cell that stands before all others
_TITLE = re.compile(r"^# %% (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """One student. score is None where no mark can be given."""

    student: str
    about: str
    start: str  # "release", "reference" or "truncated"
    answers: dict[str, str]
    score: float | None


def cases() -> list[Case]:
    """The class, by name."""
    folders = Path(str(files("autograder.demo"))) / "class"
    return [_case(folder) for folder in sorted(folders.iterdir()) if folder.is_dir()]


def _case(folder: Path) -> Case:
    case = json.loads((folder / "case.json").read_text("utf-8"))
    written = folder / "answers.py"
    answers = _cells(written.read_text("utf-8")) if written.exists() else {}
    return Case(folder.name, case["about"], case["start"], answers, case["score"])


def _cells(text: str) -> dict[str, str]:
    """The sources of py:percent cells, by title."""
    _, *parts = _TITLE.split(text)
    return {title: source.strip() for title, source in zip(parts[::2], parts[1::2], strict=True)}


def submission(case: Case, release: Path, source: Path) -> bytes:
    """The bytes that the student hands in."""
    nb = nbformat.read(release, as_version=4)
    answers = dict(case.answers)
    if case.start == "reference":
        answers = {**_solutions(nbformat.read(source, as_version=4)), **answers}
    _write_answers(nb, answers)
    data: bytes = nbformat.writes(nb).encode()
    return data[: len(data) // 2] if case.start == "truncated" else data


def _write_answers(nb: NotebookNode, answers: dict[str, str]) -> None:
    for cell in nb.cells:
        answer = answers.pop(_solution_id(cell), None)
        if answer is not None:
            cell.source = answer
    first = answers.pop(FIRST, None)
    if first is not None:
        nb.cells.insert(0, new_code_cell(first))
    if answers:
        raise ValueError(f"the lesson has no exercise {sorted(answers)[0]!r}")


def _solutions(nb: NotebookNode) -> dict[str, str]:
    return {_solution_id(cell): cell.source for cell in nb.cells if _solution_id(cell)}


def _solution_id(cell: NotebookNode) -> str:
    marks = cell.metadata.get("nbgrader", {})
    return str(marks["grade_id"]) if marks.get("solution") else ""
