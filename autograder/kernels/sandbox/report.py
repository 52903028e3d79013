"""What of the sandbox a machine gives, and the least that grading asks for."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.kernels.sandbox.policy import Given, SandboxError

CONTAINER = (
    "docker build -t pytorch-mechanics . && "
    'docker run --rm -v "$PWD":/course pytorch-mechanics autograder grade ASSIGNMENT '
    "--course-dir /course"
)
SYSTEMS = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}


@dataclass(frozen=True)
class Report:
    """What was tried in a process thrown away, and what came of it.

    given: what is in force in the fullest sandbox to be had; None when there is none.
    without: what a policy must leave out on this machine (`Policy.without`).
    reasons: by what was refused ("namespaces", "pid", "sandbox"), the machine's words.
    """

    system: str
    given: Given | None = None
    without: tuple[str, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """The text in which the throw-away process sends it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Report:
        """The report that `to_json` wrote."""
        found: dict[str, Any] = json.loads(text)
        given = found["given"]
        if given:
            given = Given(**{**given, "namespaces": tuple(given["namespaces"])})
        return cls(found["system"], given, tuple(found["without"]), found["reasons"])


def require_minimum(report: Report) -> None:
    """SandboxError, with the way out, when this machine can't lock a kernel in.

    The minimum is Landlock (ABI 1 or newer), seccomp and rlimits; namespaces come on top.
    """
    if report.given:
        return
    if report.system != "linux":
        name = SYSTEMS.get(report.system, report.system)
        raise SandboxError(
            f"There is no sandbox on {name}, and a notebook would run as you. Grade in a Linux "
            f"container: `{CONTAINER}`. To run students' code unprotected, say --sandbox=none."
        )
    raise SandboxError(
        f"This machine can't lock a kernel in: {report.reasons.get('sandbox', 'unknown')} "
        "`autograder doctor` names what mends it. To run students' code unprotected, as you, "
        "say --sandbox=none."
    )


def nothing() -> Report:
    """The report of a system that has no sandbox at all."""
    return Report(sys.platform)
