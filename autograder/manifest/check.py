"""Every rule over every lesson of a course, without running anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.build import lesson
from autograder.build.entry import Entry, entry
from autograder.build.layout import places
from autograder.build.lesson import Lesson
from autograder.manifest import opening, shape, tree, work

Rule = Callable[[Lesson, Entry], Iterator[str]]
RULES: tuple[Rule, ...] = (*opening.RULES, *work.RULES, *shape.RULES, *tree.RULES)


@dataclass(frozen=True)
class _Read:
    text: Lesson
    said: Entry


def problems(course_dir: Path) -> list[str]:
    """A sentence for each thing that a lesson lacks: where, what, and what to do.

    LessonError or CourseFolderError when the lessons can't be read.
    """
    found = [_read(text) for text in map(lesson.read, places(course_dir))]
    own = [
        f"{each.text.name}: {what}"
        for each in found
        for rule in RULES
        for what in rule(each.text, each.said)
    ]
    entries = {each.text.name: each.said for each in found}
    return [*own, *opening.across(entries), *tree.across(entries)]


def _read(text: Lesson) -> _Read:
    return _Read(text, entry(text))
