"""`build --adopt`: carry an edit made in a built notebook back into its lesson's text.

The lines of a cell that nobody touched stay as they are, to the byte.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import jupytext
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from autograder.build import edits, lesson, notebook, release
from autograder.build.edits import Built
from autograder.build.layout import Place, select
from autograder.build.lesson import Block, Lesson
from autograder.errors import BuildError

_NO_HEADER = {"jupytext": {"notebook_metadata_filter": "-all", "cell_metadata_filter": "all"}}
_PERCENT = {"extension": ".py", "format_name": "percent"}


def adopt(course_dir: Path, names: Sequence[str] = ()) -> list[str]:
    """Write each edit into its lesson; a unified diff for each lesson changed.

    BuildError when an edit can't be carried; then no lesson is changed.
    """
    changed = [found for place in select(course_dir, names) if (found := _adopted(place))]
    for place, _, new in changed:
        notebook.write(place.lesson, new)
    return [_diff(place, old, new) for place, old, new in changed]


def _adopted(place: Place) -> tuple[Place, str, str] | None:
    text = lesson.read(place)
    found = edits.by_hand(text)
    if not found:
        return None
    _refuse_two(place, found)
    (built,) = found
    _refuse_conflict(text, built)
    if built.path == place.release:
        _refuse_what_is_generated(place, built)
    old = place.lesson.read_text(encoding="utf-8").replace("\r\n", "\n")
    new = _rewritten(text, built)
    _refuse_loss(text, built, new)
    return place, old, new


def _rewritten(text: Lesson, built: Built) -> str:
    """The lesson with the notebook's cells: its own lines where a cell is as it was."""
    old = {
        cell.id: (block, own, cell)
        for block, own, cell in zip(text.blocks, text.nb.cells, built.expected.cells, strict=True)
    }
    lines = list(text.header)
    for cell in built.nb.cells:
        block, own, before = old.get(cell.id, (None, None, None))
        if block and _same(cell, before):
            lines += block.lines
        else:
            released = built.path == text.place.release
            lines += _rendered(cell, block, own if released else None)
    return "\n".join(lines).rstrip("\n") + "\n"


def _same(cell: NotebookNode, before: NotebookNode | None) -> bool:
    pair = [notebook.authored(new_notebook(cells=[one])) for one in (cell, before) if one]
    return len(pair) == 2 and pair[0] == pair[1]


def _rendered(cell: NotebookNode, block: Block | None, own: NotebookNode | None) -> list[str]:
    """A cell's lines as jupytext writes them, with the marker and the style that it had.

    own: where the metadata is the lesson's, not the notebook's (a release has nbgrader's).
    """
    allowed = own.metadata if own else cell.metadata
    kept = {key: allowed[key] for key in ("nbgrader", "tags") if key in allowed}
    if block and block.lines[1:] and block.lines[1].startswith('"""'):
        kept["cell_marker"] = '"""'
    bare = notebook.node({**cell, "metadata": kept})
    written = jupytext.writes(new_notebook(cells=[bare], metadata=_NO_HEADER), fmt=_PERCENT)
    lines = written.rstrip("\n").split("\n")
    if block and lesson.same_header(block.marker, lines[0]):
        lines[0] = block.marker
    return [*lines, *[""] * (block.blank_after if block else 1)]


def _refuse_two(place: Place, found: Sequence[Built]) -> None:
    if len(found) > 1:
        raise BuildError(
            f"{place.shown(place.source)} and {place.shown(place.release)} were both edited by "
            "hand. Drop the edit in one with `git checkout`, and adopt the other."
        )


def _refuse_conflict(text: Lesson, built: Built) -> None:
    if built.lesson_moved_on:
        name = text.place.shown(built.path)
        raise BuildError(
            f"{name} was edited by hand, and {text.name} has changed since it was built: what is "
            f"newer can't be told. Carry the edit over by hand, then `git checkout {name}`."
        )


def _refuse_what_is_generated(place: Place, built: Built) -> None:
    """Stubs and the visible part of tests are nbgrader's work: they say less than the lesson."""
    now = {cell.id: cell for cell in built.nb.cells}
    for cell in built.expected.cells:
        meta = cell.metadata.get("nbgrader", {})
        generated = meta.get("solution") or meta.get("grade")
        if generated and not _same(cell, now.get(cell.id)):
            kind = "a solution's stub" if meta["solution"] else "a test without its hidden part"
            raise BuildError(
                f'{place.shown(place.release)}: the edit of "{meta["grade_id"]}" can\'t be '
                f"carried back, the cell is {kind}. Edit it in {place.shown(place.lesson)}, then "
                f"`git checkout {place.shown(place.release)}`."
            )


def _refuse_loss(text: Lesson, built: Built, new: str) -> None:
    """BuildError unless the new text gives just what the edited notebook holds."""
    place = text.place
    nb = lesson.parse(place, new).nb
    given = nb if built.path == place.source else release.generate(place, nb)
    if notebook.authored(given) != notebook.authored(built.nb):
        raise BuildError(
            f"{place.shown(built.path)}: the edit can't be written as py:percent without a loss. "
            f"Make it in {text.name}."
        )


def _diff(place: Place, old: str, new: str) -> str:
    name = place.shown(place.lesson)
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"{name} (before)", f"{name} (adopted)", lineterm=""
    )
    return "\n".join(lines)
