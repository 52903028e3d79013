"""Where the three trees of a course are, and which lesson a name means."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseFolderError, LessonError

LESSONS = "lessons"
SOURCE = "source_notebooks"
RELEASE = "release"
_NAME = re.compile(r"(?P<number>\d\d)_(?P<topic>[a-z][a-z0-9_]*)")


@dataclass(frozen=True)
class Place:
    """The files of one lesson: its text, its built notebooks.

    assignment: "01_tensors", the name of the folder and of nbgrader's assignment.
    """

    course_dir: Path
    assignment: str

    @property
    def topic(self) -> str:
        """The notebook's name: "tensors"."""
        return self.assignment[3:]

    @property
    def lesson(self) -> Path:
        """The text, written by hand."""
        return self.course_dir / LESSONS / self.assignment / "lesson.py"

    @property
    def variants(self) -> Path:
        """The known right and wrong answers, written by hand."""
        return self.course_dir / LESSONS / self.assignment / "variants.py"

    @property
    def source(self) -> Path:
        """The executed notebook with solutions and hidden tests."""
        return self.course_dir / SOURCE / self.assignment / f"{self.topic}.ipynb"

    @property
    def release(self) -> Path:
        """The notebook that students get."""
        return self.course_dir / RELEASE / self.assignment / f"{self.topic}.ipynb"

    def shown(self, path: Path) -> str:
        """`path` as messages name it, relative to the course."""
        return path.relative_to(self.course_dir).as_posix()


def places(course_dir: Path) -> list[Place]:
    """Every lesson of a course, in order.

    CourseFolderError when there are none, LessonError when a folder is badly named.
    """
    root = course_dir / LESSONS
    folders = sorted(path.parent for path in root.glob("*/lesson.py"))
    if not folders:
        raise CourseFolderError(
            f"{course_dir} holds no lesson: {LESSONS}/NN_topic/lesson.py is missing. "
            "Run this in the course's folder, or name that with --course-dir."
        )
    found = [_place(course_dir, folder.name) for folder in folders]
    _refuse_shared_numbers(found)
    return found


def select(course_dir: Path, names: Sequence[str]) -> list[Place]:
    """The lessons that `names` mean ("01", "01_tensors", "tensors", a path); all for none."""
    known = places(course_dir)
    if not names:
        return known
    chosen = {_meant(name, known) for name in names}
    return [place for place in known if place in chosen]


def _place(course_dir: Path, name: str) -> Place:
    if not _NAME.fullmatch(name):
        raise LessonError(
            f"{LESSONS}/{name}: the folder of a lesson is named by two digits and a topic in "
            "small letters, as 01_tensors. Rename it."
        )
    return Place(course_dir, name)


def _refuse_shared_numbers(found: list[Place]) -> None:
    for first, second in itertools.pairwise(found):
        if first.assignment[:2] == second.assignment[:2]:
            raise LessonError(
                f"{LESSONS}/{first.assignment} and {LESSONS}/{second.assignment} have the same "
                "number. Rename one."
            )


def _meant(name: str, known: list[Place]) -> Place:
    key = _key(name)
    for place in known:
        if key in (place.assignment, place.assignment[:2], place.topic):
            return place
    names = [place.assignment for place in known]
    close = difflib.get_close_matches(key, names + [place.topic for place in known], n=1)
    hint = f"Did you mean {close[0]}?" if close else f"The lessons are {', '.join(names)}."
    raise LessonError(f"There is no lesson {name}. {hint}")


def _key(name: str) -> str:
    path = Path(name)
    if path.suffix in (".py", ".ipynb"):
        path = path.parent
    return path.name.zfill(2) if path.name.isdigit() else path.name
