"""Reading lessons/NN_topic/lesson.py: cells in py:percent, as jupytext reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from autograder.build import notebook
from autograder.build.layout import Place
from autograder.errors import LessonError

# The marker of a cell, as jupytext's percent format takes it.
_MARKER = re.compile(r"\s*#\s*%%%*(\s.*)?")


@dataclass(frozen=True)
class Block:
    """The lines of one cell in the lesson's text, its marker first. line: counted from 1."""

    line: int
    lines: tuple[str, ...]

    @property
    def marker(self) -> str:
        """The line that opens the cell and carries its metadata."""
        return self.lines[0]

    @property
    def blank_after(self) -> int:
        """How many empty lines part it from the next cell."""
        body = "\n".join(self.lines)
        return len(body) - len(body.rstrip("\n"))


@dataclass(frozen=True)
class Lesson:
    """A lesson's text, and the notebook that it is, not yet executed."""

    place: Place
    header: tuple[str, ...]
    blocks: tuple[Block, ...]
    nb: NotebookNode

    @cached_property
    def name(self) -> str:
        """The lesson as messages name it."""
        return self.place.shown(self.place.lesson)

    def where(self, cell: int, line: int | None = None) -> str:
        """A cell (index from 0), or a line of it (from 1), as messages name it."""
        at = self.blocks[cell].line if line is None else self._first_line(cell) + line - 1
        return f"{self.name}, cell {cell + 1} (line {at})"

    def _first_line(self, cell: int) -> int:
        block = self.blocks[cell]
        leading = next((i for i, text in enumerate(block.lines[1:]) if text.strip()), 0)
        return block.line + 1 + leading


def read(place: Place) -> Lesson:
    """The lesson of a place. LessonError when it is not py:percent text."""
    return parse(place, text_of(place, place.lesson))


def text_of(place: Place, path: Path) -> str:
    """The text of a lesson's file. LessonError when it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        name = place.shown(path)
        raise LessonError(f"{name} is not UTF-8 text ({error}). Save it as UTF-8.") from error


def parse(place: Place, text: str) -> Lesson:
    """The lesson that `text` is."""
    header, blocks, raw = cells(place.shown(place.lesson), text)
    named = [_cell(cell, index) for index, cell in enumerate(raw)]
    return Lesson(place, header, blocks, notebook.assemble(named))


def cells(name: str, text: str) -> tuple[tuple[str, ...], tuple[Block, ...], list[NotebookNode]]:
    """The header, the blocks and the cells of py:percent text; `name` is for the messages."""
    header, blocks = split(text)
    _refuse_other_formats(name, header, blocks)
    raw = jupytext.reads("\n".join(line for b in blocks for line in b.lines), fmt="py:percent")
    if len(raw.cells) != len(blocks):
        raise LessonError(
            f"{name} has {len(blocks)} lines that open a cell (# %%), and {len(raw.cells)} cells. "
            "A line in a string begins with # %%: write it in another way."
        )
    return header, blocks, list(raw.cells)


def split(text: str) -> tuple[tuple[str, ...], tuple[Block, ...]]:
    """A lesson's lines before its first cell, and those of each cell."""
    lines = text.replace("\r\n", "\n").split("\n")
    starts = [index for index, line in enumerate(lines) if _MARKER.fullmatch(line)]
    if not starts:
        return tuple(lines), ()
    ends = [*starts[1:], len(lines)]
    blocks = [Block(a + 1, tuple(lines[a:b])) for a, b in zip(starts, ends, strict=True)]
    return tuple(lines[: starts[0]]), tuple(blocks)


def same_header(one: str, other: str) -> bool:
    """Whether two markers give a cell the same type and metadata."""
    cells = [jupytext.reads(marker + "\n", fmt="py:percent").cells for marker in (one, other)]
    (a,), (b,) = cells
    metadata = [notebook.keep_cell_metadata(cell) for cell in (a, b)]
    return bool(a.cell_type == b.cell_type and metadata[0] == metadata[1])


def _refuse_other_formats(name: str, header: tuple[str, ...], blocks: tuple[Block, ...]) -> None:
    code = [i for i, line in enumerate(header, 1) if line.strip() and not line.startswith("#")]
    if blocks and not code:
        return
    what = f"line {code[0]} stands before the first cell" if blocks else "no line opens a cell"
    raise LessonError(
        f"{name} is not py:percent: {what}. Open each cell with a line `# %%` "
        "or `# %% [markdown]`; `jupytext --to py:percent` converts a notebook."
    )


def _cell(cell: NotebookNode, index: int) -> NotebookNode:
    """The cell with the metadata that may stay, and an id that is always the same."""
    # Kept for the rules: jupytext's word for a header that it can't read.
    bad = cell.metadata.get("incorrectly_encoded_metadata")
    cell.metadata = notebook.keep_cell_metadata(cell)
    if bad is not None:
        cell.metadata["incorrectly_encoded_metadata"] = bad
    nbgrader = cell.metadata.get("nbgrader")
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    # A grade_id has no hyphen (see rules), so the two kinds of id can't meet.
    cell.id = grade_id if isinstance(grade_id, str) and grade_id else f"cell-{index + 1}"
    return cell
