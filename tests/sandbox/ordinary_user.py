"""Run Python as an ordinary user: `python tests/sandbox/ordinary_user.py -m pytest ...`.

Root only. Where the interpreter or the checkout lies in a folder closed to others (as /root is),
a mount namespace shows the user those two and nothing else of that folder.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from autograder.kernels.sandbox import libc

UID = 54_321
REPOSITORY = Path(__file__).parents[2]


def command(*arguments: str) -> list[str]:
    """The command that runs Python with these arguments as an ordinary user, whoever we are."""
    begin = [sys.executable] if os.geteuid() else [sys.executable, __file__]
    return [*begin, *arguments]


def uid() -> int:
    """The ordinary user's uid: ours, where we are one."""
    return os.geteuid() or UID


def become() -> None:
    """Be the ordinary user, with a home of its own, for good."""
    _show([Path(sys.prefix), Path(sys.base_prefix), REPOSITORY])
    home = tempfile.mkdtemp(prefix="home-")
    os.chown(home, UID, UID)
    os.setgroups([])
    os.setresgid(UID, UID, UID)
    os.setresuid(UID, UID, UID)
    os.environ.update(HOME=home, LOGNAME="ordinary", USER="ordinary", PYTHONDONTWRITEBYTECODE="1")


def _show(wanted: Iterable[Path]) -> None:
    """Make these folders reachable for every user, in this process's mount namespace."""
    closed: dict[Path, list[Path]] = {}
    for path in wanted:
        if top := _closed_above(path):
            closed.setdefault(top, []).append(path)
    libc.unshare(libc.CLONE_NEWNS)
    libc.mount("none", "/", flags=libc.MS_REC | libc.MS_PRIVATE)
    for top, paths in closed.items():
        stages = [(path, tempfile.mkdtemp(prefix="stage-")) for path in paths]
        for path, stage in stages:
            libc.mount(str(path), stage, flags=libc.MS_BIND)
        libc.mount("tmpfs", str(top), "tmpfs", data="mode=755")
        for path, stage in stages:
            path.mkdir(parents=True, exist_ok=True)
            libc.mount(stage, str(path), flags=libc.MS_BIND)
            libc.umount(stage)
            os.rmdir(stage)


def _closed_above(path: Path) -> Path | None:
    parents = reversed(path.parents)
    return next((each for each in parents if not each.stat().st_mode & stat.S_IXOTH), None)


if __name__ == "__main__":
    become()
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
