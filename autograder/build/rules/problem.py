"""A rule that a cell breaks."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.build.lesson import Lesson


@dataclass(frozen=True)
class Problem:
    """What is wrong and what mends it. cell: index from 0; line: in the cell, from 1."""

    cell: int
    what: str
    remedy: str
    line: int | None = None

    def said_of(self, lesson: Lesson) -> str:
        """The problem with its place in the lesson's text."""
        return f"{lesson.where(self.cell, self.line)}: {self.what}. {self.remedy}."
