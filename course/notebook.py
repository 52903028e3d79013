"""A lesson's notebook as the student has it: read it, and find its exercises."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.errors import CourseError

# "### Exercise 3. The broadcasting rule · ●●○ · 8 min"
HEADING = re.compile(
    r"^#+\s*Exercise\s+\d+\.\s*(?P<title>.+?)\s*(?:·.*?)?(?:·\s*(?P<min>\d+) min)?$"
)
TEST_SUFFIX = "_test"


class NotebookError(CourseError):
    """A file is not a notebook that can be run, and why."""


@dataclass(frozen=True)
class Exercise:
    """One exercise: its answer cells and its test cell, by their place in the notebook.

    `checkable`: the test cell holds something to run. A quiz has none for the student: its
    answers are judged after they are handed in.
    """

    name: str
    title: str
    minutes: int
    answers: tuple[int, ...]
    test: int
    checkable: bool

    def code(self, notebook: NotebookNode) -> str:
        """The student's answer."""
        return "\n".join(notebook.cells[index].source for index in self.answers)


def read(path: Path) -> NotebookNode:
    """The notebook at `path`. NotebookError says in a sentence what is wrong with the file."""
    if path.suffix != ".ipynb":
        raise NotebookError(f"{path} is no notebook: its name does not end in .ipynb.")
    if not path.is_file():
        raise NotebookError(f"There is no file {path}. `course progress` lists your lessons.")
    try:
        notebook: NotebookNode = nbformat.reads(path.read_text("utf-8"), as_version=4)
        nbformat.validate(notebook)
    except OSError as error:
        raise NotebookError(f"{path} can't be read: {error.strerror}.") from None
    except Exception as error:  # nbformat raises many kinds for a file that is cut off
        raise NotebookError(
            f"{path} is damaged ({_first_line(error)}). Move it away, and `course start` "
            "lays a fresh copy in its place."
        ) from None
    return notebook


def _first_line(error: Exception) -> str:
    text = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".: ")
    return text if len(text) <= 80 else text[:79] + "…"


def exercises(notebook: NotebookNode) -> tuple[Exercise, ...]:
    """The exercises in their order: one for each test cell that nbgrader would mark."""
    found: list[Exercise] = []
    heading, answers = ("", 0), []
    for index, cell in enumerate(notebook.cells):
        heading = _heading(cell) or heading
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("solution"):
            answers.append(index)
        if marks.get("grade") and cell.cell_type == "code":
            name = str(marks.get("grade_id", "")).removesuffix(TEST_SUFFIX)
            title, minutes = heading[0] or name, heading[1]
            runs = _has_code(cell.source)
            found.append(Exercise(name, title, minutes, tuple(answers), index, runs))
            heading, answers = ("", 0), []
    return tuple(found)


def _heading(cell: NotebookNode) -> tuple[str, int] | None:
    if cell.cell_type != "markdown":
        return None
    for line in cell.source.splitlines():
        match = HEADING.match(line.strip())
        if match:
            return match["title"], int(match["min"] or 0)
    return None


def _has_code(source: str) -> bool:
    try:
        return bool(ast.parse(source).body)
    except SyntaxError:  # a magic, or a mistake: running it tells
        return bool(source.strip())
