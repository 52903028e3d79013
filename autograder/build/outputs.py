"""The outputs of an executed lesson: what stays, and what no lesson may put out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode

from autograder.build import notebook
from autograder.build.rules import Problem

# A live widget: a picture of its state is of no use without its kernel.
_DROPPED_MIMES = ("application/vnd.jupyter.widget-view+json",)
# A picture's size and its words for who can't see it; no other metadata of an output is kept.
_PICTURE_METADATA = ("alt", "height", "width")
_CHANGING = {
    "a memory address": re.compile(r"\bat 0x[0-9a-fA-F]{6,16}\b|\b0x[57][0-9a-fA-F]{11}\b"),
    "a path of this machine": re.compile(
        r"/\S*/site-packages/|(?:/(?:home|root|Users)/|[A-Z]:\\Users\\)\S+"
    ),
    "the name of a temporary file": re.compile(r"ipykernel_\d+|<ipython-input-"),
}
# How Python names a line of a cell when it warns.
_OWN_WARNING = re.compile(r".*/ipykernel_\d+/\d+\.py:(\d+): (.*)")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def clean(nb: NotebookNode) -> NotebookNode:
    """The executed notebook with nothing in it that the next run would give otherwise."""
    cells = [_clean_cell(cell) for cell in nb.cells]
    code = (cell for cell in cells if cell.cell_type == "code")
    for count, cell in enumerate(code, 1):
        cell.execution_count = count
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count
    return notebook.assemble(cells)


def problems(nb: NotebookNode) -> Iterator[Problem]:
    """What the outputs of a lesson hold that they must not, cell by cell."""
    for index, cell in enumerate(nb.cells):
        for output in cell.get("outputs", []):
            yield from _warned(index, output)
            yield from _raised(index, output)
            yield from _changing(index, output)


def plain(text: str) -> str:
    """Text without the colors of a terminal."""
    return _ANSI.sub("", text)


def _clean_cell(cell: NotebookNode) -> NotebookNode:
    kept = {"id": cell.id, "cell_type": cell.cell_type, "source": cell.source}
    kept["metadata"] = notebook.keep_cell_metadata(cell)
    if cell.get("attachments"):
        kept["attachments"] = cell.attachments
    if cell.cell_type == "code":
        kept["execution_count"] = None
        kept["outputs"] = [out for out in map(_clean_output, cell.outputs) if out]
    return notebook.node(kept)


def _clean_output(output: NotebookNode) -> dict[str, Any] | None:
    """The output as it may stay; None when only a live widget was in it."""
    kept = {key: value for key, value in output.items() if key != "transient"}
    if "data" not in kept:
        return kept
    kept["data"] = {mime: v for mime, v in output.data.items() if mime not in _DROPPED_MIMES}
    sizes = {mime: _picture_metadata(output.metadata.get(mime)) for mime in kept["data"]}
    kept["metadata"] = {mime: size for mime, size in sizes.items() if size}
    return kept if kept["data"] else None


def _picture_metadata(metadata: Any) -> dict[str, Any]:
    known = metadata if isinstance(metadata, dict) else {}
    return {key: known[key] for key in _PICTURE_METADATA if key in known}


def _warned(index: int, output: NotebookNode) -> Iterator[Problem]:
    if _is_stderr(output):
        first = plain(output.text).strip().partition("\n")[0]
        own = _OWN_WARNING.fullmatch(first)
        line, first = (int(own[1]), own[2]) if own else (None, first)
        remedy = (
            "A lesson runs without warnings: mend the call, or show the warning by "
            "warnings.catch_warnings(record=True) and print"
        )
        yield Problem(index, f"it wrote to stderr: {first}", remedy, line)


def _raised(index: int, output: NotebookNode) -> Iterator[Problem]:
    """A cell tagged raises-exception runs on, and its traceback is full of this machine."""
    if output.output_type == "error":
        remedy = "Catch it and print what it says"
        yield Problem(index, f"it shows the traceback of {output.ename}", remedy)


def _is_stderr(output: NotebookNode) -> bool:
    return bool(output.output_type == "stream" and output.name == "stderr")


def _changing(index: int, output: NotebookNode) -> Iterator[Problem]:
    for what, pattern in _CHANGING.items():
        match = None if _is_stderr(output) else pattern.search(_text(output))
        if match:
            remedy = "Print what is the same in every run"
            yield Problem(index, f"its output holds {what} ({match[0]})", remedy)


def _text(output: NotebookNode) -> str:
    """What the output says in words; pictures and errors (which have ended the run) aside."""
    data = output.get("data", {})
    words = [value for mime, value in data.items() if mime.startswith("text/")]
    return plain("\n".join([output.get("text", ""), *words]))
