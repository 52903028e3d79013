"""The kernel's own process: it forgets the warm process, locks itself in, and serves Jupyter."""

from __future__ import annotations

import atexit
import json
import os
import signal
import sys
import time
from dataclasses import asdict, replace
from typing import Any, NoReturn

from autograder.kernels.sandbox import Policy, SandboxError, libc, lock_in

_PR_SET_PDEATHSIG = 1


def prepare() -> None:
    """Import, in the warm process, what `become` needs in a kernel."""
    from autograder.kernels import app  # noqa: F401
    from autograder.kernels.sandbox import filesystem, syscalls

    anything = Policy(workdir="/")
    filesystem.abi(anything)
    syscalls.why_not(anything)
    _reseed()  # the first time fills many caches, which are then shared


def become(
    request: dict[str, Any], policy: Policy, entered: tuple[str, ...], report: int
) -> NoReturn:
    """Be the kernel that `request` asks for; tell on the pipe `report` when it listens."""
    status = 1
    try:
        status = _run(request, policy, entered, report)
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException as error:
        _tell(report, {"refused": f"{type(error).__name__}: {error}"})
    finally:
        os._exit(status)


def _run(request: dict[str, Any], policy: Policy, entered: tuple[str, ...], report: int) -> int:
    from autograder.kernels.app import WarmKernelApp

    os.setsid()
    if "mount" in entered:
        # Of its own, so that the supervisor keeps the machine's root folder and /proc.
        libc.unshare(libc.CLONE_NEWNS)
    _forget(request["environment"])
    try:
        given = lock_in(replace(policy, keep_fds=(report,)), entered)
    except SandboxError as error:
        _tell(report, {"refused": str(error)})
        return 1
    # After the last change of user, which would take it back.
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    app = WarmKernelApp.instance(connection=request["connection"])
    app.initialize()  # type: ignore[no-untyped-call]  # ipykernel's
    _tell(report, {"given": asdict(given)})
    app.start()  # type: ignore[no-untyped-call]  # ipykernel's
    atexit._run_exitfuncs()
    return 0


def _tell(report: int, content: dict[str, Any]) -> None:
    """Say one line and close. A supervisor that is gone ends this process here."""
    os.write(report, json.dumps(content).encode() + b"\n")
    os.close(report)


def _forget(environment: dict[str, str]) -> None:
    """Be as a process that has just started: what was inherited of another one goes.

    (`lock_in` forgets the folders for temporary files and caches.)
    """
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = ["ipykernel_launcher"]
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _reseed()
    _forget_multiprocessing()


def _reseed() -> None:
    """Draw again what a process draws when it starts. (Python's `random` does so by itself.)"""
    numpy = sys.modules.get("numpy")
    if numpy:
        numpy.random.seed()
    torch = sys.modules.get("torch")
    if torch:
        torch.default_generator.seed()


def _forget_multiprocessing() -> None:
    """A key that is this kernel's alone, for what its own processes say to each other."""
    process = sys.modules.get("multiprocessing.process")
    if process:
        process.current_process().authkey = os.urandom(32)
