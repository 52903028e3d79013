"""The first cell: title, why, what you can do and build, what comes before, the parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from autograder.build.entry import Entry
from autograder.build.entry import opening as opening_of
from autograder.build.lesson import Lesson

FIRST = "00"
MINUTES, FIRST_MINUTES = range(60, 121), range(45, 61)
_HEADING = re.compile(r"^## Part (\d+) · (\S.*)$", re.MULTILINE)


def title(lesson: Lesson, said: Entry) -> Iterator[str]:
    """# NN · Name: subtitle, with the folder's number."""
    number = lesson.place.assignment[:2]
    if not said.subtitle:
        yield f'its title is not in the form "# {number} · Name: subtitle", without a period'
    elif said.number != number:
        yield f"its title says {said.number}, its folder {number}"


def lines(lesson: Lesson, said: Entry) -> Iterator[str]:
    """The lines that the course page is made of."""
    if "\n## Why\n" not in opening_of(lesson):
        yield 'its first cell has no "## Why"'
    for what, form in ((said.can, "At the end you can"), (said.builds, "You build")):
        if not what.endswith("."):
            yield f'its first cell has no line "**{form}** …", ended by a period'
    if not said.says_before:
        yield 'its first cell has no line "**Before this:** NN Name, NN Name."'


def parts(lesson: Lesson, said: Entry) -> Iterator[str]:
    """The rows of the table are the parts of the text, in order; the minutes are those of one."""
    text = "\n".join(cell.source for cell in lesson.nb.cells if cell.cell_type == "markdown")
    headings = [int(number) for number, _ in _HEADING.findall(text)]
    expected = list(range(1, len(headings) + 1))
    if not headings or headings != expected:
        yield f'its headings "## Part N · …" are numbered {headings}, not from 1 without a gap'
    if [part.number for part in said.parts] != headings:
        yield "the table in its first cell does not list just its parts"
    allowed = FIRST_MINUTES if said.number == FIRST else MINUTES
    if said.minutes not in allowed:
        least, most = allowed[0], allowed[-1]
        yield f"its parts take {said.minutes} minutes; a lesson takes {least} to {most}"


def across(entries: Mapping[str, Entry]) -> Iterator[str]:
    """Each lesson builds on lessons that come before it, by their own names."""
    labels = {said.label for said in entries.values()}
    for name, said in entries.items():
        for number, called in said.before:
            label = f"{number} {called}"
            if label not in labels:
                yield f"{name}: it builds on {label}, and no lesson has that title"
            elif number >= said.number:
                yield f"{name}: it builds on {label}, which does not come before it"
        if said.number != FIRST and said.says_before and not said.before:
            yield f'{name}: its line "**Before this:**" names no lesson'


RULES = (title, lines, parts)
