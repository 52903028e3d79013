"""Opens JupyterLab on the student's working copy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from course.errors import CourseError

Run = Callable[[Sequence[str]], int]


def lab_command(
    copy: Path, notebook: Path | None, *, browser: bool, port: int | None, rest: Sequence[str]
) -> list[str]:
    """The command that starts JupyterLab in `copy`, at a notebook if one is given."""
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={copy.resolve()}"]
    command += [] if browser else ["--no-browser"]
    command += [f"--port={port}"] if port else []
    command += rest
    if notebook is not None:
        within = notebook.resolve().relative_to(copy.resolve()).as_posix()
        command.append(f"--LabApp.default_url=/lab/tree/{within}")
    return command


def run(command: Sequence[str]) -> int:
    """Run JupyterLab until it is stopped; Ctrl+C is its own affair."""
    if find_spec("jupyterlab") is None:
        raise CourseError("JupyterLab is not installed. Run: python -m pip install jupyterlab")
    with subprocess.Popen(command) as process:  # noqa: S603  our own command line
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # JupyterLab asks and ends by itself
                continue
