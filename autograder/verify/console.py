"""The `verify` command: from its arguments to an exit code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.build.layout import Place, select
from autograder.build.run import read
from autograder.errors import CourseFolderError, LessonError
from autograder.grade.course_folder import CourseFolder, open_course
from autograder.verify import report
from autograder.verify.lesson import Options, Verified, verify
from autograder.verify.lesson import Progress as Say

PROVED, HOLES, WRONG_CALL = 0, 1, 2


@dataclass(frozen=True)
class Request:
    """What `autograder verify` was asked for."""

    course_dir: Path
    names: Sequence[str] = ()
    json: Path | None = None
    options: Options = field(default_factory=Options)


def show(request: Request, console: Console | None = None) -> int:
    """Verify and print. The exit code: 1 when there is a hole, 2 for a wrong call."""
    try:
        course, places = _found(request)
    except (CourseFolderError, LessonError) as error:
        typer.echo(error, err=True)
        return WRONG_CALL
    console = console or Console(highlight=False)
    lessons = read(places)
    verified = []
    for lesson in lessons:
        with progress(console, lesson.place.assignment) as say:
            verified.append(verify(lesson, course, request.options, say))
        report.show(verified[-1], console, mutating=request.options.mutating)
    if request.json:
        request.json.write_text(report.as_json(verified), encoding="utf-8")
    console.print(_summary(verified), soft_wrap=True)
    return HOLES if any(each.holes for each in verified) else PROVED


def _found(request: Request) -> tuple[CourseFolder, list[Place]]:
    places = select(request.course_dir, request.names)
    if request.json and not request.json.resolve().parent.is_dir():
        raise CourseFolderError(f"There is no folder {request.json.resolve().parent}.")
    return open_course(request.course_dir), places


@contextmanager
def progress(console: Console, assignment: str) -> Iterator[Say]:
    """A bar that counts the candidates of a lesson."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(f"{assignment}: the reference", total=None)
        yield lambda done, of: bar.update(
            task, completed=done, total=of, description=f"{assignment}: judging"
        )


def _summary(verified: Sequence[Verified]) -> str:
    holes = sum(len(each.holes) for each in verified)
    count = "1 lesson" if len(verified) == 1 else f"{len(verified)} lessons"
    return f"{count} verified: {holes} hole{'s' * (holes != 1)}." if holes else f"{count} proved."
