"""`observe`: what a hidden test does instead of asserting.

It calls a function and sends what came back, as plain data, to whoever grades. It holds no
expected value and judges nothing, so there is nothing in the kernel to talk into a mark.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from course.describe import describe_call
from course.encoding import FACTS, encode, encode_exception
from course.errors import CourseError, NoJudge

MIME = "application/vnd.pytorch-mechanics.observation+json"
JUDGE_VARIABLE = "PYTORCH_MECHANICS_JUDGE"
SALT_VARIABLE = "PYTORCH_MECHANICS_SALT"
VERSION = 1


class _Observe:
    """Call a function and send what came back, or what it raised, to the judge."""

    def __call__(
        self,
        name: str,
        function: Callable[..., Any],
        /,
        *args: Any,
        facts: Iterable[str] = (),
        tolerance: tuple[float, float] | None = None,
        at_least: float | None = None,
        because: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Observe `function(*args, **kwargs)` under `name`.

        facts: what is judged of tensors besides dtype, shape and entries (any of
            "contiguous", "device", "is_leaf", "requires_grad", "stride"), and "message" for
            the text of an exception.
        tolerance: (relative, absolute), in the place of the dtype's own.
        at_least: what came back must be a number (or a tensor of them) no smaller.
        because: for an answer (as text) the sentence that a student who gave it reads.

        Silent when an author or nbval runs it. NoJudge under a grader without our judge;
        CourseError for a fact that there is none of.
        """
        asked = _checked(facts)
        if not _is_judged():
            _refuse_other_graders()
        called = describe_call(function, args, kwargs)
        observed = _outcome(function, args, kwargs, asked)
        if _is_judged():
            policy = {
                "facts": asked,
                "tolerance": list(tolerance) if tolerance else None,
                "at_least": at_least,
                "because": dict(because or {}),
            }
            _send({"name": name, "called": called, "observed": observed, "policy": policy})

    @staticmethod
    def generator(seed: int) -> Any:
        """A torch.Generator for hidden inputs: the instructor's salt changes its numbers.

        The global generator is left alone, so a student's extra draw changes no input.
        """
        import torch

        salted = f"{os.environ.get(SALT_VARIABLE, '')}:{seed}".encode()
        number = int.from_bytes(hashlib.sha256(salted).digest()[:7], "big")
        return torch.Generator().manual_seed(number)


observe = _Observe()


def _checked(facts: Iterable[str]) -> list[str]:
    asked = sorted(facts)
    unknown = [fact for fact in asked if fact not in FACTS]
    if unknown:
        raise CourseError(f"observe knows no fact {unknown[0]!r}; it knows {', '.join(FACTS)}.")
    return asked


def _is_judged() -> bool:
    return os.environ.get(JUDGE_VARIABLE) == "1"


def _refuse_other_graders() -> None:
    # Silence would count as full marks there.
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        raise NoJudge(
            "This notebook is graded by observations, and this grader has no judge for them. "
            "Grade it with `autograder grade ASSIGNMENT`, or use the course's "
            "nbgrader_config.py, which gives `nbgrader autograde` the judge."
        )


def _outcome(
    function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any], facts: list[str]
) -> dict[str, Any]:
    try:
        return encode(function(*args, **kwargs), facts)
    except KeyboardInterrupt:
        raise  # the grader's own, when a cell is past its time
    except BaseException as error:
        return encode_exception(error, facts)


def _send(payload: dict[str, Any]) -> None:
    from IPython.display import display

    display({MIME: {"version": VERSION, **payload}}, raw=True)
