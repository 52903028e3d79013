"""Pictures of evaluation: the four modes, what each keeps for backward, and reliability."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from course.figures.picture import FAINT, FILLS, INK, LINES, Picture, canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MODES = ((True, True), (True, False), (False, True), (False, False))  # (training, gradients)
Bins = tuple[Tensor, Tensor, Tensor]  # confidence, frequency, count: one entry for each bin


def mode_name(training: bool, gradients: bool) -> str:
    """Return the name of a mode, such as "train, no_grad"."""
    return f"{'train' if training else 'eval'}, {'grad' if gradients else 'no_grad'}"


def calls_in_mode(
    model: nn.Module, x: Tensor, training: bool, gradients: bool, calls: int
) -> tuple[list[float], bool]:
    """Return the first sample's output in each of `calls` calls, and whether a graph was recorded.

    model: left as it is (a copy runs). x: (N, ...). The global generator is left alone.
    """
    runs = copy.deepcopy(model).train(training)
    with torch.random.fork_rng(devices=[]), torch.set_grad_enabled(gradients):
        torch.manual_seed(0)
        outputs = [runs(x).reshape(-1)[0] for _ in range(calls)]
    return [float(one.detach()) for one in outputs], outputs[-1].requires_grad


def four_modes(model: nn.Module, x: Tensor, calls: int = 40) -> Picture:
    """Draw the first sample's output in repeated calls of a model, in each of the four modes.

    model: a Module from x (N, ...) to (N, 1). A filled mark: a graph was recorded.
    """
    figure, (ax,) = canvas(7.6, 2.6)
    told = []
    for row, (training, gradients) in enumerate(MODES):
        values, recorded = calls_in_mode(model, x, training, gradients, calls)
        color = LINES[0] if training else LINES[1]
        face = color if recorded else "none"
        ax.scatter(values, [row] * calls, s=34, ec=color, fc=face, alpha=0.75, lw=1.2)
        name = mode_name(training, gradients)
        told.append(f"{name}: from {min(values):.2f} to {max(values):.2f}")
    ax.set_yticks(range(len(MODES)), [mode_name(*mode) for mode in MODES])
    ax.invert_yaxis()
    ax.set_ylim(3.5, -0.5)
    ax.set_title("filled: a graph was recorded", color=INK, fontsize=10)
    _named(ax, f"output for one sample, in each of {calls} calls", "")
    return Picture(figure, f"One sample's output in {calls} calls. {'; '.join(told)}.")


def saved_memory(kept: Mapping[str, int]) -> Picture:
    """Draw a bar for each mode: the bytes that a call keeps for its backward pass."""
    figure, (ax,) = canvas(7.6, 2.4)
    sizes = [size / 1024 for size in kept.values()]
    ax.barh(range(len(kept)), sizes, color=FILLS[0], ec=INK, lw=0.7)
    for row, size in enumerate(sizes):
        ax.text(size, row, f" {size:.1f}", va="center", color=INK, fontsize=10)
    ax.set_yticks(range(len(kept)), list(kept))
    ax.invert_yaxis()
    ax.set_xlim(0, max([*sizes, 1.0]) * 1.12)
    _named(ax, "kept for backward, KiB", "")
    said = "; ".join(f"{name}: {size}" for name, size in kept.items())
    return Picture(figure, f"Bytes kept for backward. {said}.")


def binned(probability: Tensor, target: Tensor, bins: int = 10) -> Bins:
    """Return each bin's mean probability, share of targets that are 1, and count.

    probability, target: one entry for each sample. A bin without a sample has NaN twice.
    """
    p = probability.detach().double().reshape(-1).numpy()
    t = target.double().reshape(-1).numpy()
    edges = np.linspace(0, 1, bins + 1)
    count = np.histogram(p, edges)[0]
    with np.errstate(invalid="ignore"):
        confidence = np.histogram(p, edges, weights=p)[0] / count
        frequency = np.histogram(p, edges, weights=t)[0] / count
    return torch.from_numpy(confidence), torch.from_numpy(frequency), torch.from_numpy(count)


def expected_error(confidence: Tensor, frequency: Tensor, count: Tensor) -> float:
    """Return the expected calibration error: the mean over samples of a bin's distance."""
    distance = (confidence - frequency).abs() * count / count.sum()
    return float(distance.nansum())


def reliability(models: Mapping[str, Bins]) -> Picture:
    """Draw, side by side, how often the class was 1 against how probable it was said to be.

    models: title → (confidence, frequency, count), each with an entry for each bin, in order.
    A mark's area is its bin's share of the samples; on the diagonal a model is calibrated.
    """
    figure, axes = canvas(3.6 * len(models), 3.3, columns=len(models))
    told = []
    for ax, (title, (confidence, frequency, count)) in zip(axes, models.items(), strict=True):
        x, y, share = (_numbers(values) for values in (confidence, frequency, count / count.sum()))
        ax.plot([0, 1], [0, 1], color=FAINT, lw=1)
        ax.vlines(x, x, y, color=LINES[1], lw=1.5)
        ax.scatter(x, y, s=20 + 400 * share, color=LINES[0], zorder=3)
        error = expected_error(confidence, frequency, count)
        ax.set_title(f"{title}: error {error:.3f}", color=INK, fontsize=10)
        ax.set_xlim(-0.03, 1.03)
        ax.set_ylim(-0.03, 1.03)
        _named(ax, "said probability of class 1", "share of class 1")
        told.append(f"{title} {error:.3f}")
    return Picture(figure, f"Reliability: expected calibration error of {'; '.join(told)}.")


def _numbers(values: Tensor) -> npt.NDArray[np.float64]:
    return np.asarray(values.detach().double().numpy())


def _named(ax: Axes, x: str, y: str) -> None:
    ax.set_xlabel(x, color=INK, fontsize=10)
    ax.set_ylabel(y, color=INK, fontsize=10)
