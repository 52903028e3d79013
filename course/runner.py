"""Runs a student's notebook in a fresh kernel, and says how each exercise's visible tests went.

The notebook's file is only read. A cell past its time is interrupted; a kernel that does not
answer to that, or dies, ends the run, and the exercises after it are told as not reached.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from course.errors import CourseError
from course.notebook import Exercise, exercises

# How long a kernel may take to answer after its cell was interrupted.
GRACE_S = 5
LONGEST_ERROR = 300
JUDGE_VARIABLE = "PYTORCH_MECHANICS_JUDGE"
TOO_LONG = (
    "This cell was interrupted after {} s. Does a loop never end? `--timeout` gives it longer."
)


class Status(StrEnum):
    """How an exercise's visible tests went."""

    PASSED = "passed"
    FAILED = "failed"
    UNWRITTEN = "not written yet"
    GRADED_LATER = "graded after you hand it in"


@dataclass(frozen=True)
class Result:
    """One exercise's outcome and, where it failed, the message for the student."""

    exercise: Exercise
    status: Status
    message: str = ""


def check(notebook: NotebookNode, folder: Path, timeout_s: int) -> tuple[Result, ...]:
    """Run the notebook (its outputs change in memory) in `folder`; one Result an exercise.

    timeout_s: seconds that a cell may take. CourseError when no kernel can be had.
    """
    stops = execute(notebook, folder, timeout_s)
    return tuple(_result(notebook, exercise, stops) for exercise in exercises(notebook))


def execute(notebook: NotebookNode, folder: Path, timeout_s: int) -> dict[int, str]:
    """Execute every cell; {cell: why it did not run to its end}."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    with TemporaryDirectory(prefix="course-") as sockets:
        client = _client(notebook, Path(sockets), timeout_s)
        try:
            return asyncio.run(_cells(client, folder))
        except RuntimeError as error:
            raise CourseError(
                f"No kernel could be started ({error}). `course doctor` looks for the reason."
            ) from None


def _client(notebook: NotebookNode, sockets: Path, timeout_s: int) -> NotebookClient:
    manager = AsyncKernelManager(kernel_name="python3")
    manager.connection_file = str(sockets / "kernel.json")
    if sys.platform != "win32":  # files rather than open ports, where there are such
        manager.transport, manager.ip = "ipc", str(sockets / "k")
    quiet = logging.getLogger("course.runner")
    quiet.setLevel(logging.CRITICAL)
    return NotebookClient(
        notebook,
        km=manager,
        timeout=timeout_s,
        allow_errors=True,
        store_widget_state=False,
        coalesce_streams=True,
        record_timing=False,
        shutdown_kernel="immediate",
        log=quiet,
    )


async def _cells(client: NotebookClient, folder: Path) -> dict[int, str]:
    environment = {k: v for k, v in os.environ.items() if k != JUDGE_VARIABLE}
    # what a kernel says of itself on its way out is not for the student
    options = {"env": environment, "cwd": str(folder), "stdout": DEVNULL, "stderr": DEVNULL}
    stops: dict[int, str] = {}
    async with client.async_setup_kernel(cleanup_kc=True, **options):
        for index, cell in enumerate(client.nb.cells):
            try:
                await client.async_execute_cell(cell, index)
            except CellTimeoutError:
                stops[index] = TOO_LONG.format(client.timeout)
                if not await _interrupted(client):
                    return stops | _unreached(client, index)
            except DeadKernelError:
                stops[index] = "Python ended while this cell ran: out of memory, or exit()?"
                return stops | _unreached(client, index)
    return stops


async def _interrupted(client: NotebookClient) -> bool:
    """Stop the running cell; does the kernel answer afterwards?"""
    manager: Any = client.km  # its types say nothing of what is awaited
    kernel: Any = client.kc
    await manager.interrupt_kernel()
    try:
        await kernel._async_wait_for_ready(timeout=GRACE_S)
    except RuntimeError:
        return False
    return True


def _unreached(client: NotebookClient, index: int) -> dict[int, str]:
    later = range(index + 1, len(client.nb.cells))
    return dict.fromkeys(later, "Not reached: an earlier cell did not end.")


def _result(notebook: NotebookNode, exercise: Exercise, stops: dict[int, str]) -> Result:
    for index in (*exercise.answers, exercise.test):
        if index in stops:
            return Result(exercise, Status.FAILED, stops[index])
        error = error_of(notebook.cells[index])
        if error is not None:
            status, message = _told(*error)
            if error[0] == "NameError":  # often not the exercise's own fault
                message += _earlier(notebook, stops, index)
            return Result(exercise, status, message)
    return Result(exercise, Status.PASSED if exercise.checkable else Status.GRADED_LATER)


def _earlier(notebook: NotebookNode, stops: dict[int, str], before: int) -> str:
    """A line on the first cell that failed before this one, and is no exercise's test."""
    for index, cell in enumerate(notebook.cells[:before]):
        error = error_of(cell)
        if cell.metadata.get("nbgrader", {}).get("grade") or (error is None and index not in stops):
            continue
        why = stops.get(index) or _told(*error or ("", ""))[1]
        return f"\n  Cell {index + 1}, before it, failed: {why}"
    return ""


def error_of(cell: NotebookNode) -> tuple[str, str] | None:
    """(exception type, its text) of the error in a cell's outputs, if there is one."""
    errors = (one for one in cell.get("outputs", []) if one.output_type == "error")
    return next(((one.ename, one.evalue) for one in errors), None)


def _told(kind: str, text: str) -> tuple[Status, str]:
    if kind == "NotImplementedError":
        return Status.UNWRITTEN, ""
    if kind == "CheckFailed":
        return Status.FAILED, text
    message = f"{kind}: {text}" if text else kind
    return Status.FAILED, message if len(message) <= LONGEST_ERROR else message[:299] + "…"
