"""The explorer of lesson 05: curves of training and validation."""

from __future__ import annotations

from functools import lru_cache

import ipywidgets as ipw
import torch
from torch import nn

from course.data import plane
from course.explorers.base import Explorer, Frame
from course.explorers.start_here import TinyNet
from course.figures.training import best_epoch, train_and_valid

RATES = (0.001, 0.03, 1.0)
POINTS = (20, 200)
UNITS = (8, 64)
UPDATES = 300
NOISE = 0.3  # the classes overlap, so that there is something to overfit


@lru_cache(maxsize=32)
def run(points: int, units: int, lr: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return both losses before each of 300 updates of Adam on `points` points of the plane."""
    x, y = plane(points, seed=0, noise=NOISE)
    valid_x, valid_y = plane(300, seed=1, noise=NOISE)
    net, criterion = TinyNet(units, seed=4), nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    train, valid = [], []
    for _ in range(UPDATES):
        with torch.no_grad():
            valid.append(criterion(net(valid_x), valid_y).item())
        loss = criterion(net(x), y)
        train.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return tuple(train), tuple(valid)


def curves_frame(points: int, units: int, lr: float) -> Frame:
    """Return the curves of that training, and where it should have stopped."""
    train, valid = run(points, units, lr)
    title = f"{points} points, {units} units, lr {lr:g}"
    picture = train_and_valid(train, valid, unit="update", title=title)
    best = best_epoch(valid)
    if best == UPDATES:
        return picture, "Validation still falls at the end: train on, or with a larger rate."
    return (
        picture,
        f"Stopped at update {best}, it would have lost {valid[-1] - valid[best - 1]:.2f} less.",
    )


def curves() -> Explorer:
    """Explore what the rate, the points and the units do to the two losses."""
    return Explorer(
        curves_frame,
        points=ipw.Dropdown(options=POINTS, value=20, description="points"),
        units=ipw.Dropdown(options=UNITS, value=64, description="units"),
        lr=ipw.Dropdown(options={f"{r:g}": r for r in RATES}, value=0.03, description="lr"),
    )
