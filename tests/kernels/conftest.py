"""A folder of the test's own for everything temporary, so that what is left can be counted."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .running import Counting, Left


@pytest.fixture(autouse=True)
def scratch(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    tmp_path_factory.getbasetemp()  # pytest's own folders lie elsewhere
    with tempfile.TemporaryDirectory(prefix="k-") as folder:  # short, for the sockets in it
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture
def left() -> Left:
    """What still runs of the processes that the test began, zygotes apart."""
    return Counting().left
