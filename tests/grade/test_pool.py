"""Jobs are handed out, and a worker that dies costs the job that ended it, not the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from autograder.grade.pool import processes, run

from .running import threads


def double(number: int) -> int:
    return 2 * number


def fatal_at_three(number: int) -> int:
    time.sleep(0.05)
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def fatal_once(path: str) -> str:
    if not os.path.exists(path):
        Path(path).touch()
        os._exit(1)
    return "done"


def deaf(folder: str) -> None:
    """What a worker does while its kernel, in a session of its own, runs for long."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    kernel = subprocess.Popen(["sleep", "500"], start_new_session=True)
    Path(folder, str(os.getpid())).touch()
    Path(folder, str(kernel.pid)).touch()
    time.sleep(500)


def grade_two_deaf_ones(folder: str) -> None:
    list(run(deaf, [folder] * 2, processes, 2, lambda _: None))


def started(folder: Path) -> list[int]:
    """The processes of two `deaf` jobs, once they run."""
    for _ in range(1200):
        found = [int(path.name) for path in folder.iterdir()]
        if len(found) == 4:
            return found
        time.sleep(0.1)
    raise AssertionError("the jobs did not start")


def all_gone(pids: list[int]) -> bool:
    for _ in range(600):
        if not any(psutil.pid_exists(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("executor", [threads, processes])
def test_each_job_comes_back_once(executor: object) -> None:
    done = dict(run(double, range(7), executor, 2, lambda _: -1))  # type: ignore[arg-type]
    assert done == {n: 2 * n for n in range(7)}


def test_a_job_that_ends_its_worker_is_given_up_and_no_other() -> None:
    done = dict(run(fatal_at_three, range(8), processes, 2, lambda _: -1))
    assert done == {n: -1 if n == 3 else 2 * n for n in range(8)}


def test_a_worker_that_died_once_is_forgiven(tmp_path: Path) -> None:
    done = list(run(fatal_once, [str(tmp_path / "mark")], processes, 1, lambda _: "given up"))
    assert [result for _, result in done] == ["done"]


def test_jobs_are_taken_only_as_workers_become_free() -> None:
    taken = []

    def jobs() -> object:
        for number in range(100):
            taken.append(number)
            yield number

    with closing(run(double, jobs(), threads, 2, lambda _: -1)) as outcomes:  # type: ignore[arg-type]
        next(outcomes)
        assert len(taken) <= 5


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_stopped_it_leaves_no_process_behind(tmp_path: Path, how: signal.Signals) -> None:
    code = f"from {__name__} import *\ngrade_two_deaf_ones({str(tmp_path)!r})"
    tests = str(Path(__file__).parents[1])
    coordinator = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": tests},
        stderr=subprocess.DEVNULL,
    )
    try:
        family = started(tmp_path)
        coordinator.send_signal(how)
        coordinator.wait(120)
    finally:
        coordinator.kill()
        coordinator.wait()
    assert all_gone(family)
