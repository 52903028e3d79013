"""What holds for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing import forkserver, resource_tracker

import pytest


@pytest.fixture(autouse=True, scope="module")
def _no_helpers_left() -> Iterator[None]:
    """End what multiprocessing starts for a whole process: this one runs others' tests too.

    A command that graded a class ends, and these with it; pytest goes on.
    """
    yield
    forkserver._forkserver._stop()  # type: ignore[attr-defined]
    resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]
