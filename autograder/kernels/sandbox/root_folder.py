"""A root folder of the kernel's own: what is not named here does not exist for it.

A second wall behind Landlock, and the one that hides named sockets (a session bus, a
container engine's), which no Landlock right of today covers. Its writable part is one tmpfs
of a given size, which bounds what a submission can put on disk and in shared memory together.
"""

from __future__ import annotations

import os
import shutil

from autograder.kernels.sandbox import libc, paths
from autograder.kernels.sandbox.identity import give
from autograder.kernels.sandbox.policy import Policy

_OLD, _PRIVATE = "/.old", "/.private"
_BASE = "/tmp"  # noqa: S108  any folder that exists: covered in this mount namespace alone
_OURS = ("/etc/passwd", "/etc/group")
_MAX_FILES = 20_000
_QUIET = libc.MS_NOSUID | libc.MS_NODEV
# A mount made elsewhere may not lose these flags (statvfs's names for them: mount's).
_KEPT = {2: libc.MS_NOSUID, 4: libc.MS_NODEV, 8: libc.MS_NOEXEC}
_KEPT |= {1024: libc.MS_NOATIME, 2048: libc.MS_NODIRATIME, 4096: 1 << 21}


def enter_root(policy: Policy, readable: list[str], uid: int, own_proc: bool) -> None:
    """Leave the machine's folders for a root of one's own, owned where it is writable by `uid`.

    readable: what of the machine is to be seen in it, for reading.
    own_proc: the process is in a PID namespace of its own and shows that one in /proc.
    """
    os.umask(0o022)  # what stands here is for others to read: the kernel becomes one
    libc.mount("none", "/", flags=libc.MS_REC | libc.MS_PRIVATE)
    libc.mount("tmpfs", _BASE, "tmpfs", _QUIET, "size=1m,mode=755")
    os.mkdir(_BASE + _OLD)
    libc.pivot_root(_BASE, _BASE + _OLD)
    os.chdir("/")
    _writable(policy, uid)
    for path in paths.outermost(readable):
        if path not in _OURS:
            _read_only(path)
    for device in paths.DEVICES:
        _bind(device)
    _proc(own_proc)
    _accounts(policy, uid)
    libc.umount(_OLD)
    os.rmdir(_OLD)
    libc.mount("none", "/", flags=libc.MS_REMOUNT | libc.MS_BIND | libc.MS_RDONLY | _QUIET)
    os.chdir(policy.workdir)


def _writable(policy: Policy, uid: int) -> None:
    os.mkdir(_PRIVATE, 0o755)
    size = f"size={policy.work_bytes},nr_inodes={_MAX_FILES},mode=700"
    libc.mount("tmpfs", _PRIVATE, "tmpfs", _QUIET, size)
    for name, place in (("work", policy.workdir), ("shm", paths.SHARED_MEMORY)):
        inside = f"{_PRIVATE}/{name}"
        os.mkdir(inside, 0o700)
        os.makedirs(place, 0o755, exist_ok=True)
        libc.mount(inside, place, flags=libc.MS_BIND)
    shutil.copytree(_OLD + policy.workdir, policy.workdir, symlinks=True, dirs_exist_ok=True)
    give(policy.workdir, uid)
    give(paths.SHARED_MEMORY, uid)
    libc.umount(_PRIVATE)
    os.rmdir(_PRIVATE)
    if policy.sockets:
        _bind(policy.sockets)


def _read_only(path: str) -> None:
    if os.path.islink(_OLD + path) and not path.startswith("/etc/"):
        _link(path)
        return
    _bind(path)
    kept = sum(flag for name, flag in _KEPT.items() if os.statvfs(path).f_flag & name)
    flags = libc.MS_REMOUNT | libc.MS_BIND | libc.MS_RDONLY | libc.MS_NOSUID | kept
    libc.mount("none", path, flags=flags)


def _link(path: str) -> None:
    os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
    os.symlink(os.readlink(_OLD + path), path)


def _bind(path: str) -> None:
    source = _OLD + path
    if os.path.islink(source):  # its target is named from the machine's root, not from here
        source = _OLD + _target(path)
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
        if os.path.isdir(source):
            os.mkdir(path, 0o755)
        else:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
    libc.mount(source, path, flags=libc.MS_BIND | libc.MS_REC)


def _target(path: str) -> str:
    seen = 0
    while os.path.islink(_OLD + path) and seen < 20:
        path = os.path.normpath(os.path.join(os.path.dirname(path), os.readlink(_OLD + path)))
        seen += 1
    return path


def _proc(own: bool) -> None:
    os.mkdir("/proc", 0o755)
    if own:
        libc.mount("proc", "/proc", "proc", _QUIET | libc.MS_NOEXEC)
    else:
        libc.mount(f"{_OLD}/proc", "/proc", flags=libc.MS_BIND | libc.MS_REC)
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink(f"/proc/self/fd{target}", f"/dev/{name}")


def _accounts(policy: Policy, uid: int) -> None:
    """Names for the uid and gid, in place of the machine's list of its users."""
    entries = {
        "passwd": f"student:x:{uid}:{os.getgid() or uid}::{policy.workdir}:/bin/sh\n",
        "group": f"student:x:{os.getgid() or uid}:\n",
    }
    for name, text in entries.items():
        os.makedirs("/etc", 0o755, exist_ok=True)
        with open(f"/etc/{name}", "w") as file:
            file.write(text)
