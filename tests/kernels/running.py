"""Run cells in warm kernels, and count what they leave behind."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.execute import Execution, execute
from autograder.kernels import KERNEL_NAME

# Tells the command lines of the processes that a test began and that stay.
Left = Callable[[], list[str]]
_ENDED = "(ended, and not waited for)"


def notebook(*sources: str) -> NotebookNode:
    """A notebook of code cells."""
    return new_notebook(cells=[new_code_cell(source) for source in sources])


def run(*sources: str, **options: Any) -> Execution:
    """Run the sources as cells, with little time for each."""
    defaults = {"judged": True, "timeout_s": 20, "kernel_name": KERNEL_NAME}
    with tempfile.TemporaryDirectory(prefix="work-") as workdir:
        return execute(notebook(*sources), workdir=Path(workdir), **{**defaults, **options})


def results(execution: Execution) -> list[str | None]:
    """What each cell put out last: text, a result, or an error's name."""
    return [_said(cell.outputs[-1]) if cell.outputs else None for cell in execution.nb.cells]


def _said(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return str(output.text).strip()
    if output.output_type == "error":
        return str(output.ename)
    return str(output.data["text/plain"])


class Counting:
    """Counts the processes that began since it was made; `left()` tells of those that stay.

    The zygotes are apart: one lives as long as the process that uses it.
    """

    def __init__(self) -> None:
        """What is alive now is not counted: another test's, or a helper of multiprocessing."""
        self._before = set(_descendants())

    def left(self, wait_s: float = 30.0) -> list[str]:
        """The command lines of what still runs, after some time to end."""
        deadline = time.monotonic() + wait_s
        while found := [each for each in map(_counted, self._since()) if each]:
            if time.monotonic() > deadline:
                return found
            time.sleep(0.05)
        return []

    def _since(self) -> list[psutil.Process]:
        return [each for each in _descendants() if each not in self._before]


def _descendants() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _counted(process: psutil.Process) -> str | None:
    """What it is called; None for a zygote, or for one that is gone."""
    try:
        parent, command = process.ppid(), _command(process)
    except psutil.NoSuchProcess:
        return None
    # A zygote is our own child; its supervisors and kernels are below it, by its name.
    if parent == os.getpid() and ("zygote" in command or command == _ENDED):
        return None
    return f"{process.pid} (of {parent}): {command}"


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline()) or process.name()
    except psutil.ZombieProcess:
        return _ENDED


def descriptors() -> int:
    """How many files and sockets this process holds open."""
    return len(os.listdir("/proc/self/fd"))


def leftovers() -> set[str]:
    """What lies where temporary folders are made."""
    return set(os.listdir(tempfile.gettempdir()))
