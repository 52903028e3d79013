"""Small data sets, made from a seed or bundled with a dependency: nothing is downloaded."""

from __future__ import annotations

import math
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from course.errors import CourseError

__all__ = ["digits", "plane"]


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


def digits() -> tuple[Tensor, Tensor]:
    """Return scikit-learn's handwritten digits: x (1797, 64) float32, y (1797,) int64 of 0 to 9.

    Each row is an image of 8 by 8 pixels, 0 (white) to 16. The file is read, scikit-learn is not
    imported: that takes seconds, in each kernel. Raises CourseError where it isn't installed.
    """
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        raise CourseError("The digits come with scikit-learn: `pip install scikit-learn`.")
    file = Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz"
    rows = torch.from_numpy(np.loadtxt(file, delimiter=",", dtype=np.float32))
    return rows[:, :-1].contiguous(), rows[:, -1].long()
