"""What holds for all tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from multiprocessing import forkserver, resource_tracker

import pytest
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(autouse=True, scope="module")
def _no_helpers_left() -> Iterator[None]:
    """End what multiprocessing starts for a whole process: this one runs others' tests too.

    A command that graded a class ends, and these with it; pytest goes on.
    """
    yield
    forkserver._forkserver._stop()  # type: ignore[attr-defined]
    resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one module: while it is open, asyncio.run is refused in this process."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found is not None, "Install Debian's chromium: these tests look at pages in it."
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=flags)
        yield launched
        launched.close()
