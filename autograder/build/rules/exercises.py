"""Exercises: NAME and NAME_test, the heading above them, and what the tests observe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from nbformat import NotebookNode

from autograder.build.lesson import Lesson
from autograder.build.rules import code
from autograder.build.rules.problem import Problem
from autograder.build.rules.regions import HIDDEN, inside, is_test, markers

FORM = "### Exercise 1. Title · ●●○ · 8 min"
_HEADING = re.compile(r"### Exercise ([1-9]\d*)\. \S.* · (?:●○○|●●○|●●●) · [1-9]\d* min")
_MEANT_AS_HEADING = re.compile(r"#+\s*Exercise\b", re.IGNORECASE)
_TEST = "_test"


def code_parses(lesson: Lesson) -> Iterator[Problem]:
    """Each code cell is Python."""
    for index, cell in _code(lesson):
        try:
            code.parse(cell)
        except SyntaxError as error:
            what = f"it is not Python: {error.msg}"
            yield Problem(index, what, "Correct the line", line=error.lineno)


def tests_observe(lesson: Lesson) -> Iterator[Problem]:
    """A test cell observes, and only where the student doesn't see it."""
    for index, cell in _code(lesson):
        if not is_test(cell) or not _is_sound(cell):
            continue
        lines = code.calls(code.parse(cell), "observe")
        if not lines:
            what = f'test cell "{cell.metadata.nbgrader.grade_id}" observes nothing'
            remedy = 'Add observe("what is tried", function, arguments) to its hidden tests'
            yield Problem(index, what, remedy)
        hidden = [line for region in inside(cell, HIDDEN) for line in region]
        for line in sorted(set(lines) - set(hidden)):
            remedy = "Move it between ### BEGIN HIDDEN TESTS and ### END HIDDEN TESTS"
            yield Problem(index, "observe(...) is shown to the student", remedy, line=line)


def cells_are_paired(lesson: Lesson) -> Iterator[Problem]:
    """A solution cell NAME is followed by its test cell NAME_test, and none stands alone."""
    solutions, tests = _by_id(lesson, _is_solution), _by_id(lesson, is_test)
    for name, index in solutions.items():
        if tests.get(name + _TEST, -1) < index:
            what = f'solution cell "{name}" has no test cell after it'
            remedy = f'Add a graded cell with the grade_id "{name}{_TEST}"'
            yield Problem(index, what, remedy)
    for name, index in tests.items():
        if not name.endswith(_TEST) or name.removesuffix(_TEST) not in solutions:
            what = f'test cell "{name}" has no solution cell'
            remedy = f"A cell with the grade_id NAME{_TEST} tests the solution cell NAME"
            yield Problem(index, what, remedy)


def headings_have_the_form(lesson: Lesson) -> Iterator[Problem]:
    """A heading of an exercise says its number, title, difficulty and minutes."""
    expected = 1
    for index, line, text in _headings(lesson):
        match = _HEADING.fullmatch(text)
        if not match:
            what, remedy = f'the heading "{text}" is not in the form', f"Write it as {FORM}"
            yield Problem(index, what, remedy, line=line)
        elif int(match[1]) != expected:
            what = f"Exercise {match[1]} stands where {expected} is next"
            yield Problem(index, what, "Number the exercises from 1, without a gap", line=line)
        expected += 1


def exercises_have_headings(lesson: Lesson) -> Iterator[Problem]:
    """Above each solution cell, after the one before it, there is a heading."""
    headed = {index for index, _, _ in _headings(lesson)}
    fresh = False
    for index, cell in enumerate(lesson.nb.cells):
        fresh = fresh or index in headed
        if cell.metadata.get("nbgrader", {}).get("solution"):
            if not fresh:
                name = cell.metadata.nbgrader.grade_id
                remedy = f"Put a markdown cell above it with {FORM}"
                yield Problem(index, f'exercise "{name}" has no heading', remedy)
            fresh = False


def names(lesson: Lesson) -> list[str]:
    """The lesson's exercises, in order: the names of its solution cells."""
    return list(_by_id(lesson, _is_solution))


RULES = (
    code_parses,
    tests_observe,
    cells_are_paired,
    headings_have_the_form,
    exercises_have_headings,
)


def _code(lesson: Lesson) -> Iterator[tuple[int, NotebookNode]]:
    return ((i, cell) for i, cell in enumerate(lesson.nb.cells) if cell.cell_type == "code")


def _is_sound(cell: NotebookNode) -> bool:
    """Whether other rules have nothing to say that would be said twice."""
    opens = [marker.opens for marker in markers(cell) if marker.kind == HIDDEN]
    try:
        code.parse(cell)
    except SyntaxError:
        return False
    return bool(opens) and opens == [True, False] * (len(opens) // 2)


def _is_solution(cell: NotebookNode) -> bool:
    meta = cell.metadata.get("nbgrader", {})
    return bool(cell.cell_type == "code" and meta.get("solution") and not meta.get("grade"))


def _by_id(lesson: Lesson, wanted: Callable[[NotebookNode], bool]) -> dict[str, int]:
    cells = enumerate(lesson.nb.cells)
    return {cell.metadata.nbgrader.grade_id: i for i, cell in cells if wanted(cell)}


def _headings(lesson: Lesson) -> Iterator[tuple[int, int, str]]:
    """Each line meant as an exercise's heading: cell, line in it, text."""
    for index, cell in enumerate(lesson.nb.cells):
        if cell.cell_type == "markdown":
            for number, line in enumerate(cell.source.split("\n"), 1):
                if _MEANT_AS_HEADING.match(line):
                    yield index, number, line
