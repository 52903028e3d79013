"""Pictures of slopes: how exact a difference is, and where steps down a slope lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from course.figures.picture import FAINT, INK, LINES, Picture, canvas

FLOOR = 1e-16  # an error of 0 has no place on a logarithmic axis
STYLES = ("-", "--", ":", "-.")


def difference_errors(
    function: Callable[[Tensor], Tensor], at: float, dtype: torch.dtype
) -> tuple[list[float], list[float]]:
    """Return step sizes, and the relative error of the central difference with each in `dtype`.

    The truth is autograd's, in float64.
    """
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(function(x), x)
    steps = [10.0 ** (-power / 4) for power in range(2, 57)]
    errors = []
    for h in steps:
        ends = [function(torch.tensor(at + side * h, dtype=dtype)) for side in (1, -1)]
        found = (ends[0] - ends[1]).double() / (2 * h)
        errors.append(abs(float(found / slope - 1)))
    return steps, errors


def difference_error(function: Callable[[Tensor], Tensor] = torch.exp, at: float = 1.0) -> Picture:
    """Draw the relative error of a central difference against its step, for two dtypes."""
    figure, (ax,) = canvas(7.6, 3.5)
    best = []
    for number, dtype in enumerate((torch.float32, torch.float64)):
        steps, errors = difference_errors(function, at, dtype)
        name, color = str(dtype).removeprefix("torch."), LINES[number]
        drawn = [max(error, FLOOR) for error in errors]
        ax.plot(steps, drawn, STYLES[number], color=color, lw=2)
        least = min(range(len(steps)), key=errors.__getitem__)
        label = f"{name}: best at h ≈ {steps[least]:.0e}"
        # Below the curve's left half, where no other line passes.
        ax.text(steps[-1], min(drawn[-26:]) / 40, label, color=color, fontsize=9, weight="bold")
        best.append(f"{name} {errors[least]:.0e} at h = {steps[least]:.0e}")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(1e-14, 10)
    ax.axhline(1, color=FAINT, lw=1)
    ax.set_xlabel("step h", color=INK, fontsize=10)
    ax.set_ylabel("relative error of the slope", color=INK, fontsize=10)
    return Picture(
        figure, f"The error of a difference falls, then rises. Least: {'; '.join(best)}."
    )


def descent_paths(loss: Callable[[Tensor], Tensor], paths: Mapping[str, Tensor]) -> Picture:
    """Draw a loss over two weights as contours, and the paths that were taken on it.

    loss: (..., 2) → (...). paths: title → (steps + 1, 2), the start first.
    """
    figure, (ax,) = canvas(7.6, 4.2)
    every = torch.cat(list(paths.values()))
    low, high = every.amin(dim=0), every.amax(dim=0)
    margin = 0.15 * (high - low).clamp(min=0.1)
    axes = [
        torch.linspace(float(a), float(b), 80)
        for a, b in zip(low - margin, high + margin, strict=True)
    ]
    grid = torch.stack(torch.meshgrid(*axes, indexing="xy"), dim=-1)
    height = loss(grid).detach()
    ax.contour(axes[0], axes[1], height, levels=14, colors=[FAINT], linewidths=0.6)
    for number, (name, path) in enumerate(paths.items()):
        line, color = STYLES[number % 4], LINES[number % 4]
        ax.plot(path[:, 0], path[:, 1], line, marker="o", ms=3, color=color, lw=1.6, label=name)
    ax.legend(loc="best", fontsize=9, framealpha=1)
    ax.set_xlabel("weight", color=INK, fontsize=10)
    ax.set_ylabel("bias", color=INK, fontsize=10)
    ends = "; ".join(f"{name} ends at loss {float(loss(p[-1])):.3g}" for name, p in paths.items())
    return Picture(figure, f"Paths over a loss surface: {ends}.")
