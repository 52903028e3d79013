"""A plain nbgrader course gets the marks that `nbgrader autograde` gives it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.grade.course_folder import open_course
from autograder.grade.gradebook import open_gradebook

from .courses import cell, hand_in, notebook, solve, write
from .running import by_student, run_grade

ADD = "def add(a, b):\n    ### BEGIN SOLUTION\n    return a + b\n    ### END SOLUTION"
SLOW = "def slow():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
HIDDEN = "### BEGIN HIDDEN TESTS\nassert add(2, 2) == 4\n### END HIDDEN TESTS"
READS = "import csv\nrows = list(csv.reader(open('data.csv')))\nassert add(1, int(rows[0][0])) == 8"
PARTIAL = "points = 0\nif add(1, 1) == 2: points += 1\nif add(-1, 1) == 0: points += 0.5\npoints"
SOURCE = notebook(
    cell("import os", "imports", "locked"),
    cell(ADD, "add", "solution"),
    cell(f"assert add(1, 2) == 3\n{HIDDEN}", "add_a", "tests", 2),
    cell(READS, "add_b", "tests", 1),
    cell(PARTIAL, "partial", "tests", 2),
    cell(SLOW, "slow", "solution"),
    cell("assert slow() == 1", "slow_test", "tests", 1),
    cell("assert os.environ['NBGRADER_EXECUTION'] == 'autograde'", "grading", "tests", 1),
    cell("Why?", "why", "manual", 4),
    cell("print('hello')", "by_hand", "solution"),
    cell("Draw it.", "draw", "task", 3),
)
by_hand = SOURCE.cells[-2].metadata["nbgrader"]
by_hand.update(grade=True, points=2)
NO_CODE = "# YOUR CODE HERE\nraise NotImplementedError()"
STUB = {"add": "def add(a, b):\n    raise NotImplementedError()", "slow": "def slow():\n    ..."}
GOOD = {
    "add": "def add(a, b):\n    return a + b",
    "slow": "def slow():\n    return 1",
    "why": "Because it is so.",
    "by_hand": "print('my own')",
}
STUDENTS = {
    "right": GOOD,
    "stub": STUB,
    "raises": {**GOOD, "add": "def add(a, b):\n    return a - b"},
    "partly": {**GOOD, "add": "def add(a, b):\n    return abs(a) + b"},
    "too_slow": {**GOOD, "slow": "import time\ndef slow():\n    time.sleep(60)\n    return 1"},
    "no_answer": {**GOOD, "why": "YOUR ANSWER HERE", "by_hand": NO_CODE},
    "prints": {**GOOD, "add": "print(3)\ndef add(a, b):\n    print('adding')\n    return a + b"},
}
CONFIG = "c = get_config()\nc.Execute.timeout = 3\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"


def plain_course(root: Path, class_: dict[str, dict[str, str]] = STUDENTS) -> Path:
    root.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    write(root / "source/sums/sums.ipynb", SOURCE)
    (root / "source/sums/data.csv").write_text("7\n")
    for student, answers in class_.items():
        hand_in(root, student, solve(SOURCE, {**STUB, **answers}), "sums/sums")
        (root / f"submitted/{student}/sums/data.csv").write_text("0\n")
        (root / f"submitted/{student}/sums/timestamp.txt").write_text("2026-01-02 10:00:00 UTC\n")
    return root


def nbgrader(*arguments: str, course: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        check=True,
        capture_output=True,
        env={**os.environ, "PATH": path},
    )


def cell_marks(root: Path) -> dict[tuple[str, str], Any]:
    """What a gradebook holds for each student and graded cell."""
    with open_gradebook(open_course(root)) as gradebook:
        return {
            (submission.student.id, grade.name): (
                grade.auto_score,
                grade.manual_score,
                grade.needs_manual_grade,
                grade.max_score,
            )
            for submission in gradebook.find_assignment("sums").submissions
            for each in submission.notebooks
            for grade in each.grades
        }


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same class, graded by nbgrader and by us."""
    home = tmp_path_factory.mktemp("plain")
    theirs = plain_course(home / "theirs")
    nbgrader("generate_assignment", "sums", course=theirs)
    nbgrader("autograde", "sums", course=theirs)
    ours = plain_course(home / "ours")
    run_grade(ours, "sums")
    return theirs, ours


def test_marks_equal_those_of_nbgrader(courses: tuple[Path, Path]) -> None:
    theirs, ours = (cell_marks(course) for course in courses)
    assert len(theirs) == len(STUDENTS) * 8
    assert ours == theirs


def test_the_marks_are_of_different_kinds(courses: tuple[Path, Path]) -> None:
    marks = cell_marks(courses[1])
    assert marks["partly", "partial"][0] == 1.0
    assert marks["raises", "add_a"][0] == 0
    assert marks["too_slow", "slow_test"][0] == 0
    assert marks["right", "why"][:3] == (None, None, True)
    assert marks["no_answer", "why"][0] == 0


def test_the_same_files_are_in_autograded(courses: tuple[Path, Path]) -> None:
    def files(root: Path) -> set[tuple[str, int]]:
        paths = (root / "autograded").rglob("*")
        return {(str(p.relative_to(root)), p.stat().st_mode) for p in paths if p.is_file()}

    theirs, ours = map(files, courses)
    assert ours == theirs
    assert (courses[1] / "autograded/right/sums/data.csv").read_text() == "7\n"


def test_output_on_stderr_costs_nothing(tmp_path: Path) -> None:
    loud = "import sys\ndef add(a, b):\n    print('hm', file=sys.stderr)\n    return a + b"
    root = plain_course(tmp_path / "course", {"loud": {**GOOD, "add": loud}})
    entry = by_student(run_grade(root, "sums")[0])["loud"]
    assert (entry.result.score, entry.result.max_score) == (6.5, 16.0)


def test_marks_and_comments_given_by_hand_stay(courses: tuple[Path, Path]) -> None:
    root = courses[1]
    with open_gradebook(open_course(root)) as gradebook:
        gradebook.find_grade("why", "sums", "sums", "right").manual_score = 3.5
        gradebook.find_comment("why", "sums", "sums", "right").manual_comment = "Well put."
        gradebook.db.commit()
    entries, _ = run_grade(root, "sums", students=["right"], force=True)
    assert entries[0].result.score == 10.0
    with open_gradebook(open_course(root)) as gradebook:
        assert gradebook.find_comment("why", "sums", "sums", "right").comment == "Well put."


def test_late_penalties_are_taken_off(tmp_path: Path) -> None:
    root = plain_course(tmp_path / "course", {"stub": STUB, "right": GOOD})
    run_grade(root, "sums", students=["stub"])
    with open_gradebook(open_course(root)) as gradebook:
        gradebook.update_or_create_assignment("sums", duedate="2026-01-01 00:00:00 UTC")
    entries, shown = run_grade(root, "sums", students=["right"])
    assert entries[0].result.score == 0
    assert "late: 6.5 taken off" in shown
