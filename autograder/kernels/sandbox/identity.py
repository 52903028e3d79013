"""Whom the kernel runs as: never root, and with no capability."""

from __future__ import annotations

import os
import secrets
import stat

from autograder.kernels.sandbox import libc, paths

# uids that neither people, services nor containers are given; one for each kernel, so that
# one can't signal another, and its processes are counted alone.
_FIRST_UID, _UIDS, _NOBODY = 1_879_048_192, 1 << 24, 65534
_CAP_DAC_READ_SEARCH, _CAPABILITIES = 2, 64


def choose_uid() -> int:
    """The uid to run as: one's own, or for root one that nobody has."""
    if os.geteuid() != 0:
        return os.geteuid()
    wanted = _FIRST_UID + secrets.randbelow(_UIDS)
    return wanted if _is_mapped(wanted) else _NOBODY


def is_private(uid: int) -> bool:
    """Whether no process but this kernel's has this uid."""
    return _FIRST_UID <= uid < _FIRST_UID + _UIDS


def _is_mapped(uid: int) -> bool:
    """Whether the uid exists where this process lives: a container may map a few only."""
    with open("/proc/self/uid_map") as file:
        ranges = [[int(number) for number in line.split()] for line in file]
    return any(first <= uid < first + count for first, _, count in ranges)


def give(folder: str, uid: int) -> None:
    """Make `uid` the owner of a folder and of what it holds; links themselves, not targets."""
    if os.geteuid() != 0:
        return
    for top, folders, files in os.walk(folder):
        for path in (top, *(os.path.join(top, name) for name in (*folders, *files))):
            os.chown(path, uid, uid, follow_symlinks=False)


def needs_to_read_as_root(readable: list[str]) -> bool:
    """Whether root's interpreter lies where another user can't reach it (as in /root)."""
    if os.geteuid() != 0:
        return False
    needed = [*paths.prefixes(), *paths.course()]
    return any(not _open_to_all(path) for path in needed if path in readable)


def _open_to_all(path: str) -> bool:
    while path != "/":
        if not os.stat(path).st_mode & stat.S_IXOTH:
            return False
        path = os.path.dirname(path)
    return True


def become(uid: int, reads_as_root: bool) -> None:
    """Be `uid` for good, without capabilities.

    reads_as_root: keep, here and across exec, the one to read past file modes.
    """
    kept = 1 << _CAP_DAC_READ_SEARCH if reads_as_root else 0
    for capability in range(_CAPABILITIES):
        if not kept >> capability & 1:
            _drop(capability)
    if os.geteuid() == 0:
        libc.prctl(libc.PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    libc.capset(kept)
    libc.prctl(libc.PR_CAP_AMBIENT, libc.PR_CAP_AMBIENT_CLEAR_ALL)
    if kept:
        libc.prctl(libc.PR_CAP_AMBIENT, libc.PR_CAP_AMBIENT_RAISE, _CAP_DAC_READ_SEARCH)
    # A change of uid takes /proc/self away from its owner.
    libc.prctl(libc.PR_SET_DUMPABLE, 1)


def _drop(capability: int) -> None:
    try:
        libc.prctl(libc.PR_CAPBSET_DROP, capability)
    except OSError:
        return  # a number past the last capability, or none to drop for an ordinary user
