"""The filter's own rules: every name has a number, and each rule refuses what it names."""

from __future__ import annotations

import pytest

from autograder.kernels.sandbox import refused

from .inside import run

GROUPS = ("PROCESSES", "NAMESPACES", "SURFACE", "MACHINE", "UNCOUNTED", "SYSTEM_V")
NAMES = [name for group in GROUPS for name in getattr(refused, group)]
GUARDED = [*refused.METADATA, *refused.ATTRIBUTES]

# Called with arguments that do nothing where it is allowed: a bad address, a bad descriptor.
CODE = """
import ctypes, errno, os, pyseccomp
libc = ctypes.CDLL(None, use_errno=True)
result = {}
for name in NAMES:
    number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    number = NEWER[name] if number == -1 else number
    if number >= 0:
        bad = ctypes.c_long(-1)
        done = libc.syscall(ctypes.c_long(number), bad, bad, bad, bad, bad, bad)
        result[name] = errno.errorcode[ctypes.get_errno()] if done < 0 else "done"
"""
PREPARED = f"NAMES, NEWER = {NAMES}, {refused.NEWER}\n"


@pytest.fixture(scope="module")
def answers() -> dict[str, str]:
    return dict(run(PREPARED + CODE, warm=("pyseccomp",)).result)


@pytest.mark.parametrize("name", NAMES)
def test_is_refused(name: str, answers: dict[str, str]) -> None:
    # A name without a number on this processor has nothing to refuse.
    assert answers.get(name, "EPERM") in ("EPERM", "ENOSYS")


def test_most_names_have_a_number(answers: dict[str, str]) -> None:
    assert len(answers) > 0.8 * len(NAMES)


@pytest.mark.parametrize("name", GUARDED)
def test_metadata_stays_on_a_machine_without_a_root_of_its_own(name: str) -> None:
    code = f"NAMES, NEWER = {[name]}, {refused.NEWER}\n" + CODE
    found = run(code, "landlock_4", ordinary=True, warm=("pyseccomp",)).result
    assert set(found.values()) <= {"done", "ENOTSUP"}


# Registers are wider than what the system reads of them.
WIDE = """
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
numbers = {"x86_64": (41, 53, 72), "aarch64": (198, 199, 25)}[platform.machine()]
high = 1 << 32
calls = {
    "an internet socket": (numbers[0], high | 2, 1, 0),
    "an internet socket, plainly": (numbers[0], 2, 1, 0),
    "a packet socket": (numbers[0], 17, 3, 0),
    "a virtual machine's socket": (numbers[0], 40, 1, 0),
    "another netlink": (numbers[0], 16, 3, 15),
    "an owner for signals": (numbers[2], 0, high | 8, 1),
}
result = {}
for name, (number, *arguments) in calls.items():
    done = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    result[name] = errno.errorcode[ctypes.get_errno()] if done < 0 else "done"
"""


def test_high_bits_are_no_way_around() -> None:
    assert set(run(WIDE).result.values()) == {"EPERM"}


def test_unlocked_they_succeed() -> None:
    answers = run(WIDE, unlocked=True).result
    assert answers["an internet socket"] == answers["an internet socket, plainly"] == "done"
