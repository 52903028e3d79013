"""Each limit stops what it is for, on the best machine and on a poor one."""

from __future__ import annotations

import errno

import pytest

from .inside import run

EVERYWHERE = [("full", False), ("full", True), ("without_namespaces", False), ("landlock_4", True)]
anywhere = pytest.mark.parametrize(("machine", "ordinary"), EVERYWHERE)

# Bounded by itself, so that a broken sandbox does no harm.
FORKS = """
import os, time
made, result = 0, None
try:
    for made in range(200):
        if os.fork() == 0:
            time.sleep(2)
            os._exit(0)
except OSError as error:
    result = [made, error.errno]
"""


@anywhere
def test_processes(machine: str, ordinary: bool) -> None:
    made, number = run(FORKS, machine, ordinary=ordinary, processes=30).result
    assert 20 <= made < 31
    assert number == errno.EAGAIN


@anywhere
def test_memory(machine: str, ordinary: bool) -> None:
    code = "held = bytearray(400 << 20)"
    assert "MemoryError" in run(code, machine, ordinary=ordinary, memory_bytes=256 << 20).error
    assert not run(code, machine, ordinary=ordinary, memory_bytes=1 << 30).error


@anywhere
def test_cpu_time(machine: str, ordinary: bool) -> None:
    inside = run("while True: pass", machine, ordinary=ordinary, cpu_s=1)
    assert inside.exit_code == 128 + 9


@anywhere
def test_cpu_time_of_one_who_ignores_signals(machine: str, ordinary: bool) -> None:
    code = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    assert run(code, machine, ordinary=ordinary, cpu_s=1).exit_code == 128 + 9


@anywhere
def test_file_size(machine: str, ordinary: bool) -> None:
    inside = run(
        "open('big', 'wb').write(bytes(2 << 20))", machine, ordinary=ordinary, file_bytes=1 << 20
    )
    assert "File too large" in inside.error


@anywhere
def test_open_files(machine: str, ordinary: bool) -> None:
    code = "held = [open('/dev/null') for _ in range(100)]"
    assert "Too many open files" in run(code, machine, ordinary=ordinary, open_files=50).error


@pytest.mark.parametrize("ordinary", [False, True])
@pytest.mark.parametrize("place", [".", "/dev/shm"])
def test_disk_in_a_root_of_its_own(place: str, ordinary: bool) -> None:
    code = (
        f"import os\nfor i in range(20):\n    open(f'{place}/f{{i}}', 'wb').write(bytes(1 << 20))"
    )
    assert "No space left" in run(code, ordinary=ordinary, work_bytes=8 << 20).error


@pytest.mark.parametrize("ordinary", [False, True])
def test_files_in_a_root_of_its_own(ordinary: bool) -> None:
    code = "for i in range(30_000):\n    open(f'f{i}', 'wb').close()"
    assert "No space left" in run(code, ordinary=ordinary).error


@anywhere
def test_limits_cannot_be_raised(machine: str, ordinary: bool) -> None:
    code = (
        "import resource\nresource.setrlimit(resource.RLIMIT_NPROC, (resource.RLIM_INFINITY,) * 2)"
    )
    assert "ValueError: not allowed to raise" in run(code, machine, ordinary=ordinary).error


def test_unlocked_there_are_none_of_these() -> None:
    code = "held = bytearray(400 << 20)\nfd = [open('/dev/null') for _ in range(100)]"
    assert not run(code, unlocked=True, memory_bytes=1 << 20, open_files=50).error
