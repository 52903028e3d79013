"""The lessons as built: every test here runs over all of them, and over none by mistake."""

from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.parent.name for path in (ROOT / "lessons").glob("*/lesson.py"))


def pytest_generate_tests(metafunc):
    if "assignment" in metafunc.fixturenames:
        assert LESSONS, "no lesson was found"
        metafunc.parametrize("assignment", LESSONS)


@pytest.fixture
def source_path(assignment):
    return ROOT / "source_notebooks" / assignment / f"{assignment[3:]}.ipynb"


@pytest.fixture
def release_path(assignment):
    return ROOT / "release" / assignment / f"{assignment[3:]}.ipynb"


@pytest.fixture
def source(source_path):
    return nbformat.read(source_path, as_version=4)


@pytest.fixture
def release(release_path):
    return nbformat.read(release_path, as_version=4)
