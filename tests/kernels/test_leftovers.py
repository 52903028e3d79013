"""However a run ends, no process, socket, folder or descriptor of it stays."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from nbclient.exceptions import CellExecutionError

from autograder.kernels.client import shared

from .running import Counting, Left, descriptors, leftovers, run

ENDINGS = (
    ("1 + 1",),
    ("1 / 0", "2"),
    ("import os; os._exit(1)", "2"),
    ("import os, signal; os.kill(os.getppid(), 9)", "2"),
    ("import subprocess; subprocess.Popen(['sleep', '99'], start_new_session=True)",),
    ("import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork(): os._exit(0)\n"
     "    import time; time.sleep(99)", "2"),
    ("import threading, time; threading.Thread(target=time.sleep, args=(99,)).start()",),
    ("import ctypes; ctypes.string_at(0)",),
    ("open('file', 'w').write('x' * 100); import tempfile; tempfile.mkdtemp()",),
    ("import atexit; atexit.register(input)", "input()"),
)  # fmt: skip


def test_twenty_runs_leave_nothing_behind(scratch: Path, left: Left) -> None:
    run("1")  # what is made once, is made
    gc.collect()
    before = descriptors(), {each.pid for each in psutil.Process().children()}
    for _ in range(2):
        for sources in ENDINGS:
            run(*sources, timeout_s=5)
    gc.collect()
    assert left() == []
    assert leftovers() == set()
    assert (descriptors(), {each.pid for each in psutil.Process().children()}) == before
    assert list(scratch.iterdir()) == []


def test_an_error_that_stops_the_run_leaves_nothing(scratch: Path, left: Left) -> None:
    run("1")
    before = descriptors()
    with pytest.raises(CellExecutionError):
        run("1 / 0", "2", allow_errors=False)
    gc.collect()
    assert (left(), descriptors(), leftovers()) == ([], before, set())


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_from_outside_it_leaves_no_process(scratch: Path, how: signal.Signals) -> None:
    code = (
        f"import tempfile; tempfile.tempdir = {str(scratch)!r}\nfrom kernels.running import run\n"
        "run('1')\nprint('warm', flush=True)\nrun('import time; time.sleep(99)', timeout_s=99)"
    )
    tests = str(Path(__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": tests},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as grader:
        assert grader.stdout is not None
        grader.stdout.readline()
        family = _family_with_a_kernel(grader.pid)
        grader.send_signal(how)
        grader.wait(30)
    assert _all_gone(family)
    if how is signal.SIGINT:
        assert leftovers() == set()


def _family_with_a_kernel(pid: int) -> list[psutil.Process]:
    """The grader's zygote, and the supervisor and the kernel below it."""
    for _ in range(400):
        family = psutil.Process(pid).children(recursive=True)
        if len(family) >= 3:
            return family
        time.sleep(0.05)
    raise AssertionError("no kernel was started")


def _all_gone(family: list[psutil.Process]) -> bool:
    for _ in range(400):
        if not any(each.is_running() for each in family):
            return True
        time.sleep(0.05)
    return False


def test_a_zygote_that_was_killed_is_replaced() -> None:
    run("1")
    first = shared().pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    run("1")
    assert shared().pid not in (None, first)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_two_hundred_runs_in_a_row_leave_nothing_behind(scratch: Path, left: Left) -> None:
    for sources in ENDINGS:
        run(*sources, timeout_s=5)
    gc.collect()
    zygote = psutil.Process(shared().pid)
    before = descriptors(), leftovers(), psutil.Process().num_threads(), zygote.num_fds()
    own_mb, zygote_mb = _rss_mb(psutil.Process()), _rss_mb(zygote)
    for number in range(200):
        run(*ENDINGS[number % len(ENDINGS)], timeout_s=5)
    gc.collect()
    assert left() == []
    after = descriptors(), leftovers(), psutil.Process().num_threads(), zygote.num_fds()
    assert after == before
    assert _rss_mb(psutil.Process()) - own_mb < 10
    assert _rss_mb(zygote) - zygote_mb < 10
    assert list(scratch.iterdir()) == []


def _rss_mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 2**20


def test_what_is_left_is_named() -> None:
    """The count itself can fail, and tells of what began before it from what began after."""
    with subprocess.Popen(["sleep", "98"]) as before:
        counting = Counting()
        assert counting.left(0) == []
        with subprocess.Popen(["sleep", "99"]) as after:
            (named,) = counting.left(0)
            after.kill()
        before.kill()
    assert named.endswith(": sleep 99")
