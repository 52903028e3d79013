"""The `grade` command: from its arguments to an exit code."""

from __future__ import annotations

import signal
import threading

import typer

from autograder.errors import CourseFolderError
from autograder.grade.run import Request, grade
from autograder.grade.screen import Screen
from autograder.kernels.sandbox import SandboxError

ALL_GRADED, SOME_UNGRADABLE, WRONG_CALL, INTERRUPTED = 0, 1, 2, 130


def show(request: Request) -> int:
    """Grade and print; return the exit code."""
    if threading.current_thread() is threading.main_thread():
        # Ended from outside, it says what it says to Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        entries = grade(request, Screen())
    except (CourseFolderError, SandboxError) as error:
        typer.echo(error, err=True)
        return WRONG_CALL
    except KeyboardInterrupt:
        typer.echo("Stopped. What was graded is kept; the same command goes on from there.")
        return INTERRUPTED
    return ALL_GRADED if all(entry.graded for entry in entries) else SOME_UNGRADABLE
