"""The salt of a course: a secret that changes the random inputs of its hidden tests.

The lessons are public, and with them the inputs that their hidden tests draw without a salt.
So a course has one of its own: `c.ExecuteAndJudge.salt` in its nbgrader_config.py, else a
random one that is made once and kept in `.autograder/salt`. Two machines that grade one class
give the same marks with the same salt or with two; with the same, also the same messages.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from autograder.errors import CourseFolderError
from autograder.grade.course_folder import CourseFolder


def salt_of(course: CourseFolder) -> str:
    """The configured salt, else the course's own, made when there is none yet."""
    configured = str(course.config.ExecuteAndJudge.get("salt", ""))
    return configured or _kept(course.state / "salt")


def _kept(path: Path) -> str:
    if not path.exists():
        _make(path)
    salt = path.read_text("utf-8").strip()
    if not salt:
        raise CourseFolderError(f"{path} is empty. Delete it, and the next run makes another.")
    return salt


def _make(path: Path) -> None:
    """Write a random salt, for the owner's eyes alone; one made meanwhile stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_hex(16) + "\n")
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
