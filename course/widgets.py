"""The explorers of the lessons; each is made in `course.explorers`, a module a topic."""

from __future__ import annotations

from course.explorers.autograd import backward_order, dynamic_graph
from course.explorers.base import Explorer
from course.explorers.evaluation import temperature
from course.explorers.losses import ravine
from course.explorers.module import initialization, registers
from course.explorers.start_here import machine, training
from course.explorers.tensors import broadcasting, strides
from course.explorers.training import curves

__all__ = [
    "Explorer",
    "backward_order",
    "broadcasting",
    "curves",
    "dynamic_graph",
    "initialization",
    "machine",
    "ravine",
    "registers",
    "strides",
    "temperature",
    "training",
]
