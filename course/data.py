"""Small data sets, made from a seed or bundled with a dependency: nothing is downloaded."""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["plane"]


def plane(samples: int = 200, seed: int = 0, noise: float = 0.15) -> tuple[Tensor, Tensor]:
    """Return points of a plane in two classes, whose arcs reach into each other.

    samples: how many points, half of each class, in a shuffled order. noise: the standard
    deviation around the arcs, whose radius is 1.
    Returns x (samples, 2) float32 and y (samples, 1) float32 of 0 and 1.
    """
    generator = torch.Generator().manual_seed(seed)
    y = (torch.arange(samples) % 2).float()
    angle = math.pi * torch.rand(samples, generator=generator)
    upper = torch.stack([angle.cos(), angle.sin()], dim=1)
    lower = torch.stack([1 - angle.cos(), 0.5 - angle.sin()], dim=1)
    x = torch.where(y.unsqueeze(1) == 0, upper, lower) - torch.tensor([0.5, 0.25])
    x = x + noise * torch.randn(samples, 2, generator=generator)
    order = torch.randperm(samples, generator=generator)
    return x[order], y[order].unsqueeze(1)
