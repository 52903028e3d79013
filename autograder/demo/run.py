"""`autograder demo`: the whole road, with a class that has one of each outcome."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.build import build
from autograder.demo.cases import Case, cases, submission
from autograder.errors import CourseFolderError
from autograder.grade import Entry, Request, Screen, grade

ASSIGNMENT, NOTEBOOK = "01_tensors", "tensors"
CELL_TIMEOUT_S = 10
MARKER = ".autograder-demo"


def run(course_dir: Path, folder: Path, console: Console | None = None) -> bool:
    """Build lesson 01 into `folder`, hand in and grade the class; whether all got their mark.

    course_dir holds lessons/. An older demonstration in `folder` makes way; CourseFolderError
    when something else is there, or when there is no lesson 01.
    """
    console = console or Console(highlight=False)
    _prepare(course_dir, folder)
    console.print(f"Building lesson {ASSIGNMENT} in {_shown(folder)} …")
    (place,) = build(folder, [ASSIGNMENT])
    for case in cases():
        handed_in = folder / "submitted" / case.student / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
        handed_in.parent.mkdir(parents=True)
        handed_in.write_bytes(submission(case, place.release, place.source))
    entries = grade(
        Request(ASSIGNMENT, course_dir=folder, timeout_s=CELL_TIMEOUT_S), Screen(console)
    )
    return _compare(entries, console)


def _prepare(course_dir: Path, folder: Path) -> None:
    lesson = course_dir / "lessons" / ASSIGNMENT
    if not (lesson / "lesson.py").exists():
        raise CourseFolderError(
            f"{course_dir} holds no lessons/{ASSIGNMENT}/lesson.py: run `autograder demo` in a "
            "clone of the course, or name one with --course-dir."
        )
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise CourseFolderError(
            f"{folder} holds something that is not a demonstration: name another folder."
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARKER).touch()
    shutil.copytree(lesson, folder / "lessons" / ASSIGNMENT)
    shutil.copy(course_dir / "nbgrader_config.py", folder)


def _compare(entries: list[Entry], console: Console) -> bool:
    """Print what each case shows and whether it got the mark that it must."""
    found = {entry.result.student: entry.result.score for entry in entries}
    table = Table("student", "what was handed in", "must get", "got", "", title="The class")
    for case in cases():
        right = found.get(case.student) == case.score
        table.add_row(
            case.student,
            case.about,
            _mark(case.score),
            _mark(found.get(case.student)),
            "[green]✓[/]" if right else "[red]✗[/]",
        )
    console.print(table)
    return all(_is_right(case, found) for case in cases())


def _is_right(case: Case, found: dict[str, float | None]) -> bool:
    return case.student in found and found[case.student] == case.score


def _mark(score: float | None) -> str:
    return "no mark" if score is None else f"{score:g}"


def _shown(folder: Path) -> str:
    return os.path.relpath(folder)
