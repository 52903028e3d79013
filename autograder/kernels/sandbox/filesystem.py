"""Landlock: what the process may open, and (ABI 4 on) no TCP, (6 on) no foreign signals.

The rights a kernel does not know yet are left out: each ABI refuses what it can.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from py_landlock.abi import (
    ABIVersion,
    get_supported_fs,
    get_supported_net,
    get_supported_scope,
)
from py_landlock.errors import LandlockError
from py_landlock.flags import AccessFs
from py_landlock.landlock_sys import (
    PathBeneathAttr,
    RulesetAttr,
    RulesetFd,
    add_rule,
    create_ruleset,
    get_abi_version,
    restrict_self,
)

from autograder.kernels.sandbox import paths
from autograder.kernels.sandbox.policy import LANDLOCK, Policy

Rule = tuple[str, AccessFs]

READ = AccessFs.READ_FILE | AccessFs.READ_DIR | AccessFs.EXECUTE
# Everything but devices, which no student makes.
WRITE = READ | AccessFs.WRITE_FILE | AccessFs.TRUNCATE | AccessFs.REFER
WRITE |= AccessFs.REMOVE_DIR | AccessFs.REMOVE_FILE | AccessFs.MAKE_DIR | AccessFs.MAKE_REG
WRITE |= AccessFs.MAKE_SOCK | AccessFs.MAKE_FIFO | AccessFs.MAKE_SYM
DEVICE = AccessFs.READ_FILE | AccessFs.WRITE_FILE
# zmq removes a socket's file before it makes it, and when it closes it.
SOCKETS = AccessFs.READ_DIR | AccessFs.MAKE_SOCK | AccessFs.REMOVE_FILE
# Linux refuses a rule for a file with any right but these.
_OF_A_FILE = AccessFs.EXECUTE | AccessFs.WRITE_FILE | AccessFs.READ_FILE | AccessFs.TRUNCATE
_OF_A_FILE |= AccessFs.IOCTL_DEV


def abi(policy: Policy) -> int:
    """The newest Landlock ABI that this machine and the policy allow; 0 for none."""
    if LANDLOCK in policy.without:
        return 0
    try:
        found = int(get_abi_version())
    except (LandlockError, OSError):
        return 0
    return min(found, policy.landlock_abi or found)


def restrict(policy: Policy, readable: list[str], own_proc: bool) -> int:
    """Refuse this process, for good, every path but the policy's; the ABI used.

    readable: what it may read, of all that is there.
    own_proc: /proc shows this sandbox's processes alone.
    """
    version = abi(policy)
    asked = ABIVersion(version)
    attributes = RulesetAttr()
    attributes.handled_access_fs = get_supported_fs(asked)
    attributes.handled_access_net = get_supported_net(asked)
    attributes.scoped = get_supported_scope(asked)
    ruleset = create_ruleset(attributes)
    try:
        for path, rights in _rules(policy, readable, own_proc):
            _allow(ruleset, path, rights & get_supported_fs(asked))
        restrict_self(ruleset, None)
    finally:
        os.close(ruleset)
    return version


def _rules(policy: Policy, readable: list[str], own_proc: bool) -> Iterator[Rule]:
    for path in readable:
        yield path, READ
    for path in paths.DEVICES:
        yield path, DEVICE
    for path in _proc(own_proc):
        yield path, READ
    yield policy.workdir, WRITE
    # Nothing is loaded from shared memory; and who can't list it can't guess another's names.
    yield paths.SHARED_MEMORY, WRITE & ~(AccessFs.EXECUTE | AccessFs.READ_DIR)
    if policy.sockets:
        yield policy.sockets, SOCKETS


def _proc(own: bool) -> Iterator[str]:
    if own:
        yield "/proc"
        return
    yield from (f"/proc/{name}" for name in paths.PROC_SYSTEM)
    yield from (f"/proc/self/{name}" for name in paths.PROC_SELF)


def _allow(ruleset: RulesetFd, path: str, rights: AccessFs) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            rights &= _OF_A_FILE
        rule = PathBeneathAttr()
        rule.allowed_access, rule.parent_fd = rights, opened
        add_rule(ruleset, rule)
    finally:
        os.close(opened)
