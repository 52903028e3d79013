"""The instructor's gradebook: opened for the coordinator, and brought up to the sources."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.errors import CourseFolderError
from autograder.grade.course_folder import STATE_NAME, CourseFolder
from autograder.grade.kept import kept_gradebook
from autograder.grade.source_cells import NotebookSource, from_gradebook

Say = Callable[[str], None]


@contextmanager
def open_gradebook(course: CourseFolder) -> Iterator[Any]:
    """nbgrader's gradebook of the course."""
    with (
        own_programs_first(),
        kept_gradebook(course.db_url, course.directory.course_id) as gradebook,
    ):
        yield gradebook


@contextmanager
def own_programs_first() -> Iterator[None]:
    """Let nbgrader find the `alembic` of this environment, activated or not."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


@contextmanager
def captured_log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger for nbgrader's converters, and what they wrote to it."""
    text = io.StringIO()
    logger = logging.Logger("nbgrader", logging.WARNING)
    logger.addHandler(logging.StreamHandler(text))
    yield logger, text


def ensure_sources(course: CourseFolder, assignment: str, say: Say) -> tuple[NotebookSource, ...]:
    """The assignment's source cells, put into the gradebook first where it lacks them."""
    before = read_sources(course, assignment)
    notebooks = course.source_notebooks(assignment)
    if not notebooks:
        return _as_they_are(course, assignment, before)
    stamp, now = _stamp_file(course, assignment), _fingerprint(notebooks)
    if before and stamp.exists() and stamp.read_text() == now:
        return before
    _generate(course, assignment)
    after = read_sources(course, assignment)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(now)
    if after != before:
        verb = "Updated" if before else "Put"
        say(f"{verb} {assignment} in the gradebook, from {course.source(assignment)}.")
    return after


def read_sources(course: CourseFolder, assignment: str) -> tuple[NotebookSource, ...]:
    """What the gradebook holds of the assignment, by notebook; nothing when it is unknown."""
    with open_gradebook(course) as gradebook:
        try:
            found = gradebook.find_assignment(assignment)
        except MissingEntry:
            return ()
        return tuple(sorted(map(from_gradebook, found.notebooks), key=lambda n: n.name))


def _as_they_are(
    course: CourseFolder, assignment: str, sources: tuple[NotebookSource, ...]
) -> tuple[NotebookSource, ...]:
    if not sources:
        raise CourseFolderError(
            f"{assignment} has no source notebook in {course.source(assignment)} and is not in "
            f"the gradebook. Build it (`autograder build {assignment}`) or put its source there."
        )
    return sources


def _stamp_file(course: CourseFolder, assignment: str) -> Path:
    return course.state / "sources" / f"{assignment}.sha256"


def _fingerprint(notebooks: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in notebooks:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _generate(course: CourseFolder, assignment: str) -> None:
    """Run nbgrader's generate_assignment into the gradebook; its release goes nowhere."""
    config = deepcopy(course.config)
    config.CourseDirectory.assignment_id = assignment
    config.CourseDirectory.release_directory = f"{STATE_NAME}/generated"
    directory = CourseDirectory(config=config)
    with captured_log() as (logger, text), own_programs_first():
        converter = GenerateAssignment(coursedir=directory, config=config, log=logger, force=True)
        try:
            converter.start()
        except (NbGraderException, SystemExit) as error:
            raise CourseFolderError(_why_not(assignment, text.getvalue())) from error
        finally:
            shutil.rmtree(
                directory.format_path(directory.release_directory, ".", assignment),
                ignore_errors=True,
            )


def _why_not(assignment: str, log: str) -> str:
    if "Cannot add or remove cells" in log or "Cannot modify existing assignment" in log:
        return (
            f"The source of {assignment} has other cells than the gradebook, which holds "
            "submissions of it. Bring the old source back, or forget those submissions with "
            f"their marks: `nbgrader db assignment remove {assignment} --force`."
        )
    told = [line for line in log.splitlines() if line.strip()]
    error = next((line for line in reversed(told) if "Error" in line), told[-1] if told else "")
    return (
        f"nbgrader can't take the source of {assignment}: {error} "
        f"`nbgrader generate_assignment {assignment}` shows it whole."
    )
