"""Pictures of numbers that a network's depth or its training moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from course.figures.picture import FAINT, INK, LINES, Picture, canvas

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "none": lambda x: x,
    "tanh": torch.tanh,
    "relu": torch.relu,
}
# The standard deviation that each scheme gives a weight of shape (fan_out, fan_in).
SCHEMES: dict[str, Callable[[int, int], float]] = {
    "Linear's default": lambda _out, into: (1 / (3 * into)) ** 0.5,
    "Xavier": lambda out, into: (2 / (into + out)) ** 0.5,
    "Kaiming": lambda _out, into: (2 / into) ** 0.5,
    "normal, 0.01": lambda _out, _into: 0.01,
    "normal, 0.1": lambda _out, _into: 0.1,
}
SMALLEST = 1e-30  # what is drawn for 0, which has no place on a logarithmic axis


def signal_sizes(
    scheme: str, activation: str, depth: int = 30, width: int = 128, seed: int = 0
) -> list[float]:
    """Return the root mean square of the activations after each of `depth` layers.

    256 random samples of size 1 pass through layers of `width` units without a bias, whose
    weights have the standard deviation of `scheme`.
    """
    generator = torch.Generator().manual_seed(seed)
    std = SCHEMES[scheme](width, width)
    x = torch.randn(256, width, generator=generator)
    sizes = []
    for _ in range(depth):
        weight = torch.randn(width, width, generator=generator) * std
        x = ACTIVATIONS[activation](x @ weight.mT)
        sizes.append(float(x.double().square().mean().sqrt()))
    return sizes


def variance_through_depth(
    schemes: Sequence[str], activation: str, depth: int = 30, width: int = 128
) -> Picture:
    """Draw the size of the activations against the layer, a line for each scheme."""
    tracks = {name: signal_sizes(name, activation, depth, width) for name in schemes}
    title = f"{depth} layers of {width}, activation: {activation}"
    picture = tracked(tracks, "layer", "root mean square", title=title, logarithmic=True)
    ends = "; ".join(f"{name} {sizes[-1]:.1e}" for name, sizes in tracks.items())
    return Picture(picture.figure, f"{title}. Size after the last layer: {ends}.")


def tracked(
    tracks: Mapping[str, Sequence[float]],
    x: str,
    y: str,
    *,
    title: str = "",
    logarithmic: bool = False,
) -> Picture:
    """Draw a line for each track, from step 1, with its name at its end."""
    figure, (ax,) = canvas(7.6, 3.4)
    styles = ("-", "--", ":", "-.")
    for number, (name, values) in enumerate(tracks.items()):
        color, line = LINES[number % len(LINES)], styles[number % len(styles)]
        drawn = [max(v, SMALLEST) for v in values] if logarithmic else list(values)
        ax.plot(range(1, len(drawn) + 1), drawn, line, color=color, lw=2)
        place: dict[str, Any] = {"xytext": (6, 0), "textcoords": "offset points", "va": "center"}
        ax.annotate(name, (len(drawn), drawn[-1]), color=color, fontsize=10, weight="bold", **place)
    longest = max(len(values) for values in tracks.values())
    ax.set_xlim(1, longest * 1.3)
    if logarithmic:
        ax.set_yscale("log")
        ax.hlines(1, 1, longest, color=FAINT, lw=1)
    ax.set_title(title, color=INK, fontsize=10)
    ax.set_xlabel(x, color=INK, fontsize=10)
    ax.set_ylabel(y, color=INK, fontsize=10)
    ends = "; ".join(f"{name} ends at {values[-1]:.3g}" for name, values in tracks.items())
    return Picture(figure, f"{y} by {x}: {ends}.")
