"""One writer: a second `autograder grade` on the same course waits for no one, it says so."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import CourseFolderError


@contextmanager
def only_writer(state: Path) -> Iterator[None]:
    """Hold the course's lock, which the system lets go of when the process ends."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    state.mkdir(parents=True, exist_ok=True)
    with open(state / "lock", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CourseFolderError(
                f"Another autograder (process {file.read().strip() or 'unknown'}) is grading this "
                "course. Wait until it is done, or stop it."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
