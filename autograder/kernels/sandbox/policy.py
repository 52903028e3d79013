"""What a kernel may do, and what of it was put in force: plain data, JSON in and out."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from autograder.errors import AutograderError

# What can be left out by `Policy.without`: a machine that lacks it, or a test that forces it.
NAMESPACES, PID, LANDLOCK, SECCOMP = "namespaces", "pid", "landlock", "seccomp"


class SandboxError(AutograderError):
    """The sandbox can't be had; no student code has run."""


@dataclass(frozen=True)
class Policy:
    """The bounds of one kernel and of every process that it starts.

    workdir: the one folder it may write to; work_bytes bounds what it holds.
    sockets: a folder in which it may make sockets, and nothing else.
    read: folders or files it may read besides the interpreter, the course and the system.
    keep_fds: descriptors to leave open besides 0, 1 and 2.
    memory_bytes, cpu_s, file_bytes, open_files: of each process. processes: of all, threads
    included. without: what is not to be used; landlock_abi: the newest to be used.
    """

    workdir: str
    sockets: str | None = None
    read: tuple[str, ...] = ()
    keep_fds: tuple[int, ...] = ()
    memory_bytes: int = 4 << 30
    cpu_s: int = 600
    file_bytes: int = 256 << 20
    work_bytes: int = 512 << 20
    processes: int = 128
    open_files: int = 1024
    without: tuple[str, ...] = ()
    landlock_abi: int | None = None

    def to_json(self) -> str:
        """The text that a zygote is sent."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Policy:
        """The policy that `to_json` wrote."""
        lists = ("read", "keep_fds", "without")
        found: dict[str, Any] = json.loads(text)
        return cls(**{**found, **{name: tuple(found[name]) for name in lists}})


@dataclass(frozen=True)
class Given:
    """What is in force in this process and all that it will start.

    namespaces: of "user", "mount", "net", "ipc", "uts", "pid"; none without user namespaces.
    uid: whom it runs as, outside its user namespace. reads_as_root: it kept the capability
    to read past file modes, since the interpreter lies in a folder closed to other users;
    Landlock alone then bounds what it reads. connects: it may connect to sockets of its own.
    signals: it may signal its own processes; else only itself. Landlock, seccomp and the
    rlimits are always in force where there is a Given.
    """

    namespaces: tuple[str, ...]
    landlock_abi: int
    uid: int
    reads_as_root: bool
    connects: bool
    signals: bool
