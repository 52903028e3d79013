"""The gradebook that `autograder grade` prints at its end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.grade.course_folder import CourseFolder
from autograder.results import Entry

_EXERCISE_WIDTH = 8


def print_report(console: Console, entries: Sequence[Entry], course: CourseFolder) -> None:
    """Print the table, where the pages are, and what could not be graded."""
    console.print(_table(entries, console.width))
    who = ("STUDENT", entries[0].result.assignment)
    console.print(Text(f"Feedback: {_shown(course.feedback(*who))}"), soft_wrap=True)
    instructor = _shown(course.instructor(*who))
    console.print(Text(f"For you, with every output: {instructor}"), soft_wrap=True)
    failed = [entry for entry in entries if not entry.graded]
    if failed:
        console.print(Text(f"Not graded: {len(failed)}", style="bold"))
    for entry in failed:
        told = " ".join([f"  {entry.result.student}: {entry.result.reason}", *entry.notes])
        console.print(Text(told), soft_wrap=True)


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _table(entries: Sequence[Entry], width: int) -> Table:
    table = Table(title=f"{entries[0].result.assignment}", title_justify="left")
    notebooks = len({entry.result.notebook for entry in entries}) > 1
    exercises = _exercises(entries, width) if not notebooks else []
    table.add_column("Student", overflow="fold")
    if notebooks:
        table.add_column("Notebook")
    table.add_column("Mark", justify="right", no_wrap=True)
    for name in exercises:
        table.add_column(Text(name), justify="right", overflow="fold")
    table.add_column("Note")
    for entry in sorted(entries, key=lambda e: (e.result.student, e.result.notebook)):
        table.add_row(*_row(entry, exercises, notebooks))
    return table


def _row(entry: Entry, exercises: list[str], notebooks: bool) -> list[Text]:
    result = entry.result
    mark = f"{result.score:g} / {result.max_score:g}" if entry.graded else "none"
    scores = {each.exercise: each.score for each in entry.exercises}
    cells = [result.student, *([result.notebook] if notebooks else []), mark]
    cells += [_score(scores[name]) if name in scores else "" for name in exercises]
    return [Text(cell) for cell in [*cells, _note(entry)]]


def _score(score: float | None) -> str:
    return "?" if score is None else f"{score:g}"


def _note(entry: Entry) -> str:
    notes = list(entry.notes) if entry.graded else ["not graded"]
    if entry.awaiting:
        notes.append(f"{entry.awaiting} to be marked by hand")
    if entry.penalty:
        notes.append(f"late: {entry.penalty:g} taken off")
    told = {(c.exercise, c.misconception) for c in entry.result.checks if c.misconception}
    found = len(told)
    if found:
        notes.append(f"{found} misconception{'s' if found > 1 else ''} recognized")
    return "; ".join(notes)


def _exercises(entries: Sequence[Entry], width: int) -> list[str]:
    """The exercises, where a column for each fits."""
    names = list(dict.fromkeys(each.exercise for entry in entries for each in entry.exercises))
    room = width - 44
    return names if len(names) * (_EXERCISE_WIDTH + 3) <= room else []
