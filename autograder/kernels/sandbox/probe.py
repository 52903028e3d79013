"""Try the sandbox in a process that is thrown away."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache

from autograder.kernels.sandbox.lock import below_the_minimum
from autograder.kernels.sandbox.policy import Policy
from autograder.kernels.sandbox.report import Report, nothing, require_minimum

_LIMIT_S = 30


@cache
def probe(without: tuple[str, ...] = (), landlock_abi: int | None = None) -> Report:
    """What this machine gives this user. The arguments force a poorer machine, for tests."""
    if sys.platform != "linux":
        return nothing()
    asked = json.dumps([without, landlock_abi])
    command = [sys.executable, "-m", __package__, asked]
    try:
        done = subprocess.run(  # noqa: S603  this interpreter, a module of ours, our own words
            command, capture_output=True, text=True, timeout=_LIMIT_S
        )
        return Report.from_json(done.stdout)
    except subprocess.TimeoutExpired:
        return _failed(f"the trial took more than {_LIMIT_S} s.")
    except ValueError:
        return _failed(f"the trial ended with: {done.stderr.strip()[-300:] or 'no word'}.")


def refuse_at_first_sight(policy: Policy | None = None) -> None:
    """SandboxError, with the way out, where the least of a sandbox is plainly not to be had.

    Takes a hundredth of a second, and no trial; what only a trial shows, the first kernel says.
    policy: forces a poorer machine, for tests.
    """
    if sys.platform != "linux":
        require_minimum(Report(sys.platform))
    elif missing := below_the_minimum(policy or Policy("/")):
        require_minimum(_failed(missing))


def _failed(why: str) -> Report:
    return Report("linux", reasons={"sandbox": why})
