"""The `course` command as a student meets it: what it prints, and the status it ends with."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from student_lesson import QUICK_IMPORTS, exercise, notebook, write

from course import cli, doctor, runner
from course import start as lab
from course.doctor.facts import Facts
from course.errors import CourseError

RIGHT = {"first": "return a + b", "second": "return a * b"}


@pytest.fixture(autouse=True)
def wide(monkeypatch, tmp_path):
    """A wide terminal, in a folder of the test's own."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def course(capsys):
    """Run the command; gives (status, what it printed, what it complained)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def jupyter(monkeypatch):
    """JupyterLab's command lines, in the place of JupyterLab."""
    started = []
    monkeypatch.setattr(lab, "run", lambda command: started.append(command) or 0)
    return started


def release(**answers: str) -> Path:
    return write(Path("release/01_sums/sums.ipynb"), notebook(**answers))


def row(said: str, title: str) -> str:
    """The row of a table that holds the title, its cells joined by ' | '."""
    line = next(line for line in said.splitlines() if title in line)
    return " | ".join(cell.strip() for cell in line.strip("│").split("│"))


# --- the command itself


def test_help_names_every_command(course):
    status, said, _ = course("--help")
    assert status == 0
    for name in ("start", "check", "progress", "doctor"):
        assert name in said


@pytest.mark.parametrize("name", ["start", "check", "progress", "doctor"])
def test_each_command_has_help(course, name):
    status, said, _ = course(name, "--help")
    assert status == 0
    assert f"Usage: course {name}" in said or f"Usage: pytest {name}" in said or name in said


@pytest.mark.parametrize("call", [["nonsense"], ["check"], ["check", "a.ipynb", "--timeout", "0"]])
def test_a_wrong_call_has_status_2(course, call):
    status, _, complaint = course(*call)
    assert status == 2
    assert "Usage" in complaint


def test_the_installed_command_complains_in_one_sentence():
    done = subprocess.run(
        [sys.executable, "-c", "from course.cli import main; main()", "check", "no.ipynb"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert (
        done.stderr == "course: There is no file no.ipynb. `course progress` lists your lessons.\n"
    )


# --- check


def test_check_passes(course):
    path = write(Path("sums.ipynb"), notebook(**RIGHT))
    before = path.read_bytes()
    status, said, _ = course("check", str(path))
    assert status == 0
    assert row(said, "The sum") == "✓ | The sum | passed"
    assert row(said, "The product") == "✓ | The product | passed"
    assert row(said, "The quiz") == "- | The quiz | graded after you hand it in"
    assert "2 of 2 exercises pass their visible tests." in said
    assert path.read_bytes() == before


def test_check_tells_wrong_and_unwritten(course):
    status, said, _ = course("check", str(write(Path("s.ipynb"), notebook("return a - b"))))
    assert status == 1
    assert row(said, "The sum") == "✗ | The sum | add(1, 2): the value differs"
    assert row(said, "The product") == "✗ | The product | not written yet"
    assert "The sum\n✗ add(1, 2): the value differs\n    yours:    -1\n    expected: 3\n" in said
    assert "0 of 2 exercises pass their visible tests." in said


def test_check_says_which_cell_does_not_end_or_parse(course):
    content = notebook("while True: pass", "return +", QUICK_IMPORTS)
    status, said, _ = course("check", str(write(Path("s.ipynb"), content)), "--timeout", "2")
    assert status == 1
    assert "This cell was interrupted after 2 s. Does a loop never end?" in row(said, "The sum")
    assert "SyntaxError: invalid syntax" in row(said, "The product")


def test_check_goes_on_after_an_endless_loop(course):
    content = notebook("while True: pass", RIGHT["second"], QUICK_IMPORTS)
    _, said, _ = course("check", str(write(Path("s.ipynb"), content)), "--timeout", "2")
    assert row(said, "The product") == "✓ | The product | passed"


def test_check_ends_a_kernel_that_is_deaf(course, monkeypatch):
    monkeypatch.setattr(runner, "GRACE_S", 1)
    deaf = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n    while True: pass"
    content = notebook(deaf, RIGHT["second"], QUICK_IMPORTS)
    status, said, _ = course("check", str(write(Path("s.ipynb"), content)), "--timeout", "2")
    assert status == 1
    assert "interrupted after 2 s" in row(said, "The sum")
    assert "Not reached: an earlier cell did not end." in row(said, "The product")


def test_check_survives_a_kernel_that_ends(course):
    content = notebook("import os; os._exit(1)")
    status, said, _ = course("check", str(write(Path("s.ipynb"), content)))
    assert status == 1
    assert "Python ended while this cell ran" in row(said, "The sum")


def test_check_names_the_earlier_cell_that_failed(course):
    content = notebook(**RIGHT, imports="import no_such_module")
    status, said, _ = course("check", str(write(Path("s.ipynb"), content)))
    assert status == 1
    assert row(said, "The sum") == "✗ | The sum | NameError: name 'check' is not defined"
    reason = "ModuleNotFoundError: No module named 'no_such_module'"
    assert f"  Cell 1, before it, failed: {reason}" in said


def test_check_runs_in_the_notebooks_folder_and_is_never_graded(course, monkeypatch):
    monkeypatch.setenv("PYTORCH_MECHANICS_JUDGE", "1")
    Path("lesson").mkdir()
    Path("lesson/data.txt").write_text("3")
    content = notebook("return int(open('data.txt').read())", "return 0")
    status, said, _ = course("check", str(write(Path("lesson/s.ipynb"), content)))
    assert status == 1
    assert "passed" in row(said, "The sum")
    assert "differs" in row(said, "The product")


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a.ipynb", "", "is damaged"),
        ("a.ipynb", '{"cells": [', "is damaged"),
        ("a.ipynb", "[]", "is damaged"),
        ("a.ipynb", '{"nbformat": 4, "nbformat_minor": 5, "cells": 3}', "is damaged"),
        ("a.ipynb", "\xff\xfe", "is damaged"),
        ("a.txt", "", "is no notebook"),
    ],
)
def test_check_of_a_broken_file(course, name, text, complaint):
    Path(name).write_bytes(text.encode("latin-1"))
    status, said, err = course("check", name)
    assert (status, said) == (2, "")
    assert err.startswith(f"course: {name} {complaint}")
    assert err.count("\n") == 1


def test_check_of_a_notebook_without_exercises(course):
    content = notebook()
    content.cells = content.cells[:1]
    status, _, err = course("check", str(write(Path("a.ipynb"), content)))
    assert (status, err) == (2, "course: a.ipynb has no exercises to check.\n")


def test_check_without_a_kernel(course, monkeypatch):
    def none(*_):
        raise CourseError("No kernel could be started (why). `course doctor` looks for the reason.")

    monkeypatch.setattr(runner, "check", none)
    status, _, err = course("check", str(write(Path("a.ipynb"), notebook())))
    assert (status, err.startswith("course: No kernel")) == (2, True)


# --- start


def test_start_lays_a_copy_and_opens_the_lesson(course, jupyter):
    release()
    status, said, _ = course("start", "sums", "--no-browser", "--port", "8899", "--ip=0.0.0.0")
    assert (status, said) == (0, "added  my_course/01_sums/sums.ipynb\n")
    assert Path("my_course/01_sums/sums.ipynb").read_bytes() == release().read_bytes()
    (command,) = jupyter
    assert command[1:] == [
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={Path('my_course').resolve()}",
        "--no-browser",
        "--port=8899",
        "--ip=0.0.0.0",
        "--LabApp.default_url=/lab/tree/01_sums/sums.ipynb",
    ]


def test_start_passes_options_on_without_a_lesson(course, jupyter):
    release()
    course("start", "--ip=0.0.0.0")
    assert jupyter[0][-1] == "--ip=0.0.0.0"


@pytest.mark.parametrize("name", ["1", "01", "sums", "01_sums"])
def test_start_knows_a_lesson_by_each_of_its_names(course, jupyter, name):
    release()
    course("start", name)
    assert jupyter[0][-1].endswith("/01_sums/sums.ipynb")


def test_start_names_the_lessons_there_are(course, jupyter):
    release()
    status, _, err = course("start", "tensors")
    assert (status, err) == (2, "course: There is no lesson 'tensors'. There are: 01_sums.\n")
    assert not jupyter


def test_start_keeps_the_students_work_and_lays_a_newer_release_beside_it(course, jupyter):
    release()
    course("start")
    mine = write(Path("my_course/01_sums/sums.ipynb"), notebook("return 1")).read_bytes()
    status, said, _ = course("start")
    assert (status, said) == (0, "")
    newer = release(first="...").read_bytes()
    write(Path("release/02_more/more.ipynb"), notebook())
    _, said, _ = course("start")
    assert Path("my_course/01_sums/sums.ipynb").read_bytes() == mine
    (beside,) = Path("my_course/01_sums").glob("sums_release_*.ipynb")
    assert beside.read_bytes() == newer
    assert said.splitlines() == [
        "added  my_course/02_more/more.ipynb",
        f"my_course/01_sums/sums.ipynb is yours and stays; its newer release is {beside}",
    ]
    assert course("start")[1] == ""


def test_start_needs_a_release(course, monkeypatch, jupyter):
    status, _, err = course("start", "--release", "nowhere")
    assert (status, err) == (
        2,
        "course: nowhere holds no lessons. Run `course start` in the course's folder, "
        "or name it: --release PATH.\n",
    )


def test_start_refuses_a_file_in_the_place_of_the_copy(course, jupyter):
    release()
    Path("my_course").write_text("")
    status, _, err = course("start")
    assert (status, err) == (
        2,
        "course: my_course is a file. Name another folder: --folder NAME.\n",
    )


def test_start_without_jupyterlab(course, monkeypatch):
    release()
    monkeypatch.setattr(lab, "find_spec", lambda _: None)
    status, _, err = course("start")
    assert status == 2
    assert err == "course: JupyterLab is not installed. Run: python -m pip install jupyterlab\n"


def test_start_runs_jupyterlab_and_ends_with_its_status():
    assert lab.run([sys.executable, "-c", "raise SystemExit(7)"]) == 7


# --- progress


def test_progress_without_a_copy(course):
    status, _, err = course("progress")
    assert status == 2
    assert (
        err == "course: my_course holds no lessons yet. `course start` makes your copy of them.\n"
    )


def test_progress_follows_check(course, jupyter):
    release()
    course("start")
    assert row(course("progress")[1], "sums") == "01_sums/sums.ipynb | 0 of 2 | 15"
    mine = write(Path("my_course/01_sums/sums.ipynb"), notebook(first=RIGHT["first"]))
    course("check", str(mine))
    _, said, _ = course("progress")
    assert row(said, "sums") == "01_sums/sums.ipynb | 1 of 2 | 10"
    assert "1 of 2 exercises pass their visible tests." in said


def test_progress_forgets_a_check_once_the_answer_changes(course, jupyter):
    release()
    course("start")
    mine = write(Path("my_course/01_sums/sums.ipynb"), notebook(**RIGHT))
    course("check", str(mine))
    write(mine, notebook(first=RIGHT["first"], second="return 0"))
    assert "| 1 of 2 | 10" in row(course("progress")[1], "sums")


def test_progress_reads_saved_outputs(course, jupyter):
    release()
    course("start")
    content = notebook(**RIGHT)
    for count, cell in enumerate(content.cells[:4], start=1):
        if cell.cell_type == "code":
            cell.execution_count = count
    write(Path("my_course/01_sums/sums.ipynb"), content)
    assert "| 1 of 2 | 10" in row(course("progress")[1], "sums")


def test_progress_names_a_damaged_notebook_and_goes_on(course, jupyter):
    release()
    write(Path("release/02_more/more.ipynb"), notebook())
    course("start")
    Path("my_course/01_sums/sums.ipynb").write_text("{")
    status, said, _ = course("progress")
    assert status == 0
    assert "is damaged" in said
    assert "| 0 of 2 | 15" in row(said, "more")


@pytest.mark.parametrize("text", ["{", "[]", '{"01_sums/sums.ipynb": 3}'])
def test_progress_survives_a_spoiled_record(course, jupyter, text):
    release()
    course("start")
    Path("my_course/.progress.json").write_text(text)
    assert "| 0 of 2 | 15" in row(course("progress")[1], "sums")
    course("check", "my_course/01_sums/sums.ipynb")
    assert json.loads(Path("my_course/.progress.json").read_text())


# --- doctor


@pytest.fixture
def machine(monkeypatch):
    """A machine without torch."""
    facts = Facts((3, 11, 7), "python", "Linux", "x86_64", 16.0, 8.0)
    monkeypatch.setattr(doctor, "collect", lambda: facts)
    return facts


def test_doctor_ends_with_1_when_the_course_can_not_run(course, machine):
    status, said, _ = course("doctor")
    assert status == 1
    assert "✗ torch is not installed." in said


def test_doctor_prints_json(course, machine):
    status, said, _ = course("doctor", "--json")
    assert status == 1
    assert json.loads(said)["ok"] is False


def test_doctor_on_this_machine(course):
    status, said, _ = course("doctor")
    assert status == 0
    assert re.search(r"Matrix product +[\d,]+ GFLOP/s", said)


def test_a_title_may_hold_dots_and_an_exercise_no_minutes():
    from course.notebook import exercises

    content = notebook()
    content.cells = exercise(4, "x", 3, "x = 1", "assert x")
    content.cells[0].source = "### Exercise 4. What is 1.5 · 2?"
    (found,) = exercises(content)
    assert (found.name, found.minutes) == ("x", 0)
