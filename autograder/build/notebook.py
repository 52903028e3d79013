"""A built notebook as data: which of its metadata stays, its text as bytes, its stamp.

The stamp is kept in the notebook's metadata. It says what the cells and the outputs were
when the notebook was built, so that an edit by hand is seen without running anything.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.errors import BuildError

STAMP = "pytorch_mechanics"
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# `deletable` and `editable` are what nbgrader's LockCells writes into a release.
CELL_METADATA = ("nbgrader", "tags", "deletable", "editable")


def node(content: Mapping[str, Any]) -> NotebookNode:
    """A mapping as nbformat's own kind."""
    made: NotebookNode = nbformat.from_dict(content)
    return made


def assemble(cells: Sequence[NotebookNode]) -> NotebookNode:
    """A notebook of these cells, its metadata that of every built notebook before its stamp.

    nbformat's own new_notebook would put other ids in the place of two that are the same.
    """
    metadata = {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    return node({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def keep_cell_metadata(cell: NotebookNode) -> NotebookNode:
    """Only the keys of the allow-list, and no empty ones."""
    kept = {key: cell.metadata[key] for key in CELL_METADATA if key in cell.metadata}
    if not kept.get("tags", True):
        del kept["tags"]
    return node(kept)


def authored(nb: NotebookNode) -> list[dict[str, Any]]:
    """What a person writes in a notebook: each cell's type, text and allowed metadata.

    Ids are left out: Jupyter gives new ones to a cell that is moved or split.
    """
    return [
        {
            "cell_type": cell.cell_type,
            "source": cell.source.strip("\n"),
            "metadata": keep_cell_metadata(cell),
            "attachments": cell.get("attachments", {}),
        }
        for cell in nb.cells
    ]


def stamp(nb: NotebookNode) -> None:
    """Write down what the notebook is now."""
    nb.metadata[STAMP] = {"cells": _digest(authored(nb)), "outputs": _digest(_outputs(nb))}


def cells_edited(nb: NotebookNode) -> bool:
    """Whether a cell is not as it was built (true for a notebook without a stamp)."""
    return bool(_stamped(nb, "cells") != _digest(authored(nb)))


def was_built_from(nb: NotebookNode, expected: NotebookNode) -> bool:
    """Whether the cells of `expected` are those that the notebook was built with."""
    return bool(_stamped(nb, "cells") == _digest(authored(expected)))


def outputs_edited(nb: NotebookNode) -> bool:
    """Whether an output is not as it was built."""
    return bool(_stamped(nb, "outputs") != _digest(_outputs(nb)))


def dumps(nb: NotebookNode) -> str:
    """The notebook's text: sorted keys, fixed version, one newline at the end."""
    nb.nbformat, nb.nbformat_minor = 4, 5
    text: str = nbformat.writes(nb, version=nbformat.NO_CONVERT)
    return text.rstrip("\n") + "\n"


def load(path: Path) -> NotebookNode:
    """A built notebook. BuildError when it is not one (a conflict of a merge, a stray edit)."""
    try:
        nb: NotebookNode = nbformat.v4.reads(_checked(path.read_text(encoding="utf-8")))
        _give_ids(nb)
        nbformat.validate(nb)
    except (ValueError, LookupError, AttributeError, TypeError, nbformat.ValidationError) as error:
        raise BuildError(
            f"{path} is not a notebook: {str(error).splitlines()[0]}. "
            "Restore it (`git checkout`) or delete it, then run `autograder build`."
        ) from error
    return nb


def _checked(text: str) -> str:
    """The text, if it is JSON in the outline of a notebook; nbformat reads on from there."""
    content = json.loads(text)
    if not isinstance(content, dict) or content.get("nbformat") != 4:
        raise ValueError('it has no "nbformat": 4')
    cells = content.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise ValueError("it has no list of cells")
    return text


def _give_ids(nb: NotebookNode) -> None:
    """Ids for the cells of a program that writes none, or one twice."""
    nb.nbformat_minor, seen = 5, set()
    for index, cell in enumerate(nb.cells, 1):
        if cell.get("id") in seen or not cell.get("id"):
            cell.id = f"unnamed-{index}"
        seen.add(cell.id)


def write(path: Path, text: str) -> None:
    """Put `text` in the place of the file at once, and only if it differs."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8", newline="\n")
    os.replace(partial, path)


def _outputs(nb: NotebookNode) -> list[Any]:
    return [cell.outputs for cell in nb.cells if cell.cell_type == "code"]


def _stamped(nb: NotebookNode, key: str) -> Any:
    found = nb.metadata.get(STAMP)
    return found.get(key) if isinstance(found, dict) else None


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
