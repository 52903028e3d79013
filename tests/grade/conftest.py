"""A course whose lesson is in the gradebook and has its key, made once and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .courses import OBSERVED_RELEASE, hand_in, observed_course
from .running import run_grade


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = observed_course(tmp_path_factory.mktemp("prepared"))
    hand_in(root, "nobody", OBSERVED_RELEASE).write_bytes(b"")
    run_grade(root)
    for leftover in ("submitted", "feedback"):
        shutil.rmtree(root / leftover)
    return root


@pytest.fixture
def empty_course(prepared: Path, tmp_path: Path) -> Path:
    """A course of ours that nobody has handed anything in to."""
    return Path(shutil.copytree(prepared, tmp_path / "course"))
