"""Pictures made of boxes: a strided tensor over its storage, and a broadcast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from matplotlib.patches import Rectangle

from course.figures.picture import FAINT, FILLS, INK, Picture, drawing_board

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WRAP = 24  # storage boxes in a line


def storage_positions(x: torch.Tensor) -> torch.Tensor:
    """Return where in its storage each entry of `x` lies: int64, the shape of `x`."""
    count = storage_of(x).numel()
    return torch.arange(count).as_strided(x.shape, x.stride(), x.storage_offset())


def storage_of(x: torch.Tensor) -> torch.Tensor:
    """Return the whole storage of `x` as a 1-D tensor that shares it."""
    count = x.untyped_storage().nbytes() // x.element_size()
    return x.as_strided((count,), (1,), 0)


def strided(x: torch.Tensor) -> Picture:
    """Draw `x` (1 to 3 dimensions) and below it the storage it reads, box by box.

    Each box of the tensor names the storage position that it reads (`@5`). Each box of the
    storage has the color of the row that reads it first, and says how often it is read if
    more than once; a hatched box is read by none. Raises ValueError for other dimensions.
    """
    if not 1 <= x.ndim <= 3:
        raise ValueError(f"strided draws 1 to 3 dimensions, and this tensor has {x.ndim}")
    positions = storage_positions(x)
    panels = positions.reshape(-1, *positions.shape[-2:]) if x.ndim > 1 else positions[None, None]
    stored = storage_of(x).tolist()
    depth, rows, columns = panels.shape
    lines = -(-len(stored) // WRAP)
    width = max(min(len(stored), WRAP) + 1.6, depth * (columns + 1.6) + 0.6, 12.5)
    figure, ax = drawing_board(width, rows + 1.9 * lines + 2.5)
    ax.text(0.3, 0.55, _recipe(x), color=INK, fontsize=11, weight="bold", va="center")
    readers: dict[int, int] = {}
    for p, panel in enumerate(panels.tolist()):
        left = 1.3 + p * (columns + 1.6)
        for r, row in enumerate(panel):
            label = "" if x.ndim == 1 else f"[{r}]" if x.ndim == 2 else f"[{p},{r}]"
            ax.text(left - 0.15, 1.7 + r, label, color=FAINT, fontsize=8, ha="right", va="center")
            for c, at in enumerate(row):
                fill = FILLS[(p * rows + r) % len(FILLS)]
                readers.setdefault(at, (p * rows + r) % len(FILLS))
                _box(ax, left + c, 1.2 + r, stored[at], fill, note=f"@{at}")
    _storage(ax, stored, readers, Counter(positions.flatten().tolist()), top=rows + 2.3)
    return Picture(figure, f"A tensor over its storage of {len(stored)} numbers: {_recipe(x)}.")


def _recipe(x: torch.Tensor) -> str:
    return f"shape {tuple(x.shape)}   stride {x.stride()}   offset {x.storage_offset()}"


def _storage(
    ax: Axes, stored: list[Any], readers: dict[int, int], times: Counter[int], top: float
) -> None:
    ax.text(0.3, top - 0.25, "storage", color=INK, fontsize=9, va="center")
    for at, value in enumerate(stored):
        x, y = 0.8 + at % WRAP, top + 0.1 + 1.9 * (at // WRAP)
        if at in readers:
            _box(ax, x, y, value, FILLS[readers[at]])
        else:
            _box(ax, x, y, value, "#eceae4", hatch="////", ink=FAINT)
        below = f"{at}" if times[at] < 2 else f"{at} ({times[at]}x)"
        ax.text(x + 0.5, y + 1.28, below, color=FAINT, fontsize=7, ha="center", va="center")


def _box(
    ax: Axes,
    x: float,
    y: float,
    text: object,
    fill: str,
    *,
    note: str = "",
    hatch: str = "",
    ink: str = INK,
    dashed: bool = False,
) -> None:
    style: dict[str, Any] = {"linestyle": (0, (2, 2))} if dashed else {}
    edge = "#b9b6ad" if hatch else FAINT
    ax.add_patch(Rectangle((x, y), 1, 1, fc=fill, ec=edge, lw=0.9, hatch=hatch, **style))
    middle = y + (0.38 if note else 0.52)
    patch = {"fc": fill, "ec": "none", "pad": 0.6} if hatch else None
    ax.text(x + 0.5, middle, str(text), color=ink, fontsize=9, ha="center", va="center", bbox=patch)
    ax.text(x + 0.5, y + 0.78, note, color=FAINT, fontsize=6.5, ha="center", va="center")


def common_shape(a: Sequence[int], b: Sequence[int]) -> tuple[int, ...] | None:
    """Return the shape that two shapes broadcast to; None if there is none."""
    try:
        return tuple(torch.broadcast_shapes(tuple(a), tuple(b)))
    except RuntimeError:
        return None


def broadcasting(a: Sequence[int], b: Sequence[int]) -> Picture:
    """Draw two shapes (0 to 2 dimensions) stretched to their common shape, or why they can't be.

    A solid box is an entry that exists; a dashed one is the same entry read again.
    """
    if max(len(a), len(b)) > 2:
        raise ValueError("broadcasting draws shapes of at most 2 dimensions")
    shape = common_shape(a, b)
    if shape is None:
        return _incompatible(tuple(a), tuple(b))
    rows, columns = (1, 1, *shape)[-2:]
    figure, ax = drawing_board(max(3 * columns + 5.2, 13), rows + 2.4)
    left = 0.7
    for name, own, fill in (("a", tuple(a), FILLS[0]), ("b", tuple(b), FILLS[1])):
        _stretched(ax, left, name, own, (rows, columns), fill)
        ax.text(left + columns + 0.85, 1.6 + rows / 2, "with" if name == "a" else "gives",
                color=INK, fontsize=10, ha="center", va="center")  # fmt: skip
        left += columns + 1.7
    ax.text(left, 0.6, f"result {shape}", color=INK, fontsize=10, weight="bold", va="center")
    for r in range(rows):
        for c in range(columns):
            _box(ax, left + c, 1.4 + r, _pair(tuple(a), tuple(b), r, c), FILLS[2])
    alt = f"Shape {tuple(a)} with shape {tuple(b)} broadcasts to {shape}."
    return Picture(figure, alt)


def _source(own: tuple[int, ...], row: int, column: int) -> tuple[int, int]:
    """Return the (row, column) of the entry that is read at (row, column) of the result."""
    rows, columns = (1, 1, *own)[-2:]
    return (row if rows > 1 else 0, column if columns > 1 else 0)


def _name(own: tuple[int, ...], row: int, column: int) -> str:
    return "".join(str(i) for i in _source(own, row, column)[2 - len(own) :]) if own else ""


def _pair(a: tuple[int, ...], b: tuple[int, ...], row: int, column: int) -> str:
    return f"a{_name(a, row, column)}\nb{_name(b, row, column)}"


def _stretched(
    ax: Axes, left: float, name: str, own: tuple[int, ...], shape: tuple[int, int], fill: str
) -> None:
    ax.text(left, 0.6, f"{name} {own}", color=INK, fontsize=10, weight="bold", va="center")
    for r in range(shape[0]):
        for c in range(shape[1]):
            real = _source(own, r, c) == (r, c)
            text = name + _name(own, r, c)
            _box(ax, left + c, 1.4 + r, text, fill if real else "#f6f5f1",
                 ink=INK if real else FAINT, dashed=not real)  # fmt: skip


def _incompatible(a: tuple[int, ...], b: tuple[int, ...]) -> Picture:
    figure, ax = drawing_board(13, 5.2)
    ax.text(0.7, 0.6, f"a {a} with b {b}: no common shape", color=INK, fontsize=11, weight="bold")
    for line, (name, own) in enumerate((("a", a), ("b", b))):
        ax.text(1.0, 1.7 + 1.2 * line, name, color=INK, fontsize=10, va="center")
        for d, size in enumerate(own[::-1]):
            _box(ax, 4.5 - 1.3 * d, 1.2 + 1.2 * line, size, FILLS[line])
    for d, (m, n) in enumerate(zip(a[::-1], b[::-1], strict=False)):
        verdict = "ok" if m == n or 1 in (m, n) else "✗"
        ax.text(5 - 1.3 * d, 4.0, verdict, color=INK, fontsize=11, ha="center", va="center")
    ax.text(6.2, 2.6, "aligned at the right;\n✗: two sizes that differ, neither is 1",
            color=INK, fontsize=10, va="center")  # fmt: skip
    return Picture(figure, f"Shape {a} with shape {b} can't be broadcast.")
