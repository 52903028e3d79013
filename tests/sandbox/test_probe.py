"""What a machine gives, what `grade` refuses below, and the words for both."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner

from autograder import doctor
from autograder.cli import app
from autograder.kernels.sandbox import (
    Policy,
    Report,
    SandboxError,
    enter_namespaces,
    libc,
    namespaces,
    probe,
    require_minimum,
)

from .inside import run


def shown(report: Report, *, as_json: bool = False) -> tuple[int, str]:
    out = StringIO()
    console = Console(file=out, width=200)
    return doctor.show(as_json=as_json, report=report, console=console), out.getvalue()


def test_this_machine_is_above_the_minimum() -> None:
    require_minimum(probe())


@pytest.mark.parametrize("abi", [1, 2, 3, 4, 5, 6])
def test_an_older_landlock_is_enough(abi: int) -> None:
    report = probe(("namespaces",), abi)
    require_minimum(report)
    assert report.given is not None
    assert report.given.landlock_abi == abi
    code, text = shown(report)
    assert code == 0
    assert ("a newer Linux" in text) is (abi < 6)


@pytest.mark.parametrize(
    ("missing", "remedy"), [("landlock", "Linux 5.13 or newer"), ("seccomp", "libseccomp2")]
)
def test_without_it_grading_is_refused(missing: str, remedy: str) -> None:
    report = probe((missing,))
    with pytest.raises(SandboxError, match="--sandbox=none"):
        require_minimum(report)
    code, text = shown(report)
    assert code == 1
    assert remedy in text


@pytest.mark.parametrize("missing", ["landlock", "seccomp"])
def test_without_it_nothing_is_run(missing: str) -> None:
    inside = run("open('ran', 'w'); result = 1", "full", without=[missing])
    assert inside.result is None
    assert "is not to be had here" in inside.error


@pytest.mark.parametrize(("system", "name"), [("darwin", "macOS"), ("win32", "Windows")])
def test_another_system_is_refused_with_the_way(system: str, name: str) -> None:
    with pytest.raises(SandboxError, match=f"no sandbox on {name}.*docker build"):
        require_minimum(Report(system))
    code, text = shown(Report(system))
    assert code == 1
    assert "docker build" in text
    assert name in text


def test_it_can_be_imported_on_another_system() -> None:
    """Its libraries are Linux's own; there is then no sandbox, and no silent open door."""
    code = (
        "import sys, subprocess, ctypes, socket, selectors\n"
        "sys.platform = 'darwin'\n"
        "sys.modules['py_landlock'] = sys.modules['pyseccomp'] = None\n"
        "from autograder.kernels.sandbox import *\n"
        "assert enter_namespaces(Policy('/')) == ()\n"
        "assert probe().given is None\n"
        "try:\n    lock_in(Policy('/'))\n"
        "except SandboxError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "no sandbox for darwin" in done.stdout, done.stderr


def test_without_a_pid_namespace_the_doctor_says_so() -> None:
    report = probe(("pid",))
    assert report.without == ("pid",)
    assert "ended one by one" in shown(report)[1]


def test_the_command() -> None:
    done = CliRunner().invoke(app, ["doctor", "--json"])
    assert done.exit_code == 0
    content = json.loads(done.stdout)
    assert content["can_grade"] is True
    assert {"layer", "state", "meaning", "remedy"} == set(content["layers"][0])


def test_a_policy_survives_json() -> None:
    policy = Policy("/w", "/s", read=("/r",), keep_fds=(7,), without=("pid",), landlock_abi=3)
    assert Policy.from_json(policy.to_json()) == policy


def test_a_report_survives_json() -> None:
    assert Report.from_json(probe().to_json()) == probe()


def test_namespaces_left_out_are_not_entered() -> None:
    assert enter_namespaces(Policy("/", without=("namespaces",))) == ()


@pytest.mark.parametrize(
    ("errors", "entered"),
    [((errno.ENOMEM, errno.EAGAIN), True), ((errno.EPERM,), False), ((errno.ENOMEM,) * 99, False)],
)
def test_a_busy_machine_is_asked_again_and_one_that_refuses_is_not(
    errors: tuple[int, ...], entered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, calls = list(errors), []

    def unshare(flags: int) -> None:
        calls.append(flags)
        if left:
            raise OSError(left.pop(0), "no")

    monkeypatch.setattr(libc, "unshare", unshare)
    monkeypatch.setattr(namespaces, "_PAUSE_S", 0)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert bool(enter_namespaces(Policy("/"))) == entered
    assert len(calls) == min(len(errors) + entered, 20)
