"""The watch from outside, over what no limit of a single process bounds.

Memory of all processes of a kernel together, and the work folder where it is no tmpfs of its
own. Called a few times a second by whoever supervises the kernel, who ends it with `end`.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from autograder.kernels.sandbox.paths import SHARED_MEMORY
from autograder.kernels.sandbox.policy import Policy

_MAX_FILES = 20_000
_ROUNDS = 100


class Exceeded(StrEnum):
    """What a kernel took more of than it may."""

    MEMORY = "memory"
    DISK = "disk"


@dataclass
class Watch:
    """Over one kernel, whose process is `pid` as seen from here.

    own_root: its writable folders are one tmpfs, so that the disk needs no watch.
    """

    pid: int
    policy: Policy
    own_root: bool
    since: float = field(default_factory=time.time)

    def check(self) -> Exceeded | None:
        """What it has exceeded, if anything; None also when it is gone."""
        if self._memory_bytes() > self.policy.memory_bytes:
            return Exceeded.MEMORY
        if not self.own_root and self._disk_is_full():
            return Exceeded.DISK
        return None

    def _memory_bytes(self) -> int:
        pids = [self.pid, *descendants(self.pid)]
        resident = sum(map(_resident_bytes, pids))
        if resident <= self.policy.memory_bytes:
            return resident
        # Forked processes share pages: only when that can matter is the exact figure read.
        return sum(map(_proportional_bytes, pids))

    def _disk_is_full(self) -> bool:
        files = used = 0
        for size in _sizes(self.policy.workdir, since=0.0):
            files, used = files + 1, used + size
            if used > self.policy.work_bytes or files > _MAX_FILES:
                return True
        used += sum(_sizes(SHARED_MEMORY, since=self.since))
        return used > self.policy.work_bytes


def descendants(pid: int) -> list[int]:
    """The processes that `pid` has started, and they, as far as they are its family still.

    A kernel adopts the daemons of its family, so none leaves it while it is alive.
    """
    found, queue = [], [pid]
    while queue:
        children = _children(queue.pop())
        found += children
        queue += children
    return found


def end(pid: int) -> None:
    """End a kernel and all that it has started, the youngest last to notice."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)  # alive, it goes on adopting what its children leave
    for _ in range(_ROUNDS):
        family = [each for each in descendants(pid) if _is_running(each)]
        if not family:
            break
        for each in family:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    found = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                found += [int(child) for child in file.read().split()]
    return found


def _is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _resident_bytes(pid: int) -> int:
    with suppress(OSError, IndexError), open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _proportional_bytes(pid: int) -> int:
    with suppress(OSError), open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _sizes(folder: str, since: float) -> Iterator[int]:
    """The bytes on disk of each file and folder that was changed since then."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                if status.st_ctime >= since:
                    yield status.st_blocks * 512
            if entry.is_dir(follow_symlinks=False):
                yield from _sizes(entry.path, since)
