"""What `autograder build` shows: a bar while it builds, a diff when it adopts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.build import adopt, build, stale
from autograder.build.layout import Place, select
from autograder.grade.course_folder import open_course
from autograder.grade.keys import answer_key
from autograder.grade.plan import run_settings
from autograder.verify.lesson import require

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def show(
    course_dir: Path, names: Sequence[str], *, check: bool, adopting: bool, proving: bool = True
) -> int:
    """Do what `autograder build` was asked for. The exit code: 1 when something is stale."""
    console = Console()
    if check:
        return show_check(course_dir, names, console)
    if adopting:
        show_adopt(course_dir, names, console)
    show_build(course_dir, names, console, proving=proving)
    return 0


def show_check(course_dir: Path, names: Sequence[str], console: Console) -> int:
    """Name what is stale. The exit code: 1 when something is."""
    found = stale(course_dir, names)
    for what in found:
        console.print(what, markup=False, highlight=False, soft_wrap=True)
    if not found:
        console.print(f"{_counted(len(select(course_dir, names)))} up to date.")
    return 1 if found else 0


def show_adopt(course_dir: Path, names: Sequence[str], console: Console) -> None:
    """Carry edits back and show what changed in the lessons."""
    diffs = adopt(course_dir, names)
    for diff in diffs:
        for line in diff.splitlines():
            style = _STYLES.get(line[:1])
            console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)
    if not diffs:
        console.print("No built notebook was edited by hand: there is nothing to adopt.")


def show_build(
    course_dir: Path, names: Sequence[str], console: Console, *, proving: bool = True
) -> None:
    """Build with a bar that names the lesson and the step."""
    count = len(select(course_dir, names))
    with _bar(console) as progress:
        task = progress.add_task("", total=count)
        seen: set[str] = set()

        def report(assignment: str, step: str) -> None:
            seen.add(assignment)
            progress.update(task, completed=len(seen) - 1, description=f"{assignment}: {step}")

        prove = require(open_course(course_dir)) if proving else None
        built = build(course_dir, names, report, prove=prove)
        for place in built:
            progress.update(task, description=f"{place.assignment}: making the answer key")
            _make_key(place, console)
        progress.update(task, completed=count, description="built")
    for place in built:
        source, release = place.shown(place.source), place.shown(place.release)
        console.print(f"{source} → {release}", highlight=False, soft_wrap=True)


def _make_key(place: Place, console: Console) -> None:
    """The key that `grade` will judge by; it stays out of the trees that are committed."""
    course = open_course(place.course_dir)
    settings = run_settings(course, None)
    answer_key(course, place.assignment, place.topic, settings, lambda said: _say(console, said))


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _counted(count: int) -> str:
    return "1 lesson is" if count == 1 else f"{count} lessons are"
