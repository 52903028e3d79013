"""The throw-away process of `probe`: `python -m autograder.kernels.sandbox JSON`.

What a machine says it has and what it lets this user do are two things (Ubuntu 24.04 gives a
user namespace and refuses all that it is for), so each step is done, and its effect looked at.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import asdict, replace
from tempfile import TemporaryDirectory

from autograder.kernels.sandbox.lock import lock_in
from autograder.kernels.sandbox.namespaces import try_to_enter
from autograder.kernels.sandbox.policy import NAMESPACES, PID, Given, Policy, SandboxError
from autograder.kernels.sandbox.report import Report

# From the fullest sandbox to the least, each with the name of what failed when it fails.
_ATTEMPTS = (((), PID), ((PID,), NAMESPACES), ((NAMESPACES,), "sandbox"))


def attempt_all(base: Policy) -> Report:
    """The first attempt that succeeds, and why those before it did not."""
    reasons: dict[str, str] = {}
    for left_out, blamed in _ATTEMPTS:
        without = tuple(dict.fromkeys((*base.without, *left_out)))
        told = _attempt(replace(base, without=without))
        if isinstance(told, Given):
            return Report(sys.platform, told, without, reasons)
        reasons[blamed] = told
    return Report(sys.platform, None, base.without, reasons)


def _attempt(policy: Policy) -> Given | str:
    """What was given in a child; in words what went wrong there."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _in_child(replace(policy, keep_fds=(writer,)), writer)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    told = json.loads(text or '"it ended without a word"')
    if isinstance(told, str):
        return told
    return Given(**{**told, "namespaces": tuple(told["namespaces"])})


def _in_child(policy: Policy, writer: int) -> None:
    told: object = ""
    try:
        entered = try_to_enter(policy)
        if child := os.fork():
            os.waitpid(child, 0)
            os._exit(0)
        given = lock_in(policy, entered)
        told = _leak(policy) or asdict(given)
    except (OSError, SandboxError) as error:
        told = str(error)
    os.write(writer, json.dumps(told).encode())
    os._exit(0)


def _leak(policy: Policy) -> str:
    """What ought to be refused now and is not, in words."""
    with open(os.path.join(policy.workdir, "written"), "w") as file:
        file.write("mine")
    try:
        os.listdir("/")
        return "Landlock is in force and refuses nothing"
    except PermissionError:
        pass
    try:
        socket.socket(socket.AF_INET).close()
        return "seccomp is in force and refuses nothing"
    except PermissionError:
        return ""


def _main() -> None:
    without, landlock_abi = json.loads(sys.argv[1])
    with TemporaryDirectory(prefix="sandbox-") as workdir:
        base = Policy(workdir, without=tuple(without), landlock_abi=landlock_abi)
        print(attempt_all(base).to_json())


_main()
