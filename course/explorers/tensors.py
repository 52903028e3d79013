"""The explorers of lesson 01: strides and broadcasting."""

from __future__ import annotations

import ipywidgets as ipw
import torch

from course.explorers.base import Explorer, Frame
from course.figures.boxes import broadcasting as draw_broadcasting
from course.figures.boxes import common_shape
from course.figures.boxes import strided as draw_strided


def strided_frame(transposed: bool, rows: tuple[int, int], columns: tuple[int, int]) -> Frame:
    """Return the frame of a view of `arange(24).reshape(4, 6)`.

    `rows` and `columns` are (start, step) of a slice, taken before the transpose.
    """
    x = torch.arange(24).reshape(4, 6)[rows[0] :: rows[1], columns[0] :: columns[1]]
    x = x.t() if transposed else x
    contiguous = "yes" if x.is_contiguous() else "no"
    return draw_strided(x), f"is_contiguous(): {contiguous} · view(-1): {_flat_view(x)}"


def _flat_view(x: torch.Tensor) -> str:
    try:
        return f"works, stride {x.view(-1).stride()}"
    except RuntimeError:
        return "raises, so reshape(-1) copies"


def strides() -> Explorer:
    """Explore which slices and transposes are contiguous, and which can be flattened for free."""
    slices = {f"{start}::{step}": (start, step) for start in (0, 1) for step in (1, 2, 3)}
    return Explorer(
        strided_frame,
        transposed=ipw.Checkbox(value=False, description="transpose: .t()"),
        rows=ipw.Dropdown(options=slices, description="rows"),
        columns=ipw.Dropdown(options=slices, description="columns"),
    )


SHAPES = ((), (1,), (3,), (4,), (1, 4), (3, 1), (4, 1), (3, 4), (4, 3))


def broadcasting_frame(a: tuple[int, ...], b: tuple[int, ...]) -> Frame:
    """Return the frame of shape `a` broadcast with shape `b`."""
    shape = common_shape(a, b)
    if shape is None:
        return draw_broadcasting(a, b), "a - b raises a RuntimeError"
    count = torch.Size(shape).numel()
    return draw_broadcasting(a, b), f"(a - b).shape is {shape}: {count} numbers, no error"


def broadcasting() -> Explorer:
    """Explore what two shapes broadcast to."""
    shapes = {str(shape): shape for shape in SHAPES}
    return Explorer(
        broadcasting_frame,
        a=ipw.Dropdown(options=shapes, value=(3, 1), description="a"),  # (4, 1) is the answer
        b=ipw.Dropdown(options=shapes, value=(4,), description="b"),
    )
