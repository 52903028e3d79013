"""What the `course` command prints: tables and one-line notes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from course.progress import Lesson
from course.runner import Result, Status
from course.working_copy import Changes

MARKS = {
    Status.PASSED: Text("✓", style="green"),
    Status.FAILED: Text("✗", style="red"),
    Status.UNWRITTEN: Text("✗", style="red"),
    Status.GRADED_LATER: Text("-"),
}


def tell_results(results: Sequence[Result]) -> bool:
    """Print a table of exercises; do all that have visible tests pass?"""
    table = Table("", "Exercise", "Visible tests")
    for one in results:
        message = (one.message or one.status.value).splitlines()[0].removeprefix("✗ ")
        table.add_row(MARKS[one.status], Text(one.exercise.title), Text(message))
    judged = [one for one in results if one.status is not Status.GRADED_LATER]
    passed = sum(one.status is Status.PASSED for one in judged)
    console = Console()
    console.print(table)
    for one in results:
        if "\n" in one.message:
            console.print(
                Text(f"\n{one.exercise.title}", style="bold"), Text(one.message), sep="\n"
            )
    console.print(f"{passed} of {len(judged)} exercises pass their visible tests.")
    return passed == len(judged)


def tell_progress(lessons: Sequence[Lesson]) -> None:
    """Print a table of lessons."""
    table = Table("Lesson", "Passing", "Minutes left")
    for one in lessons:
        share = Text(one.problem, style="red") if one.problem else f"{one.passing} of {one.total}"
        table.add_row(Text(one.notebook), share, "" if one.problem else str(one.minutes_left))
    Console().print(table)
    passing, total = sum(one.passing for one in lessons), sum(one.total for one in lessons)
    Console().print(f"{passing} of {total} exercises pass their visible tests.")


def tell_changes(copy: Path, changes: Changes) -> None:
    """Say what a release brought."""
    console = Console(soft_wrap=True, highlight=False)
    for verb, names in (("added", changes.added), ("updated", changes.updated)):
        for name in names:
            console.print(Text(f"{verb}  {copy / name}"))
    for name, beside in changes.beside.items():
        console.print(
            Text(f"{copy / name} is yours and stays; its newer release is {copy / beside}")
        )
