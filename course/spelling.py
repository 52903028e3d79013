"""How the student spelled an argument of the check that is running: `f(x)`, not its value."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from course.show import show

HERE = str(Path(__file__).parent)
LONGEST = 60


def argument(index: int, value: Any) -> str:
    """The source text of the caller's positional argument, or the value where there is no text."""
    try:
        text = _source(index)
    except Exception:  # a check must not fail because its source can't be had
        text = None
    return text or show(value)


def _source(index: int) -> str | None:
    frame = _caller()
    if frame is None:
        return None
    segment = _call_text(frame)
    call = ast.parse(segment, mode="eval").body
    if not isinstance(call, ast.Call) or any(isinstance(a, ast.Starred) for a in call.args):
        return None
    text = " ".join((ast.get_source_segment(segment, call.args[index]) or "").split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _caller() -> FrameType | None:
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_filename.startswith(HERE):
        frame = frame.f_back
    return frame


def _call_text(frame: FrameType) -> str:
    """The text of the call that the frame is at, by the positions that Python keeps (PEP 657)."""
    at = inspect.getframeinfo(frame, context=0).positions
    if at is None or None in (at.lineno, at.end_lineno, at.col_offset, at.end_col_offset):
        return ""
    first, last = int(at.lineno or 0), int(at.end_lineno or 0)
    lines = [
        linecache.getline(frame.f_code.co_filename, number).encode()
        for number in range(first, last + 1)
    ]
    lines[-1] = lines[-1][: at.end_col_offset]
    lines[0] = lines[0][at.col_offset :]
    return b"".join(lines).decode()
