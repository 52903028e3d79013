"""What a lesson says of itself: its title and opening lines, its parts, its exercises.

The course page and the manifest read it. What a lesson doesn't say is empty here, never an
error: whether it must be said is the manifest's to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.build.lesson import Lesson
from autograder.build.rules.regions import is_test

_TITLE = re.compile(r"# (\d\d) · ([^:\n]+): (\S[^\n]*[^.\n])")
_CAN = re.compile(r"^\*\*At the end you can\*\* (\S.*)$", re.MULTILINE)
_BUILDS = re.compile(r"^\*\*You build\*\* (\S.*)$", re.MULTILINE)
_BEFORE = re.compile(r"^\*\*Before this:\*\* (\S.*)\.$", re.MULTILINE)
_NAMED = re.compile(r"(\d\d) ([^,]+)")
_PART = re.compile(r"^\| (\d+) · ([^|]+?) \| ([^|]+?) \| (\d+) \|$", re.MULTILINE)
_EXERCISE = re.compile(r"### Exercise (\d+)\. (.+) · ([●○]{3}) · (\d+) min")


@dataclass(frozen=True)
class Part:
    """A row of the lesson's table of parts."""

    number: int
    title: str
    minutes: int


@dataclass(frozen=True)
class Exercise:
    """An exercise as its heading and its cells have it. cell: of its solution, from 0."""

    number: int
    title: str
    difficulty: str
    minutes: int
    name: str
    points: float
    cell: int


@dataclass(frozen=True)
class Entry:
    """A lesson as the course page lists it. before: (number, name) of each lesson it builds on."""

    number: str
    name: str
    subtitle: str
    can: str
    builds: str
    says_before: bool
    before: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    exercises: tuple[Exercise, ...]

    @property
    def label(self) -> str:
        """How another lesson names this one: "01 Tensors"."""
        return f"{self.number} {self.name}"

    @property
    def minutes(self) -> int:
        """Of the parts, or of the exercises where no parts are listed."""
        return sum(part.minutes for part in self.parts or self.exercises)

    @property
    def points(self) -> float:
        """Of all exercises."""
        return sum(exercise.points for exercise in self.exercises)


def entry(lesson: Lesson) -> Entry:
    """What the lesson says of itself."""
    text = opening(lesson)
    title = _TITLE.match(text)
    before = _BEFORE.search(text)
    number, name, subtitle = title.groups() if title else (lesson.place.assignment[:2], "", "")
    return Entry(
        number=number,
        name=name or lesson.place.topic.replace("_", " ").capitalize(),
        subtitle=subtitle,
        can=_said(_CAN, text),
        builds=_said(_BUILDS, text),
        says_before=before is not None,
        before=tuple(_lessons(before[1])) if before else (),
        parts=tuple(Part(int(n), row, int(m)) for n, row, _, m in _PART.findall(text)),
        exercises=tuple(_exercises(lesson)),
    )


def opening(lesson: Lesson) -> str:
    """The text of the first markdown cell."""
    cells = (cell.source for cell in lesson.nb.cells if cell.cell_type == "markdown")
    return next(cells, "")


def _said(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _lessons(listed: str) -> Iterator[tuple[str, str]]:
    """The lessons of a list such as "01 Tensors, 02 Autograd"; other words name none."""
    for item in listed.split(", "):
        found = _NAMED.fullmatch(item)
        if found:
            yield found[1], found[2]


def _exercises(lesson: Lesson) -> Iterator[Exercise]:
    points = {
        cell.metadata.nbgrader.grade_id: float(cell.metadata.nbgrader.points)
        for cell in lesson.nb.cells
        if is_test(cell)
    }
    heading = None
    for index, cell in enumerate(lesson.nb.cells):
        if cell.cell_type == "markdown":
            heading = _EXERCISE.search(cell.source) or heading
        elif heading and cell.metadata.get("nbgrader", {}).get("solution"):
            name = cell.metadata.nbgrader.grade_id
            number, title, dots, minutes = heading.groups()
            worth = points.get(f"{name}_test", 0.0)
            yield Exercise(int(number), title, dots, int(minutes), name, worth, index)
            heading = None
