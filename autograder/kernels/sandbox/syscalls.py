"""seccomp: the calls to the system that no notebook needs, refused.

What is not named stays allowed, so that a library's next call works. Filters compare whole
64-bit registers where the system reads 32 bits: each rule below also holds with high bits set.
"""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import astuple, dataclass

from autograder.kernels.sandbox import refused
from autograder.kernels.sandbox.policy import SECCOMP, Policy

_UNKNOWN = -1
_NETLINK, _ROUTE = int(getattr(socket, "AF_NETLINK", 16)), 0
_DATAGRAM, _RAW, _TYPE_BITS = 2, 3, 0xF
# CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
_NEW_NAMESPACES = (
    *(0x80, 0x20000, 0x2000000, 0x4000000),
    *(0x8000000, 0x10000000, 0x20000000, 0x40000000),
)
_F_SETOWN, _F_SETOWN_EX, _F_SETSIG, _LOW = 8, 15, 10, 0xFFFFFFFF
# Typing into the terminal that the grader was started from, and signals to others by ioctl.
_IOCTLS = {"TIOCSTI": 0x5412, "TIOCLINUX": 0x541C, "FIOSETOWN": 0x8901, "SIOCSPGRP": 0x8902}
_TARGETS = ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")


def why_not(policy: Policy) -> str | None:
    """Why there can be no filter here; None when there can."""
    if SECCOMP in policy.without:
        return "the policy leaves it out"
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, RuntimeError, OSError, AttributeError) as error:
        return f"{error} (the system's package is called libseccomp2 or libseccomp)"
    try:
        with open("/proc/sys/kernel/seccomp/actions_avail") as file:
            return None if "errno" in file.read() else "Linux was built without it"
    except OSError:
        return "Linux was built without it"


@dataclass(frozen=True)
class Gaps:
    """What the other layers leave open on this machine, so that it is closed here.

    named_sockets: those of the whole machine are to be seen. signals: they reach processes of
    the same user. metadata: files of the same user are to be seen, whose modes Landlock does
    not guard. truncation: Landlock (before ABI 3) does not guard against emptying a file.
    """

    named_sockets: bool
    signals: bool
    metadata: bool
    truncation: bool


def refuse(gaps: Gaps) -> None:
    """Refuse these calls to this process and to all that it starts. OSError if it can't be."""
    rules = _Filter()
    for name in (*refused.PROCESSES, *refused.NAMESPACES, *refused.SURFACE, *refused.MACHINE):
        rules.refuse(name)
    for name in (*refused.UNCOUNTED, *refused.SYSTEM_V, "clone3"):
        # As on an older Linux: libraries then fall back, clone3 to clone, whose flags show.
        rules.refuse(name, error=errno.ENOSYS)
    for flag in _NEW_NAMESPACES:
        rules.refuse("clone", rules.masked(0, flag, flag))
    _network(rules)
    _other_processes(rules)
    for open_gap, close in zip(astuple(gaps), _CLOSERS, strict=True):
        if open_gap:
            close(rules)
    rules.load()


def _network(rules: _Filter) -> None:
    """No family but AF_UNIX, and the part of AF_NETLINK that lists interfaces.

    zmq ends the process at its start where it gets no netlink socket.
    """
    for family in range(_NETLINK):
        if family != socket.AF_UNIX:
            rules.refuse("socket", rules.equal(0, family))
    rules.refuse("socket", rules.greater(0, _NETLINK))
    rules.refuse("socket", rules.equal(0, _NETLINK), rules.unequal(2, _ROUTE))


def _other_processes(rules: _Filter) -> None:
    """Limits and priorities only of oneself; no signal by way of a file's owner."""
    rules.refuse("prlimit64", rules.unequal(0, 0))
    rules.refuse("setpriority", rules.unequal(0, 0))
    rules.refuse("setpriority", rules.unequal(1, 0))
    rules.refuse("ioprio_set", rules.unequal(1, 0))
    for name in ("sched_setparam", "sched_setattr"):
        rules.refuse(name, rules.unequal(0, 0))
    # zmq names its own thread to give it the ordinary policy (0), or ends the process.
    rules.refuse("sched_setscheduler", rules.unequal(0, 0), rules.unequal(1, 0))
    for command in (_F_SETOWN, _F_SETOWN_EX, _F_SETSIG):
        rules.refuse("fcntl", rules.masked(1, _LOW, command))
    for command in _IOCTLS.values():
        rules.refuse("ioctl", rules.masked(1, _LOW, command))


def _named_sockets(rules: _Filter) -> None:
    """No way to a named socket of someone else's: a filter can't read the name.

    Streams need `connect`, which is refused; datagrams carry the name with each message, so
    there are no such sockets. (`sendto` stays: listing interfaces needs it, and zmq that.)
    """
    rules.refuse("connect")
    for name in ("socket", "socketpair"):
        for kind in (_DATAGRAM, _RAW):
            family = rules.masked(0, _LOW, socket.AF_UNIX)
            rules.refuse(name, family, rules.masked(1, _TYPE_BITS, kind))


def _signals(rules: _Filter) -> None:
    """Signals to oneself alone: a filter can't tell one's own child from anyone else."""
    for name in _TARGETS:
        if name != "tkill":  # by thread
            rules.refuse(name, rules.unequal(0, os.getpid()))
    rules.refuse("tkill")
    rules.refuse("pidfd_send_signal")
    rules.refuse("sched_setaffinity", rules.unequal(0, 0))


def _metadata(rules: _Filter) -> None:
    """Modes, owners and times stay as they are; nothing fails, as on a disk that has none."""
    for name in refused.METADATA:
        rules.refuse(name, error=0)
    for name in refused.ATTRIBUTES:
        rules.refuse(name, error=errno.ENOTSUP)


def _truncation(rules: _Filter) -> None:
    """A file is emptied only where it may be written: not by path, nor by opening to read."""
    rules.refuse("truncate")
    rules.refuse("openat2", error=errno.ENOSYS)
    for name, argument in (("open", 1), ("openat", 2)):
        for access in (os.O_RDONLY, os.O_ACCMODE):
            flags = os.O_TRUNC | access
            rules.refuse(name, rules.masked(argument, os.O_TRUNC | os.O_ACCMODE, flags))


_CLOSERS = (_named_sockets, _signals, _metadata, _truncation)


class _Filter:
    """A filter that allows what no rule refuses."""

    def __init__(self) -> None:
        import pyseccomp

        self._api = pyseccomp
        self._filter = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        # Calls in the manner of another processor (32 bits) would pass by every rule.
        self._filter.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.KILL_PROCESS)

    def refuse(self, name: str, *conditions: object, error: int = errno.EPERM) -> None:
        """Refuse the call where all conditions hold; where this processor has such a call."""
        number = self._api.resolve_syscall(self._api.Arch.NATIVE, name)
        if number == _UNKNOWN:
            number = refused.NEWER[name]
        self._filter.add_rule(self._api.ERRNO(error), number, *conditions)

    def equal(self, argument: int, value: int) -> object:
        return self._api.Arg(argument, self._api.EQ, value)

    def unequal(self, argument: int, value: int) -> object:
        return self._api.Arg(argument, self._api.NE, value)

    def greater(self, argument: int, value: int) -> object:
        return self._api.Arg(argument, self._api.GT, value)

    def masked(self, argument: int, mask: int, value: int) -> object:
        return self._api.Arg(argument, self._api.MASKED_EQ, mask, value)

    def load(self) -> None:
        """Put it in force, for good."""
        self._filter.load()
