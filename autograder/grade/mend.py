"""Put a notebook's structure right in place, without touching what a student wrote."""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode

_TYPES = ("code", "markdown", "raw")
# From the source notebook or the kernel, never from the student.
_OVERWRITTEN = ("kernelspec", "language_info", "authors", "title", "orig_nbformat")
_KEPT = ("cell_type", "id", "metadata", "source", "attachments")


def mend_cells(nb: NotebookNode) -> list[str]:
    """Bring `nb` (changed in place) to format 4.5; return what was out of order."""
    nb.nbformat, nb.nbformat_minor = 4, 5
    nb.metadata = _mapping(nb.get("metadata"))
    for key in _OVERWRITTEN:
        nb.metadata.pop(key, None)
    cells = [_mended(cell) for cell in nb.cells if isinstance(cell, NotebookNode)]
    repairs = [] if len(cells) == len(nb.cells) else ["dropped what is not a cell"]
    if _renew_ids(cells):
        repairs.append("gave cells with the same id new ones")
    nb.cells = cells
    for key in set(nb) - {"cells", "metadata", "nbformat", "nbformat_minor"}:
        del nb[key]
    return repairs


def _mapping(value: Any) -> NotebookNode:
    return value if isinstance(value, NotebookNode) else NotebookNode()


def _mended(cell: NotebookNode) -> NotebookNode:
    kind = cell.get("cell_type")
    mended = NotebookNode({key: cell[key] for key in _KEPT if key in cell})
    mended.cell_type = kind if kind in _TYPES else "raw"
    mended.metadata = _plain_metadata(_mapping(cell.get("metadata")))
    mended.source = _text(cell.get("source"))
    if mended.cell_type == "code":
        mended.outputs, mended.execution_count = [], None
        mended.pop("attachments", None)
    elif not isinstance(mended.get("attachments", {}), dict):
        del mended["attachments"]
    return mended


def _plain_metadata(metadata: NotebookNode) -> NotebookNode:
    # Of a cell's metadata, only nbgrader's means anything to a grader. The rest can fail the
    # schema (an extension's notes) or keep a test from running (the tag skip-execution).
    kept = NotebookNode()
    if isinstance(metadata.get("nbgrader"), NotebookNode):
        kept.nbgrader = metadata.nbgrader
    return kept


def _text(source: Any) -> str:
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))


def _renew_ids(cells: list[NotebookNode]) -> bool:
    seen: set[str] = set()
    repeated = False
    for number, cell in enumerate(cells):
        given = cell.get("id") if _valid_id(cell.get("id")) else None
        repeated = repeated or given in seen
        if given is None or given in seen:
            cell.id = _unused_id(number, seen)
        seen.add(cell.id)
    return repeated


def _unused_id(number: int, seen: set[str]) -> str:
    name = f"cell-{number}"
    while name in seen:
        name += "-"
    return name


def _valid_id(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value) is not None
