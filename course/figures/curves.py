"""Pictures of numbers: how far apart floats are, how sums drift, what a softmax adds up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from course.figures.picture import FAINT, INK, LINES, Picture, canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]


def spacing(dtype: torch.dtype, at: float) -> float:
    """Return the distance from `at` (positive, normal in `dtype`) to the next larger number."""
    return float(torch.finfo(dtype).eps * 2.0 ** np.floor(np.log2(at)))


def float_spacing() -> Picture:
    """Draw the distance between neighboring numbers against their size, for three dtypes."""
    figure, (ax,) = canvas(7.6, 3.7)
    styles = ((torch.bfloat16, ":", 26), (torch.float16, "--", 16), (torch.float32, "-", 26))
    for color, (dtype, line, top) in zip(LINES, styles, strict=False):
        powers = np.arange(-4, top)
        steps = [spacing(dtype, 2.0**p) for p in powers]
        ax.step(2.0**powers, steps, line, where="post", color=color, lw=2)
        name = str(dtype).removeprefix("torch.")
        _label(ax, name, (2.0 ** powers[-1], steps[-1]), color)
    ax.axhline(1, color=FAINT, lw=1)
    ax.text(2.0**-4, 2.0, "spacing 1: above it,\nwhole numbers are skipped", fontsize=9, color=INK)
    ax.plot([2.0**24], [2.0], "o", color=INK)
    ax.annotate(
        "2²⁴: the next float32\nis 2 away, so + 1 is lost",
        (2.0**24, 2.0),
        (2.0**17.2, 2e-4),
        fontsize=9,
        color=INK,
        arrowprops={"arrowstyle": "->", "color": INK},
    )
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    ax.set_xlim(2.0**-4.5, 2.0**31)
    _named(ax, "size of the number", "distance to the next number")
    return Picture(figure, "The distance between neighboring floats doubles at each power of two.")


def drift(numbers: npt.NDArray[np.float32]) -> tuple[list[int], list[float], list[float]]:
    """Return counts (powers of two) and the relative error of two float32 sums of so many numbers.

    The first sum adds from left to right, the second pair by pair; float64 is the truth.
    """
    counts = [2**p for p in range(int(np.log2(len(numbers))) + 1)]
    exact = np.add.accumulate(numbers.astype(np.float64))
    running = np.add.accumulate(numbers)
    left = [abs(float(running[n - 1]) / exact[n - 1] - 1) for n in counts]
    pairs = [abs(_pairwise(numbers[:n]) / exact[n - 1] - 1) for n in counts]
    return counts, left, pairs


def _pairwise(numbers: npt.NDArray[np.float32]) -> float:
    while len(numbers) > 1:
        numbers = numbers[::2] + numbers[1::2]
    return float(numbers[0])


def summation_drift() -> Picture:
    """Draw the relative error of a float32 sum against the count of terms, by order of adding."""
    numbers = np.random.default_rng(0).random(2**20, dtype=np.float32)
    counts, left, pairs = drift(numbers)
    figure, (ax,) = canvas(7.6, 3.3)
    floor = 1e-9  # an error of 0 has no place on a logarithmic axis
    for name, errors, line, color in (
        ("left to right", left, "-", LINES[1]),
        ("pairwise", pairs, "--", LINES[0]),
    ):
        ax.plot(counts, np.maximum(errors, floor), line, color=color, lw=2)
        _label(ax, name, (counts[-1], max(errors[-1], floor)), color)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xlim(1, 2.0**24.5)
    _named(ax, "numbers added (float32)", "relative error")
    return Picture(figure, "Added left to right, a sum drifts with the count; pairwise, hardly.")


def softmax_axes(scores: torch.Tensor) -> Picture:
    """Draw `scores` (rows, columns) and its softmax over each dimension, with the sums."""
    figure, axes = canvas(9.6, 2.9, columns=3)
    parts = {
        "scores": scores,
        "softmax(dim=0)": scores.softmax(dim=0),
        "softmax(dim=1)": scores.softmax(dim=1),
    }
    for ax, (title, values) in zip(axes, parts.items(), strict=True):
        _table(ax, title, values, sums=title != "scores")
    return Picture(figure, "Over dim 0 each column adds up to 1, over dim 1 each row does.")


def _table(ax: Axes, title: str, values: torch.Tensor, *, sums: bool) -> None:
    rows, columns = values.shape
    ax.imshow(values.numpy(), cmap="Blues", vmin=0, vmax=float(values.max()) * 1.6)
    for r in range(rows):
        for c in range(columns):
            ax.text(c, r, f"{values[r, c]:.2f}", ha="center", va="center", color=INK, fontsize=10)
    ax.set_title(title, color=INK, fontsize=11, weight="bold")
    ax.set_xticks(range(columns))
    ax.set_yticks(range(rows))
    ax.spines[:].set_visible(False)
    if sums:
        ax.set_xticks(range(columns), [f"Σ {v:.2f}" for v in values.sum(dim=0)])
        ax.set_yticks(range(rows), [f"Σ {v:.2f}" for v in values.sum(dim=1)])


def images(named: Mapping[str, torch.Tensor]) -> Picture:
    """Draw RGB images side by side: each of shape (height, width, 3), values 0 to 1."""
    figure, axes = canvas(3.1 * len(named), 2.5, columns=len(named))
    for ax, (title, image) in zip(axes, named.items(), strict=True):
        ax.imshow(image.numpy())
        ax.set_title(title, color=INK, fontsize=10)
        ax.axis("off")
    return Picture(figure, "Images side by side: " + "; ".join(named) + ".")


def _label(ax: Axes, text: str, at: tuple[float, float], color: str) -> None:
    place: dict[str, Any] = {"xytext": (6, 0), "textcoords": "offset points", "va": "center"}
    ax.annotate(text, at, color=color, fontsize=10, weight="bold", **place)


def _named(ax: Axes, x: str, y: str) -> None:
    ax.set_xlabel(x, color=INK, fontsize=10)
    ax.set_ylabel(y, color=INK, fontsize=10)
