"""The `course` command: start, check, progress, doctor. Each is a thin door to a module."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from course.errors import CourseError

COPY = Path("my_course")
FAILED, WRONG_CALL = 1, 2
PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True}

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Work through PyTorch Mechanics: start a lesson, check your answers, see how far you are.",
)
Folder = Annotated[Path, typer.Option("--folder", help="Your own working copy of the lessons.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error is one sentence on stderr, and status 2."""
    try:
        app(arguments)
    except CourseError as error:
        print(f"course: {error}", file=sys.stderr)
        raise SystemExit(WRONG_CALL) from None


@app.command(context_settings=PASS_THROUGH)
def start(
    context: typer.Context,
    lesson: Annotated[
        str | None, typer.Argument(help="A lesson to open: 1, 01, tensors or 01_tensors.")
    ] = None,
    folder: Folder = COPY,
    release: Annotated[
        Path | None, typer.Option(help="The folder of released lessons.", show_default="release")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    port: Annotated[int | None, typer.Option(help="The port of JupyterLab.")] = None,
) -> None:
    """Bring your working copy up to date and open it in JupyterLab.

    What you changed is never overwritten: a newer release of it is laid beside it, and you are
    told. What follows the lesson and is not listed here goes to JupyterLab.
    """
    from course import start as lab
    from course import working_copy
    from course.tables import tell_changes

    rest = context.args
    if lesson and lesson.startswith("-"):  # an option of JupyterLab's, where no lesson was named
        rest, lesson = [lesson, *rest], None
    changes = working_copy.update(working_copy.find_release(release), folder)
    notebook = working_copy.find_lesson(folder, lesson) if lesson else None
    tell_changes(folder, changes)
    command = lab.lab_command(folder, notebook, browser=browser, port=port, rest=rest)
    raise typer.Exit(lab.run(command))


@app.command()
def check(
    notebook: Annotated[
        Path, typer.Argument(help="Your notebook, such as my_course/01_…/….ipynb.")
    ],
    timeout: Annotated[int, typer.Option(min=1, help="Seconds that a cell may take.")] = 60,
) -> None:
    """Run a notebook's visible tests in a fresh kernel and print a table of its exercises.

    Status 0 when all pass, 1 when some do not. The notebook's file is not changed.
    """
    from course import notebook as files
    from course import progress as memory
    from course import runner, working_copy
    from course.tables import tell_results

    content = files.read(notebook)
    if not files.exercises(content):
        raise CourseError(f"{notebook} has no exercises to check.")
    results = runner.check(content, notebook.resolve().parent, timeout)
    copy = working_copy.root_of(notebook)
    if copy is not None:
        memory.save(copy, notebook, content, results)
    if not tell_results(results):
        raise typer.Exit(FAILED)


@app.command()
def progress(folder: Folder = COPY) -> None:
    """Show for each lesson how many exercises pass, and the minutes that are left.

    By what `course check` found for the answers as they are, else by the outputs you saved.
    """
    from course import progress as memory
    from course import working_copy
    from course.tables import tell_progress

    notebooks = working_copy.notebooks(folder)
    if not notebooks:
        raise CourseError(f"{folder} holds no lessons yet. `course start` makes your copy of them.")
    tell_progress(memory.lessons(folder, notebooks))


@app.command()
def doctor(
    json: Annotated[
        bool, typer.Option("--json", help="Print the facts and findings as JSON.")
    ] = False,
) -> None:
    """Look at Python, torch, accelerators, drivers and memory, and measure a matrix product.

    Status 1 when something would stop the course; each fault comes with what mends it.
    """
    from rich.console import Console

    from course.doctor import collect, examine
    from course.doctor.report import as_json, healthy, render

    facts = collect()
    findings = examine(facts)
    if json:
        print(as_json(facts, findings))
    else:
        Console().print(render(facts, findings))
    if not healthy(findings):
        raise typer.Exit(FAILED)
