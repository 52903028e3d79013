"""Pictures of optimizers: paths over a ravine, and Adam's first steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from course.figures.picture import INK, LINES, Picture, canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point = tuple[float, float]
METHODS: dict[str, Callable[[list[Tensor], float], torch.optim.Optimizer]] = {
    "SGD": lambda params, lr: torch.optim.SGD(params, lr=lr),
    "SGD, momentum 0.9": lambda params, lr: torch.optim.SGD(params, lr=lr, momentum=0.9),
    "RMSprop": lambda params, lr: torch.optim.RMSprop(params, lr=lr),
    "Adam": lambda params, lr: torch.optim.Adam(params, lr=lr),
}
START = (-4.0, 1.0)


def ravine(point: Tensor, steepness: float) -> Tensor:
    """Return (a² + steepness·b²) / 2 for a point (a, b): curvature 1 along it, more across."""
    return (point[0] ** 2 + steepness * point[1] ** 2) / 2


def descent(method: str, lr: float, steepness: float, steps: int = 60) -> list[Point]:
    """Return the points, from START on, that `method` (a key of METHODS) visits on a ravine.

    It breaks off where it has left the picture for good (beyond 1000).
    """
    point = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = METHODS[method]([point], lr)
    path = [START]
    for _ in range(steps):
        optimizer.zero_grad()
        ravine(point, steepness).backward()
        optimizer.step()
        path.append((float(point.detach()[0]), float(point.detach()[1])))
        if max(map(abs, path[-1])) > 1000:
            break
    return path


def trajectories(rates: Mapping[str, float], steepness: float = 25.0) -> Picture:
    """Draw 60 steps down a ravine. rates: the learning rate of each method (a key of METHODS).

    A path that leaves the picture is cut there.
    """
    paths = {f"{name}, lr {lr:g}": descent(name, lr, steepness) for name, lr in rates.items()}
    figure, (ax,) = canvas(8.4, 3.3)
    a, b = np.meshgrid(np.linspace(-5, 5, 200), np.linspace(-1.6, 1.6, 120))
    heights = (a**2 + steepness * b**2) / 2
    ax.contour(a, b, heights, levels=np.geomspace(0.05, heights.max(), 12), colors="#cfccc2")
    for color, (name, path) in zip(LINES, paths.items(), strict=False):
        along, across = zip(*path, strict=True)
        ax.plot(along, across, "o-", color=color, lw=1.5, ms=3, label=name)
    ax.plot(*START, "o", color=INK, ms=6)
    ax.plot(0, 0, "+", color=INK, ms=12, mew=2)
    ax.set_xlim(-5, 5)
    ax.set_ylim(-1.6, 1.6)
    if len(paths) > 1:
        ax.legend(frameon=False, labelcolor=INK, fontsize=9, loc="lower right")
    _named(ax, "along (curvature 1)", f"across (curvature {steepness:g})")
    names = "; ".join(paths)
    return Picture(figure, f"The way of {names} down a ravine of curvatures 1 and {steepness:g}.")


def adam_steps(steps: int, correction: bool, betas: Point = (0.9, 0.999)) -> list[float]:
    """Return the sizes of Adam's steps, in learning rates, while every gradient is 1."""
    sizes = []
    for t in range(1, steps + 1):
        first, second = 1 - betas[0] ** t, 1 - betas[1] ** t
        sizes.append(1.0 if correction else first / second**0.5)
    return sizes


def bias_correction(steps: int = 100) -> Picture:
    """Draw the size of Adam's steps with and without the bias correction."""
    figure, (ax,) = canvas(7.6, 2.9)
    times = range(1, steps + 1)
    ax.plot(times, adam_steps(steps, False), color=LINES[1], lw=2)
    ax.plot(times, adam_steps(steps, True), "--", color=LINES[0], lw=2)
    ax.text(28, 6.0, "without the correction", color=LINES[1], fontsize=10)
    ax.text(28, 1.2, "with it", color=LINES[0], fontsize=10)
    ax.set_ylim(0, 7.2)
    _named(ax, "step (the gradient is always 1)", "step size / lr")
    return Picture(figure, "Without the correction, Adam's first steps are 3 to 6 times too long.")


def _named(ax: Axes, x: str, y: str) -> None:
    ax.set_xlabel(x, color=INK, fontsize=10)
    ax.set_ylabel(y, color=INK, fontsize=10)
