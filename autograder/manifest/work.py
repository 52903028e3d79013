"""What a student does: exercises in the right number and size, with hints; a quiz that explains."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from autograder.build.entry import Entry, Exercise
from autograder.build.lesson import Lesson
from autograder.build.rules import code
from autograder.build.rules.regions import HIDDEN, is_test, markers
from autograder.manifest.opening import FIRST

COUNT, FIRST_COUNT = range(8, 15), range(6, 7)
MINUTES = range(2, 16)
HINTS = (2, 3)
LETTERS = frozenset("abcd")
_HINT = re.compile(r"<summary>Hint (\d+)</summary>\s*(.*?)\s*</details>", re.DOTALL)
_SHORTEST = 20  # characters of a hint or a reason that says something


def count(_lesson: Lesson, said: Entry) -> Iterator[str]:
    """8 to 14 exercises; 6 in the first lesson. Their minutes fit in the lesson's."""
    allowed = FIRST_COUNT if said.number == FIRST else COUNT
    if len(said.exercises) not in allowed:
        yield f"it has {len(said.exercises)} exercises, not {allowed[0]} to {allowed[-1]}"
    minutes = sum(exercise.minutes for exercise in said.exercises)
    if said.parts and minutes > said.minutes:
        yield f"its exercises take {minutes} minutes, its parts {said.minutes}"


def sizes(_lesson: Lesson, said: Entry) -> Iterator[str]:
    """Each exercise takes 2 to 15 minutes, is worth whole points, and has a title of its own."""
    titles: dict[str, int] = {}
    for one in said.exercises:
        where = f"exercise {one.number}"
        if one.minutes not in MINUTES:
            yield f"{where} takes {one.minutes} minutes, not {MINUTES[0]} to {MINUTES[-1]}"
        if one.points < 1 or one.points != int(one.points):
            yield f"{where} is worth {one.points:g} points, not a whole number of them"
        if one.title in titles:
            yield f"{where} has the title of exercise {titles[one.title]}"
        titles.setdefault(one.title, one.number)


def hints(lesson: Lesson, said: Entry) -> Iterator[str]:
    """After each test there are two or three hints, numbered, none of them empty."""
    for one in said.exercises:
        found = _HINT.findall(_text_after_test(lesson, one))
        numbers = [int(number) for number, _ in found]
        if len(found) not in HINTS or numbers != list(range(1, len(found) + 1)):
            yield f"exercise {one.number} has the hints {numbers}, not 1 to 2 or 1 to 3"
        elif any(len(said_in_it) < _SHORTEST for _, said_in_it in found):
            yield f"exercise {one.number} has a hint that says nothing"


def docstrings(lesson: Lesson, said: Entry) -> Iterator[str]:
    """What a student has to write says what it takes and returns."""
    for one in said.exercises:
        for node in code.parse(lesson.nb.cells[one.cell]).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not ast.get_docstring(node):
                yield f"exercise {one.number}: {node.name} has no docstring"


def hidden_first(lesson: Lesson, _said: Entry) -> Iterator[str]:
    """A check that fails must not keep the hidden tests from running."""
    for cell in lesson.nb.cells:
        if is_test(cell) and not cell.source.startswith(f"### BEGIN {HIDDEN}"):
            yield f'"{cell.metadata.nbgrader.grade_id}" does not begin with its hidden tests'
        elif is_test(cell) and not _is_checked(cell):
            yield f'"{cell.metadata.nbgrader.grade_id}" shows no check after its hidden tests'


def quiz(lesson: Lesson, _said: Entry) -> Iterator[str]:
    """A knowledge check is graded, and each wrong letter is answered with a sentence."""
    reasons = [found for cell in lesson.nb.cells if is_test(cell) for found in _reasons(cell)]
    if not reasons:
        yield "it has no knowledge check: no observe(..., because={...})"
    for question, because in reasons:
        if not because.keys() < LETTERS or len(because) != len(LETTERS) - 1:
            yield f"{question} says why {sorted(because)} are wrong, not three of a to d"
        elif any(len(sentence) < _SHORTEST for sentence in because.values()):
            yield f"{question} has a reason that says nothing"


def _text_after_test(lesson: Lesson, exercise: Exercise) -> str:
    """The markdown between the exercise's test and the next code."""
    cells = iter(lesson.nb.cells[exercise.cell :])
    for cell in cells:
        if is_test(cell):
            break
    text = []
    for cell in cells:
        if cell.cell_type != "markdown":
            break
        text.append(cell.source)
    return "\n".join(text)


def _is_checked(cell: NotebookNode) -> bool:
    """Whether code stands after the last region of hidden tests."""
    last = max(marker.line for marker in markers(cell))
    rest = cell.source.split("\n")[last:]
    return any(line.strip() and not line.lstrip().startswith("#") for line in rest)


def _reasons(cell: NotebookNode) -> Iterator[tuple[str, dict[str, str]]]:
    """The name and the `because` of each observation of a quiz."""
    for node in ast.walk(code.parse(cell)):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            for keyword in node.keywords:
                if keyword.arg == "because":
                    yield str(node.args[0].value), ast.literal_eval(keyword.value)


RULES = (count, sizes, hints, docstrings, hidden_first, quiz)
