"""A course with one small lesson, built once; each test gets a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.build import build
from autograder.build.layout import Place

LESSONS = Path(__file__).parent / "lessons"


def _course_of(root: Path, outcome: str) -> Path:
    """A course folder whose only lesson is the golden one of that name.

    What the outcome's folder does not hold is that of the lesson without a fault.
    """
    folder = root / "lessons" / "01_small"
    shutil.copytree(LESSONS / "ok", folder)
    shutil.copytree(LESSONS / outcome, folder, dirs_exist_ok=True)
    (root / "nbgrader_config.py").touch()
    return root


@pytest.fixture
def course_of(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a course whose only lesson is the golden one of the name given."""
    return lambda outcome: _course_of(tmp_path / "golden", outcome)


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = _course_of(tmp_path_factory.mktemp("built"), "ok")
    build(course)
    return course


@pytest.fixture
def course(built_once: Path, tmp_path: Path) -> Path:
    shutil.copytree(built_once, tmp_path / "course")
    return tmp_path / "course"


@pytest.fixture
def place(course: Path) -> Place:
    return Place(course, "01_small")
