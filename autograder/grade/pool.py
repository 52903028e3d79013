"""Hand jobs to workers through the `concurrent.futures.Executor` interface.

A worker process that dies breaks its whole pool, so who killed it is not known: every job
that was under way then runs once more, alone, in a pool of one. Only the job that breaks that
pool too is given up.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import islice
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess
from typing import TypeVar

import psutil

J = TypeVar("J")
R = TypeVar("R")
# A socket's path may have a hundred characters; a kernel's sockets add fifty to their folder's.
_LONGEST_FOR_SOCKETS = 48

MakeExecutor = Callable[[int], AbstractContextManager[Executor]]


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """Worker processes on this machine; on the way out by an exception they are ended."""
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["autograder.grade.worker"])
    with tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True) as scratch:
        others = set(multiprocessing.active_children())
        pool = ProcessPoolExecutor(
            workers, mp_context=context, initializer=_begin, initargs=(scratch,)
        )
        try:
            yield pool
        except BaseException:
            _end(pool, others)
            raise
        pool.shutdown()


def _begin(scratch: str) -> None:
    """Set a worker up. It is ended by the coordinator alone, and never outlives it."""
    tempfile.tempdir = scratch
    if len(scratch) < _LONGEST_FOR_SOCKETS:
        os.environ["JUPYTER_RUNTIME_DIR"] = scratch
    if hasattr(os, "setsid"):
        os.setsid()  # Ctrl-C in the terminal goes to the coordinator
    threading.Thread(target=_follow_coordinator, args=(scratch,), daemon=True).start()


def _follow_coordinator(scratch: str) -> None:
    coordinator = multiprocessing.parent_process()
    if coordinator is not None:
        wait_for([coordinator.sentinel])
        _kill(psutil.Process().children(recursive=True))
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(1)


def _end(pool: Executor, others: set[BaseProcess]) -> None:
    """End the workers and the kernels they run, whatever signals these heed."""
    for worker in multiprocessing.active_children():
        if worker not in others and worker.pid is not None:
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(worker.pid)
                _kill([*process.children(recursive=True), process])
    pool.shutdown(cancel_futures=True)


def _kill(family: list[psutil.Process]) -> None:
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def run(
    work: Callable[[J], R],
    jobs: Iterable[J],
    make_executor: MakeExecutor,
    workers: int,
    give_up: Callable[[J], R],
) -> Generator[tuple[J, R], None, None]:
    """Yield each job with its result, as it arrives.

    work: called in a worker. give_up: the result of a job that ended its worker twice.
    Jobs are taken from `jobs` as workers become free, so few are in memory at a time.
    """
    remaining = iter(jobs)
    suspects: list[J] = []
    broken = True
    while broken:
        try:
            broken = False
            with make_executor(workers) as executor:
                yield from _run_pool(work, remaining, executor, 2 * workers, suspects)
        except BrokenExecutor:
            broken = True
    for job in suspects:
        yield job, _alone(work, job, make_executor, give_up)


def _run_pool(
    work: Callable[[J], R],
    jobs: Iterator[J],
    executor: Executor,
    window: int,
    suspects: list[J],
) -> Iterator[tuple[J, R]]:
    under_way: dict[Future[R], J] = {}
    try:
        while True:
            for job in islice(jobs, window - len(under_way)):
                suspects.append(job)  # until the executor has taken it
                future = executor.submit(work, job)
                under_way[future] = suspects.pop()
            if not under_way:
                return
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                result = future.result()
                yield under_way.pop(future), result
    except BrokenExecutor:
        yield from _finished(under_way)
        suspects.extend(under_way.values())
        raise


def _finished(under_way: dict[Future[R], J]) -> Iterator[tuple[J, R]]:
    for future in [f for f in under_way if f.done() and f.exception() is None]:
        yield under_way.pop(future), future.result()


def _alone(
    work: Callable[[J], R], job: J, make_executor: MakeExecutor, give_up: Callable[[J], R]
) -> R:
    try:
        with make_executor(1) as executor:
            return executor.submit(work, job).result()
    except BrokenExecutor:
        return give_up(job)
