"""`autograder grade`: its exit codes and what it says to a wrong call."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.errors import ExecutionError
from autograder.kernels.sandbox import Policy, refuse_at_first_sight

from .courses import OBSERVED_RELEASE, RIGHT, hand_in, solve


@pytest.fixture
def course(empty_course: Path) -> Path:
    hand_in(empty_course, "ada", solve(OBSERVED_RELEASE, RIGHT))
    return empty_course


def call(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["grade", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, " ".join(done.output.split())


def test_every_submission_graded_is_0(course: Path) -> None:
    code, said = call("01_numbers", "--course-dir", course)
    assert (code, "5 / 5" in said) == (0, True)
    assert f"Feedback: {course}/feedback/STUDENT/01_numbers" in said


def test_an_ungradable_submission_is_1_with_its_reason(course: Path) -> None:
    hand_in(course, "bob", OBSERVED_RELEASE).write_text("")
    code, said = call("01_numbers", "--course-dir", course)
    assert code == 1
    assert "bob: numbers.ipynb is empty" in said


def test_unknown_assignment(course: Path) -> None:
    code, said = call("01_nubmers", "--course-dir", course)
    assert (code, "Did you mean 01_numbers?" in said) == (2, True)


def test_unknown_student(course: Path) -> None:
    code, said = call("01_numbers", "adaa", "--course-dir", course)
    assert (code, "Did you mean ada?" in said) == (2, True)


def test_no_submissions(course: Path) -> None:
    (course / "submitted").rename(course / "away")
    code, said = call("01_numbers", "--course-dir", course)
    assert (code, "Nobody has handed in 01_numbers" in said) == (2, True)


def test_no_such_folder(tmp_path: Path) -> None:
    code, said = call("01_numbers", "--course-dir", tmp_path / "nowhere")
    assert (code, "There is no folder" in said) == (2, True)


def test_a_file_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, said = call("01_numbers", "--course-dir", tmp_path / "file")
    assert (code, "is a file" in said) == (2, True)


def test_a_folder_that_is_no_course(tmp_path: Path) -> None:
    code, said = call("01_numbers", "--course-dir", tmp_path)
    assert (code, "is not a course folder" in said) == (2, True)


def test_a_broken_configuration(course: Path) -> None:
    (course / "nbgrader_config.py").write_text("c = get_config(\n")
    code, said = call("01_numbers", "--course-dir", course)
    assert (code, "nbgrader_config.py can't be read: SyntaxError" in said) == (2, True)


def test_results_where_nothing_can_be_written(course: Path) -> None:
    code, said = call("01_numbers", "--course-dir", course, "--results", course)
    assert (code, "can't be written: Is a directory" in said) == (2, True)


def test_a_reference_that_raises(course: Path) -> None:
    path = course / "source_notebooks/01_numbers/numbers.ipynb"
    path.write_text(path.read_text().replace("from course import", "from nowhere import"))
    done = CliRunner().invoke(app, ["grade", "01_numbers", "--course-dir", str(course)])
    assert isinstance(done.exception, ExecutionError)
    assert "The reference raised ModuleNotFoundError in cell 2" in str(done.exception)


def test_a_changed_set_of_cells_never_harms_marks(course: Path) -> None:
    call("01_numbers", "--course-dir", course)
    path = course / "source_notebooks/01_numbers/numbers.ipynb"
    path.write_text(path.read_text().replace('"double_test"', '"double_check"'))
    code, said = call("01_numbers", "--course-dir", course)
    assert code == 2
    assert "has other cells than the gradebook" in said
    assert "nbgrader db assignment remove 01_numbers --force" in said


@pytest.mark.parametrize("missing", ["landlock", "seccomp"])
def test_without_a_sandbox_nothing_is_graded(
    course: Path, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    poor = partial(refuse_at_first_sight, Policy("/", without=(missing,)))
    monkeypatch.setattr("autograder.grade.run.refuse_at_first_sight", poor)
    code, said = call("01_numbers", "--course-dir", course)
    assert code == 2
    assert f"{missing} is not to be had here" in said.replace("Landlock", "landlock")
    assert "say --sandbox=none" in said
    assert not (course / "feedback").exists()
    assert call("01_numbers", "--course-dir", course, "--sandbox", "none")[0] == 0


@pytest.mark.parametrize(("system", "name"), [("darwin", "macOS"), ("win32", "Windows")])
def test_on_another_system_the_way_is_a_container(
    course: Path, system: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = sys.modules[refuse_at_first_sight.__module__]
    monkeypatch.setattr(looks, "sys", SimpleNamespace(platform=system))
    code, said = call("01_numbers", "--course-dir", course)
    assert code == 2
    assert f"There is no sandbox on {name}, and a notebook would run as you." in said
    assert "docker build -t pytorch-mechanics ." in said
