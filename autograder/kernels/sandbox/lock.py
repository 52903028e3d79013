"""Lock this process in, for good, with all that it will start."""

from __future__ import annotations

import os
import sys

from autograder.kernels.sandbox import (
    environment,
    identity,
    libc,
    limits,
    paths,
    syscalls,
)
from autograder.kernels.sandbox.policy import Given, Policy, SandboxError
from autograder.kernels.sandbox.root_folder import enter_root

_PR_SET_CHILD_SUBREAPER = 36
# Linux 6.12: signals stay inside the Landlock domain.
_SCOPED_SIGNALS = 6
# Linux 6.2: emptying a file is a Landlock right.
_GUARDED_TRUNCATION = 3


def lock_in(policy: Policy, entered: tuple[str, ...] = ()) -> Given:
    """Put the policy in force, in the process that will run a student's code.

    entered: what `enter_namespaces` returned in the process this one was forked from.
    Returns what is in force. SandboxError when the minimum (Landlock and seccomp) can't be
    had or a step fails: the process is then half closed, and must end.
    """
    if sys.platform != "linux":
        raise SandboxError(f"There is no sandbox for {sys.platform}; grade in a Linux container.")
    try:
        return _lock_in(policy, entered)
    except OSError as error:
        raise SandboxError(f"The sandbox could not be closed: {error}.") from error


def _lock_in(policy: Policy, entered: tuple[str, ...]) -> Given:
    from autograder.kernels.sandbox import filesystem  # its library exists on Linux alone

    own_proc = "pid" in entered
    if own_proc and os.getpid() != 1:
        raise SandboxError("A PID namespace begins with a child: fork after enter_namespaces.")
    # Asked before anything is given up: without Landlock, becoming another user is no wall.
    if missing := below_the_minimum(policy):
        raise SandboxError(missing)
    _close_all_but(policy.keep_fds)
    _prepare_to_be_ended()
    uid, readable = identity.choose_uid(), paths.readable(policy)
    if policy.sockets:
        identity.give(policy.sockets, uid)
    if entered:
        enter_root(policy, readable, uid, own_proc)
    else:
        identity.give(policy.workdir, uid)
    reads_as_root = not entered and identity.needs_to_read_as_root(readable)
    limits.limit(policy, uid, _counted_apart(uid, entered))
    identity.become(uid, reads_as_root)
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    environment.settle(policy.workdir, connects=bool(entered))
    abi = filesystem.restrict(policy, readable, own_proc)
    signals = own_proc or abi >= _SCOPED_SIGNALS or identity.is_private(uid)
    syscalls.refuse(
        syscalls.Gaps(
            named_sockets=not entered,
            signals=not signals,
            metadata=not entered and not identity.is_private(uid),
            truncation=abi < _GUARDED_TRUNCATION,
        )
    )
    return Given(entered, abi, uid, reads_as_root, bool(entered), signals)


def below_the_minimum(policy: Policy) -> str | None:
    """What of the least is missing on this Linux, as far as can be told without a trial."""
    from autograder.kernels.sandbox import filesystem

    if filesystem.abi(policy) == 0:
        return "Landlock is not to be had here, so nothing bounds what is read."
    if reason := syscalls.why_not(policy):
        return f"seccomp is not to be had here: {reason}."
    return None


def _close_all_but(kept: tuple[int, ...]) -> None:
    """Close what the process was forked with: an open folder is a way past Landlock."""
    begin = 3
    for descriptor in sorted(each for each in kept if each >= begin):
        os.closerange(begin, descriptor)
        begin = descriptor + 1
    os.closerange(begin, os.sysconf("SC_OPEN_MAX"))


def _prepare_to_be_ended() -> None:
    """Be the first to go when memory runs out, and the parent of daemons left behind."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _counted_apart(uid: int, entered: tuple[str, ...]) -> bool:
    if identity.is_private(uid):
        return True
    return "user" in entered and limits.user_namespaces_count_apart()
