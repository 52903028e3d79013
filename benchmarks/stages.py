"""Where the time of a submission goes, and what a kernel takes, step by step in one process."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from jupyter_client.manager import AsyncKernelManager
from nbformat.v4 import new_notebook
from rich.console import Console

from autograder.grade import Request, Screen, grade
from autograder.kernels import KERNEL_NAME
from autograder.kernels.session import Session
from benchmarks.measure import pss_bytes

# What is timed, in the order of a submission's way, where it is called from.
_STEPS = {
    "read": "autograder.grade.worker.read_notebook",
    "restore": "autograder.grade.worker.restore",
    "execute (our side)": "autograder.grade.pipeline.execute",
    "judge": "autograder.grade.pipeline.judge",
    "record": "autograder.grade.recording.record",
    "feedback": "autograder.grade.run.write_page",
}
KERNEL = "the kernel: fork, lock in, start, the student's cells"


class _Inline(Executor):
    """Runs each job at once, in this thread."""

    def submit(self, work: Any, /, *args: Any, **options: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(*args, **options))
        return done


@contextmanager
def _inline(_: int) -> Iterator[Executor]:
    yield _Inline()


def cpu_ms_by_step(course: Path, assignment: str) -> dict[str, float]:
    """Milliseconds of CPU a submission, in the autograder and in the kernel."""
    spent: dict[str, float] = defaultdict(float)
    with _timed(spent):
        begun = time.process_time()
        request = Request(assignment, course_dir=course, workers=1)
        entries = grade(request, Screen(Console(file=StringIO())), _inline)
        spent["everything else"] = time.process_time() - begun - sum(spent.values())
    spent[KERNEL] = sum(entry.result.cpu_s for entry in entries)
    return {step: round(1000 * s / len(entries), 1) for step, s in spent.items()}


@contextmanager
def _timed(spent: dict[str, float]) -> Iterator[None]:
    patches = [patch(where, _timing(step, where, spent)) for step, where in _STEPS.items()]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def _timing(step: str, where: str, spent: dict[str, float]) -> Any:
    module, _, name = where.rpartition(".")
    original = getattr(__import__(module, fromlist=[name]), name)

    def run(*args: Any, **options: Any) -> Any:
        begun = time.process_time()
        try:
            return original(*args, **options)
        finally:
            spent[step] += time.process_time() - begun

    return run


def empty_kernel_cpu_ms(times: int = 10) -> float:
    """CPU of a warm kernel that runs no cell: what the autograder spends in it."""
    return round(1000 * sum(_empty_kernel() for _ in range(times)) / times, 1)


def _empty_kernel() -> float:
    async def start_and_end() -> float:
        with tempfile.TemporaryDirectory() as workdir:
            session = Session(new_notebook(), KERNEL_NAME, {}, Path(workdir))
            async with session:
                pass
            return session.usage.cpu_s

    return asyncio.run(start_and_end())


def kernel_pss_mb(kernel_name: str, code: str = "") -> float:
    """PSS of a kernel that listens and has run `code`."""

    async def measure() -> float:
        with tempfile.TemporaryDirectory() as workdir:
            session = Session(new_notebook(), kernel_name, {}, Path(workdir))
            async with session:
                if code:
                    await session.client.kc.execute(code, reply=True, timeout=60)
                return _pss_mb(session.manager)

    return asyncio.run(measure())


def _pss_mb(manager: AsyncKernelManager) -> float:
    return round(pss_bytes(int(getattr(manager.provisioner, "pid", 0))) / 2**20, 1)
