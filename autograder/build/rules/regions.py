"""The markers of solutions and of hidden tests, as nbgrader looks for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.build.lesson import Lesson
from autograder.build.rules.problem import Problem

SOLUTION = "SOLUTION"
HIDDEN = "HIDDEN TESTS"


@dataclass(frozen=True)
class Marker:
    """A line that opens or closes a region. line: from 1."""

    line: int
    opens: bool
    kind: str

    @property
    def text(self) -> str:
        """How the marker is written."""
        return f"### {'BEGIN' if self.opens else 'END'} {self.kind}"


def markers(cell: NotebookNode) -> list[Marker]:
    """Every marker of a cell. nbgrader takes one anywhere in a line, in any cell."""
    return [
        Marker(number, opens, kind)
        for number, line in enumerate(cell.source.split("\n"), 1)
        for kind in (SOLUTION, HIDDEN)
        for opens, word in ((True, "BEGIN"), (False, "END"))
        if f"{word} {kind}" in line
    ]


def inside(cell: NotebookNode, kind: str) -> list[range]:
    """The lines (from 1) within each region of a kind, markers left out."""
    found = [marker.line for marker in markers(cell) if marker.kind == kind]
    return [range(a + 1, b) for a, b in zip(found[::2], found[1::2], strict=True)]


def bodies(cell: NotebookNode) -> list[str]:
    """The text of each region, which no release may hold."""
    lines = cell.source.split("\n")
    ranges = [region for kind in (SOLUTION, HIDDEN) for region in inside(cell, kind)]
    return ["\n".join(lines[line - 1] for line in region) for region in ranges]


def balanced(lesson: Lesson) -> Iterator[Problem]:
    """Each region opens, then closes, before another opens (the first fault of each cell)."""
    for index, cell in enumerate(lesson.nb.cells):
        opened: Marker | None = None
        for marker in markers(cell):
            fault = _fault(opened, marker)
            if fault:
                yield Problem(index, *fault, line=marker.line)
                opened = None
                break
            opened = marker if marker.opens else None
        if opened:
            remedy = f"Close it with {opened.text.replace('BEGIN', 'END')}"
            yield Problem(index, f"{opened.text} is never closed", remedy, line=opened.line)


def in_their_cells(lesson: Lesson) -> Iterator[Problem]:
    """Solutions stand in solution cells, hidden tests in graded test cells."""
    for index, cell in enumerate(lesson.nb.cells):
        meta = cell.metadata.get("nbgrader", {})
        roles = {SOLUTION: meta.get("solution"), HIDDEN: is_test(cell)}
        for marker in markers(cell):
            if marker.opens and not roles[marker.kind]:
                owner = "a solution cell" if marker.kind == SOLUTION else "a graded test cell"
                what = f"{marker.text} stands in a cell that is not {owner}"
                remedy = f"Move the region to {owner}, or correct the cell's metadata"
                yield Problem(index, what, remedy, line=marker.line)


def tests_are_hidden(lesson: Lesson) -> Iterator[Problem]:
    """A graded test cell has a hidden part."""
    for index, cell in enumerate(lesson.nb.cells):
        if is_test(cell) and not any(marker.kind == HIDDEN for marker in markers(cell)):
            what = f'test cell "{cell.metadata.nbgrader.grade_id}" has no hidden tests'
            remedy = "Put its observe(...) between ### BEGIN HIDDEN TESTS and ### END HIDDEN TESTS"
            yield Problem(index, what, remedy)


def tests_show_something(lesson: Lesson) -> Iterator[Problem]:
    """A student doesn't meet an empty cell that can't be edited."""
    for index, cell in enumerate(lesson.nb.cells):
        if is_test(cell) and not _shown(cell):
            what = f'test cell "{cell.metadata.nbgrader.grade_id}" shows the student nothing'
            remedy = "Add a visible check, or a comment that says what is tested"
            yield Problem(index, what, remedy)


def is_test(cell: NotebookNode) -> bool:
    """Whether the cell is code that marks another cell."""
    meta = cell.metadata.get("nbgrader", {})
    return bool(cell.cell_type == "code" and meta.get("grade") and not meta.get("solution"))


RULES = (balanced, in_their_cells, tests_are_hidden, tests_show_something)


def _shown(cell: NotebookNode) -> bool:
    """Whether something stands outside of the hidden tests (or the markers are at fault)."""
    opens = [marker.opens for marker in markers(cell)]
    if opens != [True, False] * (len(opens) // 2):
        return True
    hidden = {line for r in inside(cell, HIDDEN) for line in range(r.start - 1, r.stop + 1)}
    lines = enumerate(cell.source.split("\n"), 1)
    return any(line.strip() for number, line in lines if number not in hidden)


def _fault(opened: Marker | None, marker: Marker) -> tuple[str, str] | None:
    if marker.opens and opened:
        what = f"{marker.text} stands inside the region opened in line {opened.line} of the cell"
        return what, "Close that one first"
    if not marker.opens and (opened is None or opened.kind != marker.kind):
        opening = marker.text.replace("END", "BEGIN")
        return f"{marker.text} closes nothing", f"Open the region with {opening}"
    return None
