"""What a check says: one line when it passes, an error that is only its message when it fails."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from typing import NoReturn, ParamSpec

from course.diagnosis import Difference
from course.errors import CourseError

P = ParamSpec("P")


class CheckFailed(CourseError, AssertionError):  # noqa: N818  named as a student reads it
    """A visible check did not hold. Its text is the whole message for the student."""

    def _render_traceback_(self) -> list[str]:
        """What IPython prints in the place of a traceback: the course's own frames say nothing."""
        return str(self).splitlines()


def _graded() -> bool:
    return os.environ.get("PYTORCH_MECHANICS_JUDGE") == "1"


def visible(check: Callable[P, None]) -> Callable[P, None]:
    """A check that in a graded kernel neither stops the cell nor prints, yet calls what it would.

    It still calls, so that the hidden tests behind it start from the same state in both.
    """

    @functools.wraps(check)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            check(*args, **kwargs)
        except Exception:
            if not _graded():
                raise

    return run


def say(line: str) -> None:
    """Print a line, unless the kernel is graded."""
    if not _graded():
        print(line)


def fail(what: str, problem: str, rows: Iterable[str] = (), cause: str | None = None) -> NoReturn:
    """Raise CheckFailed: what was checked, what is wrong, the evidence, the likely cause."""
    lines = [f"✗ {what}: {problem}", *(f"    {row}" for row in rows)]
    lines += [f"  Likely cause: {cause}"] if cause else []
    raise CheckFailed("\n".join(lines)) from None


def report(what: str, found: Difference | None) -> None:
    """Fail with the difference, or say that there is none."""
    if found:
        fail(what + found.path, found.problem, found.rows, found.cause)
    say(f"✓ {what}")
