"""A run over a class: kept as it goes, continued where it stopped, forgiving to the class."""

from __future__ import annotations

import fcntl
import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from autograder.errors import CourseFolderError
from autograder.grade import Request, worker
from autograder.grade import run as room
from autograder.grade.pool import processes
from autograder.grade.screen import Screen

from .courses import (
    HALF,
    OBSERVED_RELEASE,
    RIGHT,
    cell,
    hand_in,
    notebook,
    solve,
    write,
)
from .running import by_student, run_grade, threads

FIELDS = [
    *("student", "assignment", "notebook", "status", "reason", "score", "max_score"),
    *("checks", "wall_s", "cpu_s", "peak_mb"),
]


@pytest.fixture
def course(empty_course: Path) -> Path:
    root = empty_course
    for student, answers in {"ada": RIGHT, "bob": HALF, "cleo": {}}.items():
        hand_in(root, student, solve(OBSERVED_RELEASE, answers))
    return root


@pytest.fixture
def worked_on(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who was really graded, not taken from an earlier run."""
    students = []
    grade_notebook = room.grade_notebook

    def watched(job: Any) -> Any:
        students.append(job.student)
        return grade_notebook(job)

    monkeypatch.setattr(room, "grade_notebook", watched)
    return students


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_the_results_file_has_a_line_a_submission(course: Path) -> None:
    hand_in(course, "dan", OBSERVED_RELEASE).write_bytes(b"")
    run_grade(course, results=course / "r.jsonl")
    written = {each["student"]: each for each in lines(course / "r.jsonl")}
    assert sorted(written) == ["ada", "bob", "cleo", "dan"]
    assert all(list(each) == FIELDS for each in written.values())
    assert (written["bob"]["status"], written["bob"]["score"]) == ("graded", 3.5)
    assert (written["bob"]["notebook"], written["bob"]["max_score"]) == ("numbers", 5.0)
    assert list(written["bob"]["checks"][0]) == [
        "exercise", "name", "passed", "points", "message", "misconception",
    ]  # fmt: skip
    assert 0 < written["bob"]["wall_s"] < 60
    assert written["bob"]["cpu_s"] > 0
    assert written["bob"]["peak_mb"] > 10
    assert (written["dan"]["status"], written["dan"]["score"]) == ("ungradable", None)
    assert "is empty" in written["dan"]["reason"]


def test_a_second_run_grades_only_what_changed(course: Path, worked_on: list[str]) -> None:
    run_grade(course)
    worked_on.clear()
    hand_in(course, "bob", solve(OBSERVED_RELEASE, RIGHT))
    entries, shown = run_grade(course, results=course / "r.jsonl")
    assert worked_on == ["bob"]
    assert "Skipped 2 graded already" in shown
    assert by_student(entries)["bob"].result.score == 5.0
    assert sorted(each["student"] for each in lines(course / "r.jsonl")) == ["ada", "bob", "cleo"]


def test_force_grades_everything_again(course: Path, worked_on: list[str]) -> None:
    run_grade(course)
    worked_on.clear()
    run_grade(course, force=True, students=["ada"])
    assert worked_on == ["ada"]


def test_a_changed_source_makes_earlier_marks_stale(course: Path, worked_on: list[str]) -> None:
    run_grade(course, students=["ada", "bob"])
    worked_on.clear()
    path = course / "source_notebooks/01_numbers/numbers.ipynb"
    path.write_text(path.read_text().replace("divide, 1, 0", "divide, 1, 2"))
    entries, shown = run_grade(course, students=["ada", "bob"])
    assert sorted(worked_on) == ["ada", "bob"]
    assert "Updated 01_numbers in the gradebook" in shown
    assert "Made the answer key" in shown
    assert by_student(entries)["bob"].result.score == 5.0


def test_a_gradebook_that_was_deleted_is_filled_again(course: Path, worked_on: list[str]) -> None:
    run_grade(course, students=["ada"])
    worked_on.clear()
    (course / "gradebook.db").unlink()
    run_grade(course, students=["ada"])
    assert worked_on == ["ada"]


def test_interrupted_it_goes_on_where_it_stopped(
    course: Path, worked_on: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived: list[str] = []

    def stop_at_the_second(self: Screen, entry: Any) -> None:
        arrived.append(entry.result.student)
        if len(arrived) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Screen, "arrived", stop_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            run_grade(course, workers=1, results=course / "r.jsonl")
    assert [each["student"] for each in lines(course / "r.jsonl")] == arrived
    worked_on.clear()
    entries, _ = run_grade(course, results=course / "r.jsonl")
    assert set(worked_on) == {"ada", "bob", "cleo"} - set(arrived)
    assert len(entries) == len(lines(course / "r.jsonl")) == 3


def test_a_submission_that_kills_the_grader_costs_only_itself(course: Path) -> None:
    killer = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\ndef double(x): ..."
    hand_in(course, "dan", solve(OBSERVED_RELEASE, {"double": killer}))
    # In the sandbox a kernel sees no process but its own.
    graded = by_student(run_grade(course, make_executor=processes, sandbox="none")[0])
    assert "ended twice" in graded.pop("dan").result.reason
    assert {name: e.result.score for name, e in graded.items()} == {
        "ada": 5.0, "bob": 3.5, "cleo": 0.0,
    }  # fmt: skip


def test_two_graders_of_one_course_do_not_write_at_once(course: Path) -> None:
    with (course / ".autograder/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CourseFolderError, match="Another autograder"):
            run_grade(course)


def test_a_link_out_of_the_submission_is_refused(course: Path) -> None:
    secret = course / "salaries.csv"
    secret.write_text("")
    (course / "submitted/ada/01_numbers/peek.csv").symlink_to(secret)
    outside = course / "source_notebooks"
    (course / "submitted/bob/01_numbers/more").symlink_to(outside, target_is_directory=True)
    link = course / "submitted/cleo/01_numbers/numbers.ipynb"
    link.unlink()
    link.symlink_to(course / "source_notebooks/01_numbers/numbers.ipynb")
    graded = by_student(run_grade(course)[0])
    for student in ("ada", "bob", "cleo"):
        assert "link" in graded[student].result.reason
    assert not (course / "autograded").exists()


def test_a_pipe_does_not_stall_the_run(course: Path) -> None:
    os.mkfifo(course / "submitted/ada/01_numbers/pipe")
    graded = by_student(run_grade(course, students=["ada"])[0])
    assert "pipe is not a plain file" in graded["ada"].result.reason


def test_a_huge_file_is_refused_unread(course: Path) -> None:
    with (course / "submitted/ada/01_numbers/numbers.ipynb").open("ab") as file:
        file.truncate(200_000_000)
    graded = by_student(run_grade(course, students=["ada"])[0])
    assert "200 MB; the limit is 100 MB" in graded["ada"].result.reason


def test_an_assignment_of_two_notebooks(course: Path) -> None:
    test = cell("assert x == 1", "x_test", "tests", 1)
    write(course / "source_notebooks/02_two/one.ipynb", notebook(cell("x = 1"), test))
    write(course / "source_notebooks/02_two/two.ipynb", notebook(cell("x = 1"), test))
    hand_in(course, "ada", notebook(cell("x = 1"), test), "02_two/one")
    hand_in(course, "ada", notebook(cell("x = 2"), test), "02_two/two")
    hand_in(course, "bob", notebook(cell("x = 1"), test), "02_two/one")
    entries, shown = run_grade(course, "02_two")
    scores = {(e.result.student, e.result.notebook): e.result.score for e in entries}
    assert scores == {
        ("ada", "one"): 1.0, ("ada", "two"): 0.0, ("bob", "one"): 1.0, ("bob", "two"): None,
    }  # fmt: skip
    assert "Notebook" in shown


def test_a_student_name_is_never_markup(course: Path) -> None:
    hand_in(course, "[red]eve <b>", solve(OBSERVED_RELEASE, HALF))
    entries, shown = run_grade(course, students=["[red]eve <b>"])
    assert entries[0].graded
    assert "[red]eve <b>  3.5 of 5" in shown


def test_a_failure_of_the_autograder_costs_one_submission_and_is_kept(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore = worker.restore

    def fails_for_one(nb: Any, *rest: Any) -> Any:
        if "b or 1" in str(nb):
            raise LookupError("a bug")
        return restore(nb, *rest)

    monkeypatch.setattr(worker, "restore", fails_for_one)
    entries, shown = run_grade(course)
    assert [e.result.student for e in entries if not e.graded] == ["bob"]
    kept = course / ".autograder/errors/01_numbers/bob.txt"
    assert "LookupError: a bug" in kept.read_text()
    assert f"traceback in {kept}" in shown
    assert "traceback" not in (course / "feedback/bob/01_numbers/numbers.html").read_text()


def test_a_terminal_shows_a_bar_with_the_name_and_the_rate(course: Path) -> None:
    shown = StringIO()
    screen = Screen(Console(file=shown, force_terminal=True, width=100))
    room.grade(Request("01_numbers", course_dir=course, workers=2), screen, threads)
    for text in ("3.5 of 5", "3/3", "a minute", "left", "cleo"):
        assert text in shown.getvalue()
