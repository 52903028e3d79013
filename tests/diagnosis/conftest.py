"""The small course, built once and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .courses import small_course


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_course(tmp_path_factory.mktemp("small") / "course")


@pytest.fixture
def course(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "course"))
