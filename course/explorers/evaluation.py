"""The explorer of lesson 06: a temperature for a network that is too sure of itself."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as ipw
from torch import Tensor
from torch.nn import functional

from course.explorers.base import Explorer, Frame
from course.figures.evaluation import binned, expected_error, reliability

TEMPERATURES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)


def measured(logits: Tensor, target: Tensor, temperature: float) -> tuple[float, float, float]:
    """Return calibration error, log loss and accuracy of sigmoid(logits / temperature).

    logits, target: (N, 1), target of 0 and 1. Ten bins.
    """
    scaled = logits / temperature
    error = expected_error(*binned(scaled.sigmoid(), target))
    loss = functional.binary_cross_entropy_with_logits(scaled, target)
    accuracy = ((scaled > 0) == (target > 0.5)).double().mean()
    return error, float(loss), float(accuracy)


def temperature_frame(logits: Tensor, target: Tensor, name: str, temperature: float) -> Frame:
    """Return the reliability of sigmoid(logits / temperature), and its three figures."""
    picture = reliability({name: binned((logits / temperature).sigmoid(), target)})
    error, loss, accuracy = measured(logits, target, temperature)
    said = f"Calibration error {error:.3f}, log loss {loss:.3f}, accuracy {accuracy:.3f}."
    return picture, said


def temperature(models: Mapping[str, Tensor], target: Tensor) -> Explorer:
    """Explore what dividing the logits does. models: name → logits (N, 1); target: (N, 1)."""

    def draw(model: str, divided_by: float) -> Frame:
        return temperature_frame(models[model], target, model, divided_by)

    return Explorer(
        draw,
        model=ipw.Dropdown(options=list(models), description="model"),
        divided_by=ipw.Dropdown(
            options={f"{t:g}": t for t in TEMPERATURES}, value=1.0, description="temperature"
        ),
    )
