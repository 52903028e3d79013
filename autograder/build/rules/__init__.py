"""What a lesson must keep to, each rule a function from the lesson to the problems it has.

metadata: nbgrader's cell metadata, grade_ids, points. regions: the markers of solutions and
hidden tests. exercises: pairs of cells, headings, observations, and that the code parses.
variants: what its variants.py must keep to.
"""

from __future__ import annotations

from autograder.build import variants as variants_text
from autograder.build.lesson import Lesson
from autograder.build.rules import exercises, metadata, regions, variants
from autograder.build.rules.problem import Problem
from autograder.errors import LessonError

__all__ = ["Problem", "check", "problems"]


# A stage reads what the one before it has found in order.
_STAGES = (metadata.SHAPE, metadata.IDENTITY, (*regions.RULES, *exercises.RULES))


def problems(lesson: Lesson) -> list[Problem]:
    """Everything that the first stage with a problem finds, in the order of the cells."""
    for stage in _STAGES:
        found = [problem for rule in stage for problem in rule(lesson)]
        if found:
            return sorted(found, key=lambda problem: (problem.cell, problem.line or 0))
    return []


def check(lesson: Lesson) -> None:
    """LessonError with every problem of the lesson, or else of its variants, if it has one."""
    _refuse(lesson, problems(lesson))
    text = variants_text.read(lesson.place)
    if text is not None:
        _refuse(text, variants.problems(text, frozenset(exercises.names(lesson))))


def _refuse(text: Lesson, found: list[Problem]) -> None:
    if found:
        raise LessonError("\n".join(problem.said_of(text) for problem in found))
