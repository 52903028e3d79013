"""Pictures of losses: what a softmax too many and a sigmoid of its own do to a loss."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from course.figures.picture import FAINT, INK, LINES, Picture, canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def floor_of_two_softmaxes(classes: int) -> float:
    """Return the smallest loss that cross-entropy of a softmax's output can have."""
    return math.log(1 + (classes - 1) / math.e)


def softmax_twice(classes: int = 3) -> Picture:
    """Draw cross-entropy against the right class's logit (the others 0), as it is and of softmax.

    The second line can't fall below `floor_of_two_softmaxes(classes)`.
    """
    right = torch.linspace(-6, 10, 161)
    logits = torch.zeros(len(right), classes)
    logits[:, 0] = right
    target = torch.zeros(len(right), dtype=torch.int64)
    once = functional.cross_entropy(logits, target, reduction="none")
    twice = functional.cross_entropy(logits.softmax(dim=1), target, reduction="none")
    floor = floor_of_two_softmaxes(classes)
    figure, (ax,) = canvas(7.6, 3.3)
    ax.plot(right, once, color=LINES[0], lw=2)
    ax.plot(right, twice, "--", color=LINES[1], lw=2)
    ax.plot([-6, 10], [floor, floor], color=FAINT, lw=1)
    ax.text(-5.2, float(once[8]) + 0.35, "cross_entropy(logits)", color=LINES[0], fontsize=10)
    ax.text(
        -5.8, float(twice[0]) - 0.6, "cross_entropy(softmax(logits))", color=LINES[1], fontsize=10
    )
    ax.text(10.1, floor, f" {floor:.3f}", color=INK, fontsize=10, va="center")
    ax.text(10.1, 0, " 0", color=INK, fontsize=10, va="center")
    _named(ax, "logit of the right class (the others are 0)", "loss")
    alt = f"With softmax twice, the loss of {classes} classes never falls below {floor:.3f}."
    return Picture(figure, alt)


def loss_and_gradient(loss: Callable[[Tensor, Tensor], Tensor], z: Tensor) -> tuple[Tensor, Tensor]:
    """Return the loss of each logit of `z` (N,) for the target 0, and its derivative, both (N,)."""
    z = z.clone().requires_grad_()
    values = torch.stack([loss(one, torch.zeros(())) for one in z])
    values.sum().backward()
    if z.grad is None:
        raise ValueError("the loss does not depend on its logits")
    return values.detach(), z.grad


def sigmoid_then_bce(z: Tensor, target: Tensor) -> Tensor:
    """Return what a network that ends in a sigmoid gets from BCELoss."""
    return functional.binary_cross_entropy(z.sigmoid(), target)


def saturation() -> Picture:
    """Draw two binary losses, and their gradients, against the logit of a sample of class 0."""
    z = torch.linspace(-10, 30, 201)
    figure, (left, right) = canvas(9.6, 3.2, columns=2)
    for name, loss, line, color in (
        ("sigmoid, BCELoss", sigmoid_then_bce, "-", LINES[1]),
        ("BCEWithLogitsLoss", functional.binary_cross_entropy_with_logits, "--", LINES[0]),
    ):
        values, slopes = loss_and_gradient(loss, z)
        left.plot(z, values, line, color=color, lw=2, label=name)
        right.plot(z, slopes, line, color=color, lw=2)
    left.legend(frameon=False, labelcolor=INK, fontsize=9, loc="upper left")
    right.annotate(
        "no gradient left,\nwhere the model\nis most wrong",
        (19, 0.01),
        (4.5, 0.3),
        fontsize=9,
        color=INK,
        arrowprops={"arrowstyle": "->", "color": INK},
    )
    _named(left, "logit of a sample of class 0", "loss")
    _named(right, "logit of a sample of class 0", "gradient at the logit")
    alt = "From a logit of about 17 on, sigmoid and BCELoss say 100 and give a gradient of 0."
    return Picture(figure, alt)


def _named(ax: Axes, x: str, y: str) -> None:
    ax.set_xlabel(x, color=INK, fontsize=10)
    ax.set_ylabel(y, color=INK, fontsize=10)
