"""The same for an ordinary user, who has only user namespaces to build the walls from."""

from __future__ import annotations

import subprocess

import pytest
from sandbox import ordinary_user


@pytest.mark.long
def test_the_suite_holds_for_an_ordinary_user() -> None:
    suite = "tests/threats/test_threats.py"
    done = subprocess.run(
        ordinary_user.command("-m", "pytest", "-q", "-p", "no:cacheprovider", suite),
        cwd=ordinary_user.REPOSITORY,
        capture_output=True,
        text=True,
        timeout=580,
    )
    assert done.returncode == 0, done.stdout[-5000:]
