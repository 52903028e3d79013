"""The salt: a secret of the course's own, the same in both doors, that changes hidden inputs."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.errors import CourseFolderError
from autograder.grade.course_folder import open_course
from autograder.grade.salt import salt_of
from autograder.key import AnswerKey, key_path
from autograder.wording import number

from .courses import CONFIG, cell, hand_in, notebook, solve, write
from .running import by_student, run_grade

SOURCE = notebook(
    cell("import torch\nfrom course import observe"),
    cell("### Exercise 1. A sum · ●○○ · 3 min", kind="text"),
    cell(
        "def total(x):\n    ### BEGIN SOLUTION\n    return x.sum()\n    ### END SOLUTION",
        "total",
        "solution",
    ),
    cell(
        "### BEGIN HIDDEN TESTS\n"
        'observe("drawn", total, torch.rand(3, generator=observe.generator(1)))\n'
        "### END HIDDEN TESTS",
        "total_test",
        "tests",
        2,
    ),
)
RIGHT = solve(SOURCE, {"total": "def total(x):\n    return sum(x)", "total_test": ""})


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "nbgrader_config.py").write_text(CONFIG)
    write(tmp_path / "source_notebooks/01_sum/sum.ipynb", SOURCE)
    hand_in(tmp_path, "ada", RIGHT, "01_sum/sum")
    return tmp_path


def configured(course: Path, salt: str) -> None:
    (course / "nbgrader_config.py").write_text(f"{CONFIG}\nc.ExecuteAndJudge.salt = {salt!r}\n")


def wanted(course: Path) -> str:
    key = AnswerKey.from_json(key_path(course, "01_sum", "sum").read_text())
    return str(key.cells["total_test"][0].observed["data"])


def test_a_course_gets_a_random_salt_that_only_its_owner_reads(tmp_path: Path) -> None:
    courses = [tmp_path / name for name in ("one", "two")]
    for each in courses:
        each.mkdir()
        (each / "nbgrader_config.py").write_text(CONFIG)
    salts = [salt_of(open_course(each)) for each in courses]
    assert len(set(salts)) == 2
    assert all(len(salt) == 32 for salt in salts)
    assert salt_of(open_course(courses[0])) == salts[0]
    kept = courses[0] / ".autograder/salt"
    assert stat.S_IMODE(os.stat(kept).st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["salt"]


def test_a_configured_salt_goes_before(course: Path) -> None:
    configured(course, "mine")
    assert salt_of(open_course(course)) == "mine"
    assert not (course / ".autograder/salt").exists()


def test_a_salt_that_was_lost_is_not_passed_over(course: Path) -> None:
    salt_of(open_course(course))
    (course / ".autograder/salt").write_text("")
    with pytest.raises(CourseFolderError, match="Delete it"):
        salt_of(open_course(course))


def test_another_salt_means_other_inputs_another_key_and_the_same_mark(course: Path) -> None:
    configured(course, "one")
    first = by_student(run_grade(course, "01_sum")[0])["ada"]
    drawn = wanted(course)
    assert run_grade(course, "01_sum")[1].count("Made the answer key") == 0
    configured(course, "two")
    entries, shown = run_grade(course, "01_sum")
    assert "the answer key was made for another salt" in shown
    assert wanted(course) != drawn
    assert first.result.score == by_student(entries)["ada"].result.score == 2


def test_both_doors_use_the_same_salt(course: Path) -> None:
    run_grade(course, "01_sum")
    drawn = wanted(course)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", "01_sum", "--force"],
        cwd=course,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(course)},
    )
    assert done.returncode == 0, done.stderr
    assert "Made the answer key" not in done.stderr
    assert wanted(course) == drawn
    graded = (course / "autograded/ada/01_sum/sum.ipynb").read_text()
    assert "2 of 2" in graded


def test_feedback_does_not_tell_the_salt(course: Path) -> None:
    """A submission can read it, as its tests must, and can't carry it out."""
    configured(course, "peppercorn")
    read = "import os\nsalt = os.environ['PYTORCH_MECHANICS_SALT']\n"
    for name, carry in {
        "as_text": "return salt",
        "as_type": "raise type(salt, (Exception,), {})",
        "as_int": "return int.from_bytes(salt.encode())",
    }.items():
        answer = f"{read}def total(x):\n    {carry}"
        nb = solve(RIGHT, {"total": answer})
        hand_in(course, name, nb, "01_sum/sum")
    run_grade(course, "01_sum")
    as_int = str(int.from_bytes(b"peppercorn", "big"))
    for page in course.glob("feedback/*/*/*.html"):
        text = page.read_text("utf-8")
        assert "peppercorn" not in text
        assert as_int[:10] not in text
    assert number(float(as_int)) == "a very large number"
