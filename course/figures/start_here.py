"""Pictures of a first training: what a net decides on the plane, and two ways to its gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import torch
from matplotlib.colors import ListedColormap
from torch import Tensor, nn

from course.figures.picture import FAINT, FILLS, INK, LINES, Picture, canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GRID = 120  # points of the plane along each side
MARKERS = ("o", "^")
Net = Callable[[Tensor], Tensor]


def accuracy(net: Net, x: Tensor, y: Tensor) -> float:
    """Return the share of points whose logit has the sign of their class.

    x: (N, 2). y: (N, 1) of 0 and 1. net: (N, 2) to logits (N, 1).
    """
    with torch.no_grad():
        return float(((net(x) > 0) == (y > 0)).float().mean())


def decision_regions(nets: Mapping[str, Net], x: Tensor, y: Tensor) -> Picture:
    """Draw side by side what each net decides on the plane, with the points x (N, 2), y (N, 1).

    A dotted line is where a unit of the net's `hidden` layer, if it has one, begins to count.
    """
    figure, axes = canvas(3.9 * len(nets), 3.4, columns=len(nets))
    shares = {title: accuracy(net, x, y) for title, net in nets.items()}
    for ax, (title, net) in zip(axes, nets.items(), strict=True):
        _region(ax, net, x)
        _folds(ax, net)
        _points(ax, x, y)
        ax.set_title(f"{title}: {shares[title]:.1%} right", color=INK, fontsize=10)
    said = "; ".join(f"{title}, {share:.1%} of the points right" for title, share in shares.items())
    return Picture(figure, f"What a net decides on the plane: {said}.")


def _limits(x: Tensor) -> tuple[float, float, float, float]:
    low, high = x.amin(dim=0) - 0.4, x.amax(dim=0) + 0.4
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])


def _region(ax: Axes, net: Net, x: Tensor) -> None:
    left, right, bottom, top = _limits(x)
    across, up = torch.linspace(left, right, GRID), torch.linspace(bottom, top, GRID)
    grid = torch.cartesian_prod(up, across).flip(1)
    with torch.no_grad():
        logits = net(grid).reshape(GRID, GRID)
    colors = ListedColormap([FILLS[0], FILLS[1]])
    box = (left, right, bottom, top)
    ax.imshow((logits > 0).numpy(), cmap=colors, vmin=0, vmax=1, origin="lower", extent=box,
              aspect="auto")  # fmt: skip
    if bool((logits > 0).any()) and bool((logits < 0).any()):
        ax.contour(across.numpy(), up.numpy(), logits.numpy(), [0.0], colors=INK, linewidths=1.6)
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)


def _folds(ax: Axes, net: Net) -> None:
    hidden = getattr(net, "hidden", None)
    if not isinstance(hidden, nn.Linear):
        return
    left, right = ax.get_xlim()
    ends = torch.tensor([left, right])
    for (a, b), c in zip(hidden.weight.detach(), hidden.bias.detach(), strict=True):
        if abs(float(b)) > 1e-6:
            ax.plot(ends, -(a * ends + c) / b, ":", color=FAINT, lw=1)


def _points(ax: Axes, x: Tensor, y: Tensor) -> None:
    for label, marker in enumerate(MARKERS):
        at = x[y[:, 0] == label]
        ax.scatter(at[:, 0], at[:, 1], s=16, marker=marker, fc="#ffffff", ec=INK, lw=0.8)


def gradient_agreement(mine: Mapping[str, Tensor], theirs: Tensor) -> Picture:
    """Draw gradients by hand (title → 1-D) against PyTorch's own (1-D), a point for each number.

    On the line both are the same.
    """
    figure, (ax,) = canvas(7.6, 3.4)
    ends = torch.tensor([float(theirs.min()), float(theirs.max())])
    ax.plot(ends, ends, color=FAINT, lw=1)
    ratios = []
    for number, (title, values) in enumerate(mine.items()):
        ratio = float((values @ theirs) / (theirs @ theirs))
        ratios.append(f"{title}, {ratio:.3g} times PyTorch's")
        label = f"{title}: slope {ratio:.3g}"
        ax.scatter(theirs, values, s=26, marker=MARKERS[number % 2], fc="none",
                   ec=LINES[number % len(LINES)], lw=1.4, label=label)  # fmt: skip
    ax.set_xlabel("PyTorch's gradient", color=INK, fontsize=10)
    ax.set_ylabel("by hand", color=INK, fontsize=10)
    ax.legend(frameon=False, fontsize=10, labelcolor=INK)
    return Picture(figure, f"Gradients by hand against PyTorch's: {'; '.join(ratios)}.")
