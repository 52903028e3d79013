"""Two classes of attackers: one in the sandbox, and, where that is safe, one in stock kernels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

import course
from autograder.kernels.provisioner import WarmProvisioner

from .graded import Graded, attacks, grade_all
from .targets import planted

# They are handed in, never run here.
collect_ignore_glob = ["reach/*", "marks/*", "exhaust/*"]

# Small, so that what exceeds them does so soon.
BOUNDS = {"memory_bytes": 1 << 30, "work_bytes": 64 << 20, "processes": 60}
KINDS = ("reach", "marks", "exhaust")
# Without a sandbox they would change this very checkout, or signal everyone's processes.
UNSAFE = {"cannot_rewrite_the_course_on_disk", "cannot_signal_every_process"}
# ... and this looks for what only a kernel that was forked has.
ONLY_WARM = {"cannot_talk_to_the_process_that_forked_it"}
BOUNDED_BY_ITSELF = ["cannot_bomb_with_forks", "cannot_fill_the_disk", "cannot_take_all_memory"]
DAEMON = "cannot_leave_a_daemon_behind"
# Where namespaces are missing, the supervisor bounds these.
POORLY_BOUNDED = [
    *("cannot_bomb_with_forks", "cannot_fill_the_disk", "cannot_leave_a_daemon_behind"),
    "cannot_take_all_memory_by_many",
]
CONTROLS = sorted({*attacks("reach")} - UNSAFE - ONLY_WARM)


@dataclass(frozen=True)
class Class:
    """A class of attackers after it was graded, by the name of the attack.

    daemons: how many processes they left.
    """

    graded: dict[str, Graded]
    harm: set[str]
    daemons: int


@pytest.fixture(scope="session")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    """Every attack, graded as `autograder grade` does."""
    with _policies(**BOUNDS):
        chosen = {kind: attacks(kind) for kind in KINDS}
        yield _grade(tmp_path_factory.mktemp("locked"), "full", chosen)


@pytest.fixture(scope="session")
def poor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    """As Ubuntu 24.04 gives it: no namespaces, and an older Landlock."""
    with _policies(**BOUNDS, without=("namespaces",), landlock_abi=4):
        chosen = {"reach": attacks("reach"), "exhaust": POORLY_BOUNDED}
        yield _grade(tmp_path_factory.mktemp("poor"), "full", chosen)


@contextmanager
def _policies(**fields: Any) -> Iterator[None]:
    """Kernels get these bounds."""
    usual = WarmProvisioner._policy
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WarmProvisioner, "_policy", lambda *given: replace(usual(*given), **fields))
        yield


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """The control: the same attacks in kernels that no one shuts in."""
    chosen = {"reach": CONTROLS, "exhaust": [*BOUNDED_BY_ITSELF, DAEMON]}
    return _grade(tmp_path_factory.mktemp("stock"), "none", chosen)


def _grade(root: Path, sandbox: str, chosen: dict[str, list[str]]) -> Class:
    with planted(root) as targets:
        graded = grade_all(root, sandbox, chosen, {"targets.json": targets.to_json()})
        return Class(graded, targets.harm(), _end_daemons(targets.planted.name))


def _end_daemons(mark: str) -> int:
    """How many processes have our mark in their command; none has afterwards."""
    found = 0
    for process in psutil.process_iter(["cmdline"]):
        if f"planted daemon of {mark}" in " ".join(process.info["cmdline"] or ()):
            found += 1
            with suppress(psutil.NoSuchProcess):
                process.kill()
    return found


@pytest.fixture(scope="session")
def course_before() -> str:
    """The bytes of the course package before any attack."""
    return hashlib.sha256(Path(course.__file__).read_bytes()).hexdigest()
