"""The calls that Python 3.11 has no name for. Each raises OSError with what was tried."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_NOATIME, MS_NODIRATIME = 32, 1024, 2048
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 24, 38
PR_SET_KEEPCAPS, PR_CAP_AMBIENT = 8, 47
PR_CAP_AMBIENT_RAISE, PR_CAP_AMBIENT_CLEAR_ALL = 2, 4

_CAP_VERSION_3 = 0x20080522
# Windows has no library of this kind, and nothing here is called there.
_libc: Any = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _call(what: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def unshare(flags: int) -> None:
    """Leave the namespaces named in `flags` for new ones."""
    _call("unshare", _libc.unshare(flags))


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """mount(2); the process's mount namespace must be its own."""
    done = _libc.mount(
        source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode()
    )
    _call(f"mount {kind or source} on {target}", done)


def umount(target: str) -> None:
    """Let go of a mount and all below it."""
    _call(f"umount {target}", _libc.umount2(target.encode(), MNT_DETACH))


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root folder and put the present one at `old`."""
    _call("pivot_root", _libc.pivot_root(new.encode(), old.encode()))


def prctl(option: int, first: int = 0, second: int = 0) -> int:
    """prctl(2) with as many arguments as any use here takes."""
    numbers = [ctypes.c_ulong(n) for n in (first, second, 0, 0)]
    return _call(f"prctl {option}", _libc.prctl(option, *numbers))


def capset(capabilities: int) -> None:
    """Have these capabilities (a bit mask) permitted, effective and inheritable, no other."""
    header = (ctypes.c_uint32 * 2)(_CAP_VERSION_3, 0)
    low, high = capabilities & 0xFFFFFFFF, capabilities >> 32
    _call("capset", _libc.capset(header, (ctypes.c_uint32 * 6)(low, low, low, high, high, high)))
