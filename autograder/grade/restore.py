"""Give a submission back the cells that are not its student's to change.

nbgrader's own preprocessors do it; `RestoreCells`, before them, mends what would make them
give up: changed or foreign cell metadata, copies of a cell, cells that were deleted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
)
from traitlets.config import Config

from autograder.grade.kept import kept_gradebook
from autograder.grade.source_cells import (
    CellSource,
    NotebookSource,
    from_gradebook,
    private_gradebook,
)

Resources = dict[str, Any]

# That a test cell lacks its hidden tests is how it should be, not news.
_QUIET = logging.Logger("restore", logging.CRITICAL)


class RestoreCells(NbGraderPreprocessor):
    """Makes every cell carry the source's nbgrader metadata, once each.

    Missing cells come back when OverwriteCells.add_missing_cells is set.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Restore from the gradebook that `resources` names."""
        where = resources["nbgrader"]
        with kept_gradebook(where["db_url"]) as gradebook:
            found = gradebook.find_notebook(where["notebook"], where["assignment"])
            source = from_gradebook(found)
        restore_metadata(nb, source)
        if self.config.OverwriteCells.get("add_missing_cells", False):
            add_missing_cells(nb, source)
        return nb, resources


# What a submission goes through before it runs: nbgrader's list, after ours.
PREPROCESSORS = (
    ClearOutput,
    RestoreCells,
    DeduplicateIds,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
)


def restore(
    nb: NotebookNode,
    assignment: str,
    source: NotebookSource,
    settings: Mapping[str, Mapping[str, Any]],
) -> NotebookNode:
    """`nb` with the source's locked cells and hidden tests, ready to run.

    settings: nbgrader's, by class.
    """
    config = Config({name: dict(values) for name, values in settings.items()})
    with private_gradebook(source) as url:
        where = {"notebook": source.name, "assignment": assignment, "db_url": url}
        resources: Resources = {"nbgrader": {**where, "student": ""}}
        for preprocessor in PREPROCESSORS:
            nb, resources = preprocessor(config=config, log=_QUIET)(nb, resources)
    return nb


def restore_metadata(nb: NotebookNode, source: NotebookSource) -> None:
    """Give each cell of the source its metadata back; take it from every other cell.

    Of copies, the last one counts, as with nbgrader.
    """
    sources = {cell.grade_id: cell for cell in source.cells}
    for cell in reversed(nb.cells):
        original = sources.pop(_grade_id(cell), None)
        cell.metadata.pop("nbgrader", None)
        if original is not None:
            cell.metadata["nbgrader"] = NotebookNode(original.metadata())


def _grade_id(cell: NotebookNode) -> str:
    metadata = cell.metadata.get("nbgrader")
    return str(metadata.get("grade_id")) if isinstance(metadata, Mapping) else ""


def add_missing_cells(nb: NotebookNode, source: NotebookSource) -> None:
    """Put every deleted cell that is not only an answer back, after the one it followed."""
    present = {_grade_id(cell) for cell in nb.cells}
    before: list[str] = []
    for cell in source.cells:
        if cell.grade_id not in present and (cell.grade or cell.task or cell.locked):
            nb.cells.insert(_place_after(nb, before), _new_cell(cell))
        before.append(cell.grade_id)


def _place_after(nb: NotebookNode, before: Iterable[str]) -> int:
    places = {_grade_id(cell): index for index, cell in enumerate(nb.cells)}
    return max((places[name] + 1 for name in before if name in places), default=0)


def _new_cell(cell: CellSource) -> NotebookNode:
    make: Callable[..., NotebookNode] = (
        new_code_cell if cell.cell_type == "code" else new_markdown_cell
    )
    return make(cell.source, metadata={"nbgrader": cell.metadata()})
