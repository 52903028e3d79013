"""Stock `nbgrader autograde` and formgrader's button give the marks that `grade` gives."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from nbgrader.apps.api import NbGraderAPI

from autograder.grade.course_folder import open_course
from autograder.grade.gradebook import ensure_sources, own_programs_first
from autograder.grade.record import read_marks

from .courses import HALF, OBSERVED_RELEASE, RIGHT, hand_in, observed_course, solve
from .running import by_student, run_grade

CHEAT = {**RIGHT, "divide": "print(3.0)\n3.0"}
MARKS = {"ada": 5.0, "bob": 3.5, "cleo": 2.0}


def a_class(root: Path) -> Path:
    observed_course(root)
    for student, answers in {"ada": RIGHT, "bob": HALF, "cleo": CHEAT}.items():
        hand_in(root, student, solve(OBSERVED_RELEASE, answers))
    # A test that was deleted comes back in either door.
    nb = solve(OBSERVED_RELEASE, HALF)
    nb.cells = [c for c in nb.cells if "divide_test" not in str(c.metadata)]
    hand_in(root, "bob", nb)
    return root


def marks(root: Path) -> dict[str, float]:
    read = read_marks(open_course(root), "01_numbers")
    return {student: mark.score for (student, _), mark in read.items()}


def test_autograder_grade(tmp_path: Path) -> None:
    root = a_class(tmp_path)
    entries = by_student(run_grade(root)[0])
    assert {name: entry.result.score for name, entry in entries.items()} == MARKS
    assert marks(root) == MARKS


def test_nbgrader_autograde(tmp_path: Path) -> None:
    root = a_class(tmp_path)
    ensure_sources(open_course(root), "01_numbers", print)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", "01_numbers"],
        cwd=root,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert "Made the answer key" in done.stderr
    assert marks(root) == MARKS


def test_formgraders_button(tmp_path: Path) -> None:
    """The button calls this from inside the server's event loop."""
    root = a_class(tmp_path)
    course = open_course(root)
    ensure_sources(course, "01_numbers", print)

    async def press(student: str) -> dict[str, object]:
        api = NbGraderAPI(coursedir=course.directory, config=course.config)
        result: dict[str, object] = api.autograde("01_numbers", student)
        return result

    with warnings.catch_warnings(), own_programs_first():
        warnings.simplefilter("ignore")  # nbgrader's own, of SQLAlchemy's sessions
        for student in MARKS:
            answer = asyncio.run(press(student))
            assert answer["success"], answer
    assert marks(root) == MARKS


def test_outside_a_converter_the_preprocessor_says_where_it_belongs() -> None:
    from autograder.errors import CourseFolderError
    from autograder.grade.plugin import ExecuteAndJudge

    where = {"nbgrader": {"assignment": "a", "notebook": "n"}, "metadata": {"path": "."}}
    with pytest.raises(CourseFolderError, match="autograde_preprocessors"):
        ExecuteAndJudge().preprocess(OBSERVED_RELEASE, where)
