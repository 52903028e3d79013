"""The watch sees what no limit of one process bounds, and `end` leaves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from autograder.kernels.sandbox import Exceeded, Policy, Watch, end
from autograder.kernels.sandbox.watch import descendants

FAMILY = """
import os, sys, time
for _ in range({children}):
    if os.fork() == 0:
        if {daemons}:
            os.setsid()
        held = b"x" * ({megabytes} << 20)
        time.sleep(30)
        os._exit(0)
print("up", flush=True)
time.sleep(30)
"""


@contextmanager
def family(children: int, megabytes: int = 0, daemons: bool = False) -> Iterator[int]:
    """The pid of a process with children of a size."""
    code = FAMILY.format(children=children, megabytes=megabytes, daemons=daemons)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert process.stdout
        process.stdout.readline()
        yield process.pid
    finally:
        end(process.pid)
        process.communicate()


def eventually(watch: Watch) -> Exceeded | None:
    """What it says within two seconds: the children are still filling their memory."""
    for _ in range(20):
        if found := watch.check():
            return found
        time.sleep(0.1)
    return None


def policy(workdir: Path, **bounds: int) -> Policy:
    return Policy(str(workdir), **bounds)


def test_memory_of_all_together(tmp_path: Path) -> None:
    with family(4, megabytes=50) as pid:
        bounds = policy(tmp_path, memory_bytes=150 << 20)
        assert eventually(Watch(pid, bounds, own_root=True)) is Exceeded.MEMORY
        assert Watch(pid, policy(tmp_path, memory_bytes=1 << 30), own_root=True).check() is None


def test_shared_pages_count_once(tmp_path: Path) -> None:
    """Eight forks of one large process are not nine times as large."""
    code = "held = b'x' * (60 << 20)\n" + FAMILY.format(children=8, megabytes=0, daemons=False)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    bounds = policy(tmp_path, memory_bytes=200 << 20)
    found = Watch(process.pid, bounds, own_root=True).check()
    end(process.pid)
    process.communicate()
    assert found is None


def test_disk(tmp_path: Path) -> None:
    watch = Watch(os.getpid(), policy(tmp_path, work_bytes=1 << 20), own_root=False)
    assert watch.check() is None
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "file").write_bytes(bytes(range(256)) * 8192)
    assert watch.check() is Exceeded.DISK


def test_shared_memory_counts_as_disk(tmp_path: Path) -> None:
    watch = Watch(os.getpid(), policy(tmp_path, work_bytes=1 << 20), own_root=False)
    place = Path(f"/dev/shm/test-watch-{os.getpid()}")
    place.write_bytes(b"x" * (2 << 20))
    try:
        assert watch.check() is Exceeded.DISK
    finally:
        place.unlink()


def test_a_link_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/usr")
    watch = Watch(os.getpid(), policy(tmp_path, work_bytes=1 << 20), own_root=False)
    assert watch.check() is None


def test_one_that_is_gone_exceeds_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert Watch(process.pid, policy(tmp_path), own_root=True).check() is None


@pytest.mark.parametrize("daemons", [False, True])
def test_end_leaves_nothing(daemons: bool) -> None:
    with family(5, daemons=daemons) as pid:
        children = descendants(pid)
        assert len(children) == 5
        end(pid)
    assert [each for each in children if _runs(each)] == []


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
