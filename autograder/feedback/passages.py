"""Where in the lesson an exercise stands, so that feedback can lead back to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from nbformat import NotebookNode
from nbgrader.utils import is_grade

from autograder.errors import CourseFolderError

_EXERCISE = re.compile(r"^#+ +(Exercise \d+.*)$", re.MULTILINE)
_PART = re.compile(r"^#+ +(Part (\d+)\b.*)$", re.MULTILINE)
_NAMED_PART = re.compile(r"\bPart (\d+)\b")
# What needs no escape in a fragment.
_IN_FRAGMENTS = "!$&'()*+,;=:@/?"
# As nbgrader's fetch_feedback lays files out under the folder that JupyterLab shows.
LESSON_URL = "../../../../lab/tree/{assignment}/{notebook}.ipynb#{heading}"


@dataclass(frozen=True)
class Passage:
    """A heading of the lesson."""

    heading: str

    @property
    def title(self) -> str:
        """The heading without difficulty and minutes."""
        return re.sub(r" *· *[●○]+.*$", "", self.heading)

    @property
    def anchor(self) -> str:
        """The fragment by which JupyterLab and nbconvert's pages know the heading."""
        return quote(re.sub(r"[`*]", "", self.heading).strip().replace(" ", "-"), _IN_FRAGMENTS)


@dataclass(frozen=True)
class Passages:
    """The passages of a lesson. exercises, part_of: by grade_id. parts: by number."""

    exercises: Mapping[str, Passage] = field(default_factory=dict)
    part_of: Mapping[str, Passage] = field(default_factory=dict)
    parts: Mapping[int, Passage] = field(default_factory=dict)

    @property
    def titles(self) -> dict[str, str]:
        """The title of the exercise of each graded cell, by grade_id."""
        return {grade_id: passage.title for grade_id, passage in self.exercises.items()}

    def named_in(self, sentence: str) -> list[Passage]:
        """The parts that a sentence names ("Read Part 3"), in their order there."""
        numbers = dict.fromkeys(int(number) for number in _NAMED_PART.findall(sentence))
        return [self.parts[number] for number in numbers if number in self.parts]


def passages(nb: NotebookNode) -> Passages:
    """The passages of a lesson's notebook."""
    exercises: dict[str, Passage] = {}
    part_of: dict[str, Passage] = {}
    parts: dict[int, Passage] = {}
    exercise = part = None
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            for heading, number in _PART.findall(cell.source):
                part = parts[int(number)] = Passage(heading.strip())
            found = _EXERCISE.search(cell.source)
            exercise = Passage(found[1].strip()) if found else exercise
        if is_grade(cell) and exercise:
            grade_id = cell.metadata.nbgrader.grade_id
            exercises[grade_id] = exercise
            if part:
                part_of[grade_id] = part
    return Passages(exercises, part_of, parts)


@dataclass(frozen=True)
class Links:
    """Links into a lesson. url: their form, with {assignment}, {notebook} and {heading}."""

    passages: Passages = field(default_factory=Passages)
    url: str = LESSON_URL

    def to(self, passage: Passage, assignment: str, notebook: str) -> str:
        """The address of a passage. CourseFolderError when `url` asks for something else."""
        names = {"assignment": quote(assignment), "notebook": quote(notebook)}
        try:
            return self.url.format(**names, heading=passage.anchor)
        except (KeyError, IndexError, ValueError) as error:
            raise CourseFolderError(
                f"FeedbackPage.lesson_url is {self.url!r}; it can hold {{assignment}}, "
                "{notebook} and {heading}."
            ) from error
