"""The explorer of lesson 04: optimizers on a ravine."""

from __future__ import annotations

import ipywidgets as ipw

from course.explorers.base import Explorer, Frame
from course.figures.optimizers import METHODS, descent, trajectories

RATES = (0.01, 0.03, 0.07, 0.09, 0.14, 0.2)
STEEPNESS = (5.0, 25.0, 50.0)
STEPS = 60


def ravine_frame(method: str, lr: float, steepness: float) -> Frame:
    """Return the frame of 60 steps of `method` on a ravine of that steepness."""
    along, across = descent(method, lr, steepness, STEPS)[-1]
    picture = trajectories({method: lr}, steepness)
    if max(abs(along), abs(across)) > 10:
        return picture, "It diverges: each swing across is longer than the last."
    return picture, f"After {STEPS} steps: along {along:.3f}, across {across:.3f}."


def ravine() -> Explorer:
    """Explore which rate an optimizer survives on a ravine, and what steepness does to it."""
    rates = {f"{rate:g}": rate for rate in RATES}
    steep = {f"{value:g}": value for value in STEEPNESS}
    return Explorer(
        ravine_frame,
        method=ipw.Dropdown(options=list(METHODS), description="method"),
        lr=ipw.Dropdown(options=rates, value=0.07, description="lr"),
        steepness=ipw.Dropdown(options=steep, value=25.0, description="steepness"),
    )
