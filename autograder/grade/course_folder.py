"""An nbgrader course folder: its settings, and where things are in it."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from glob import escape, glob
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.errors import CourseFolderError

CONFIG_NAME = "nbgrader_config.py"
STATE_NAME = ".autograder"


@dataclass(frozen=True)
class CourseFolder:
    """A course folder with nbgrader's settings for it."""

    root: Path
    config: Config

    @cached_property
    def directory(self) -> Any:
        """nbgrader's own CourseDirectory of this folder."""
        return CourseDirectory(config=self.config)

    @property
    def db_url(self) -> str:
        """Where the gradebook is, as SQLAlchemy spells it."""
        return str(self.directory.db_url)

    @property
    def state(self) -> Path:
        """Where the autograder keeps answer keys and results of this course."""
        return self.root / STATE_NAME

    def source(self, assignment: str) -> Path:
        """The folder of the source notebooks of an assignment."""
        return self._step("source_directory", ".", assignment)

    def submitted(self, student: str, assignment: str) -> Path:
        """The folder that a student handed in."""
        return self._step("submitted_directory", student, assignment)

    def autograded(self, student: str, assignment: str) -> Path:
        """The folder of a graded submission."""
        return self._step("autograded_directory", student, assignment)

    def feedback(self, student: str, assignment: str) -> Path:
        """The folder of a student's feedback pages."""
        return self._step("feedback_directory", student, assignment)

    def instructor(self, student: str, assignment: str) -> Path:
        """The folder of the instructor's pages on a submission, out of any student's reach."""
        return self.state / "instructor" / student / assignment

    def _step(self, step: str, student: str, assignment: str) -> Path:
        name = getattr(self.directory, step)
        return Path(os.path.normpath(self.directory.format_path(name, student, assignment)))

    def assignments(self) -> list[str]:
        """The assignments that have a source or that someone handed in."""
        return sorted({*self._matches("source_directory", 2), *self._submissions_of("*")})

    def students(self, assignment: str) -> list[str]:
        """Who handed in a folder of this assignment."""
        return sorted(set(self._matches("submitted_directory", 1, escape(assignment))))

    def _submissions_of(self, assignment: str) -> Iterable[str]:
        return self._matches("submitted_directory", 2, assignment)

    def _matches(self, step: str, group: int, assignment: str = "*") -> Iterable[str]:
        name = getattr(self.directory, step)
        student = "." if step == "source_directory" else "*"
        pattern = self.directory.format_path(name, "(?P<s>[^/]+)", "(?P<a>[^/]+)", escape=True)
        for found in glob(self.directory.format_path(name, student, assignment)):
            match = re.fullmatch(pattern, found)
            if match and os.path.isdir(found):
                yield match["s" if group == 1 else "a"]

    def source_notebooks(self, assignment: str) -> list[Path]:
        """The source notebooks of an assignment, sorted by name."""
        return sorted(self.source(assignment).glob("*.ipynb"))


def open_course(folder: Path) -> CourseFolder:
    """Read the settings of a course folder; CourseFolderError says what is wrong with it."""
    if not folder.exists():
        raise CourseFolderError(f"There is no folder {folder}. Give the course with --course-dir.")
    if not folder.is_dir():
        raise CourseFolderError(f"{folder} is a file; --course-dir takes the course's folder.")
    root = folder.resolve()
    course = CourseFolder(root, _settings(root))
    if not _looks_like_a_course(course):
        raise CourseFolderError(
            f"{folder} is not a course folder: it has no {CONFIG_NAME} and no "
            f"{course.directory.source_directory}/ or {course.directory.submitted_directory}/ "
            "folder. Give the course with --course-dir."
        )
    return course


def _settings(root: Path) -> Config:
    config = _load(root) if (root / CONFIG_NAME).exists() else Config()
    config.CourseDirectory.root = str(root)
    url = config.CourseDirectory.get("db_url")
    if url:
        config.CourseDirectory.db_url = _absolute_url(str(url), root)
    return config


def _load(root: Path) -> Config:
    try:
        return PyFileConfigLoader(CONFIG_NAME, path=str(root)).load_config()
    except Exception as error:
        raise CourseFolderError(
            f"{root / CONFIG_NAME} can't be read: {type(error).__name__}: {error}."
        ) from error


def _absolute_url(url: str, root: Path) -> str:
    # nbgrader works from inside the course folder, so that is what a relative path is from.
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return url
    return f"sqlite:///{root / parsed.database}"


def _looks_like_a_course(course: CourseFolder) -> bool:
    names = (course.directory.source_directory, course.directory.submitted_directory)
    return (course.root / CONFIG_NAME).exists() or any((course.root / n).is_dir() for n in names)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest of `known`, else all of them."""
    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    if near:
        return f"Did you mean {near[0]}?"
    return f"There is: {', '.join(known)}." if known else ""
