"""The `autograder` command: each command is a thin door to a room of the package."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autograder.errors import AutograderError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Build the lessons, prove their tests, grade a class.",
)


class Sandbox(StrEnum):
    """Where submissions run."""

    FULL = "full"
    NONE = "none"


@app.callback()
def _commands() -> None:
    """Keep each command under its name, however few there are."""


@app.command()
def build(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="As 01, 01_tensors or a path; all by default.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only name what is stale; exit 1 if anything is.")
    ] = False,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="First carry edits in built notebooks back.")
    ] = False,
    prove: Annotated[
        bool,
        typer.Option("--verify/--no-verify", help="Prove the hidden tests of what has variants."),
    ] = True,
    course_dir: Annotated[Path, typer.Option(help="The folder that holds lessons/.")] = Path(),
) -> None:
    """Build lessons into executed source notebooks and what students get of them."""
    if check and adopt:
        raise typer.BadParameter("--check changes nothing, --adopt does: give one of them.")
    from autograder.build import console

    options = {"check": check, "adopting": adopt, "proving": prove}
    raise typer.Exit(console.show(course_dir.resolve(), lessons or [], **options))


@app.command()
def verify(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="As 01, 01_tensors or a path; all by default.")
    ] = None,
    json: Annotated[
        Path | None, typer.Option(metavar="F", help="Write what was found here, as JSON.")
    ] = None,
    course_dir: Annotated[Path, typer.Option(help="The folder that holds lessons/.")] = Path(),
    workers: Annotated[
        int | None, typer.Option(min=1, help="Kernels at a time; by default one a processor.")
    ] = None,
    mutants: Annotated[
        bool, typer.Option("--mutants/--no-mutants", help="Also change the references, by ast.")
    ] = True,
) -> None:
    """Prove the hidden tests: right answers earn all, wrong ones are caught, stubs earn 0."""
    from autograder.verify.console import Request, show
    from autograder.verify.lesson import Options

    options = Options(mutating=mutants, workers=workers)
    raise typer.Exit(show(Request(course_dir.resolve(), lessons or (), json, options)))


@app.command()
def grade(
    assignment: Annotated[str, typer.Argument(help="The assignment's folder name: 01_tensors.")],
    students: Annotated[
        list[str] | None, typer.Argument(metavar="[STUDENT]...", help="All by default.")
    ] = None,
    course_dir: Annotated[Path, typer.Option(help="Any nbgrader course folder.")] = Path(),
    workers: Annotated[
        int | None, typer.Option(min=1, help="Notebooks at a time; by default one a processor.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Grade again what is graded.")] = False,
    timeout: Annotated[
        int | None, typer.Option(min=1, help="Seconds that a cell may take.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option(help="Write a JSON object a line for each notebook here.")
    ] = None,
    sandbox: Annotated[
        Sandbox, typer.Option(help="none: students' code may do whatever you may.")
    ] = Sandbox.FULL,
) -> None:
    """Grade what students handed in: marks to the gradebook, a page for each student."""
    from autograder.grade import Request, console

    request = Request(
        assignment, students or (), course_dir, workers, force, timeout, results, sandbox.value
    )
    raise typer.Exit(console.show(request))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to put the class.")] = Path("demo"),
    course_dir: Annotated[Path, typer.Option(help="The folder that holds lessons/.")] = Path(),
) -> None:
    """Build lesson 01, hand in a small class with every outcome, and grade it."""
    from autograder.demo import run

    raise typer.Exit(0 if run(course_dir.resolve(), folder.resolve()) else 1)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> None:
    """Say what the sandbox gives on this machine, and what mends what is missing."""
    from autograder import doctor as room

    raise typer.Exit(room.show(as_json=as_json))


def main() -> None:
    """Run the command line; what went wrong is said in words, without a traceback."""
    try:
        app()
    except AutograderError as error:
        typer.echo(error, err=True)
        raise SystemExit(1) from None
