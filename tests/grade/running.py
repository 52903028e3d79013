"""Run `grade` inside a test."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console

from autograder.grade import Entry, Request, Screen, grade


@contextmanager
def threads(workers: int) -> Iterator[Executor]:
    """Another executor than the one that `grade` uses by default."""
    with ThreadPoolExecutor(workers) as executor:
        yield executor


def run_grade(
    course: Path, assignment: str = "01_numbers", **options: Any
) -> tuple[list[Entry], str]:
    """The entries of a run over a course, and what it showed."""
    make_executor = options.pop("make_executor", threads)
    shown = StringIO()
    screen = Screen(Console(file=shown, width=160, highlight=False))
    request = Request(assignment, course_dir=course, **{"workers": 2, **options})
    return grade(request, screen, make_executor), shown.getvalue()


def by_student(entries: list[Entry]) -> dict[str, Entry]:
    """The entries of a one-notebook assignment."""
    return {entry.result.student: entry for entry in entries}
