"""New namespaces, entered before the kernel's process is forked.

A PID namespace begins with the next child, so this comes in a process of its own between
the zygote and the kernel: enter, fork, and lock in there. The kernel is then process 1 of its
namespace, and the system ends all that it started when it ends.
"""

from __future__ import annotations

import errno
import os
import sys
import time

from autograder.kernels.sandbox import libc
from autograder.kernels.sandbox.policy import NAMESPACES, PID, Policy

_FLAGS = {
    "mount": libc.CLONE_NEWNS,
    "net": libc.CLONE_NEWNET,
    "ipc": libc.CLONE_NEWIPC,
    "uts": libc.CLONE_NEWUTS,
    "pid": libc.CLONE_NEWPID,
}
# These say that a machine doesn't give namespaces; any other, that it can't just now.
_REFUSED = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EINVAL}
_TRIES, _PAUSE_S = 20, 0.1


def enter_namespaces(policy: Policy) -> tuple[str, ...]:
    """Enter new namespaces and return their names; fork once after it, then `lock_in`.

    None where the policy leaves them out, or where the machine refuses them to this user.
    Only a process with one thread may call it.
    """
    try:
        return try_to_enter(policy)
    except OSError:
        return ()


def try_to_enter(policy: Policy) -> tuple[str, ...]:
    """The same, but OSError says why the machine refused."""
    if NAMESPACES in policy.without or sys.platform != "linux":
        return ()
    return _enter(tuple(n for n in _FLAGS if not (n == "pid" and PID in policy.without)))


def _enter(names: tuple[str, ...]) -> tuple[str, ...]:
    flags = 0
    for name in names:
        flags |= _FLAGS[name]
    if os.geteuid() == 0:
        # Root needs no user namespace for these, and keeps the right to become any other user.
        _unshare(flags)
        return names
    uid, gid = os.geteuid(), os.getegid()
    _unshare(flags | libc.CLONE_NEWUSER)
    _write("setgroups", "deny")  # without it the kernel refuses a gid_map to ordinary users
    _write("uid_map", f"{uid} {uid} 1")
    _write("gid_map", f"{gid} {gid} 1")
    return ("user", *names)


def _unshare(flags: int) -> None:
    """Try again what fails for want of memory or room: a busy machine is not a poorer one."""
    refused = _REFUSED | ({errno.ENOSPC} if flags & libc.CLONE_NEWUSER else set())
    for _ in range(_TRIES - 1):
        try:
            return libc.unshare(flags)
        except OSError as error:
            if error.errno in refused:
                raise
        time.sleep(_PAUSE_S)
    libc.unshare(flags)


def _write(name: str, text: str) -> None:
    with open(f"/proc/self/{name}", "w") as file:
        file.write(text)
