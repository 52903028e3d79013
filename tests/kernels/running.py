"""Run cells in warm kernels, and count what they leave behind."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.execute import Execution, execute
from autograder.kernels import KERNEL_NAME


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


def descendants() -> list[psutil.Process]:
    """All that this process has started and that still runs."""
    return psutil.Process().children(recursive=True)


def kernels_left(wait_s: float = 10.0) -> int:
    """How many processes there are besides the zygotes, after some time to end."""
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        left = [each for each in descendants() if _is_of_a_kernel(each)]
        if not left:
            return 0
        time.sleep(0.05)
    return len(left)


def _is_of_a_kernel(process: psutil.Process) -> bool:
    # A zygote is our own child; its supervisors and kernels are below it.
    try:
        return process.ppid() != os.getpid() or "zygote" not in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def descriptors() -> int:
    """How many files and sockets this process holds open."""
    return len(os.listdir("/proc/self/fd"))


def leftovers() -> set[str]:
    """What lies where temporary folders are made."""
    return set(os.listdir(tempfile.gettempdir()))
