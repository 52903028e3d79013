"""A small lesson whose hidden tests are proved; each test changes a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.build.layout import Place, select
from autograder.build.run import read
from autograder.grade.course_folder import open_course
from autograder.verify.lesson import Options, Verified, verify

SMALL = Path(__file__).parent / "small"
CONFIG = 'c = get_config()\nc.ExecuteAndJudge.timeout = 4\nc.ExecuteAndJudge.salt = "salt"\n'
ONE_KERNEL = Options(mutating=False, workers=1)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    course = tmp_path / "course"
    shutil.copytree(SMALL, course / "lessons" / "01_small")
    (course / "nbgrader_config.py").write_text(CONFIG)
    return Place(course, "01_small")


@pytest.fixture
def edit(place: Place) -> Callable[[str, str, str], None]:
    """edit(file, old, new): a change in the lesson or in its variants."""

    def replace(file: str, old: str, new: str) -> None:
        path = place.lesson.parent / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), "utf-8")

    return replace


@pytest.fixture
def verified(place: Place) -> Callable[..., Verified]:
    """verified(options): the proof of the lesson as it stands now."""

    def run(options: Options = ONE_KERNEL) -> Verified:
        (lesson,) = read(select(place.course_dir, []))
        return verify(lesson, open_course(place.course_dir), options)

    return run
