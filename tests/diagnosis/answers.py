"""Observations as a test cell sends them, made without a kernel: the course's own encoding."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import torch

from autograder.diagnosis import Diagnosis, Misconception, diagnose, misconception_of
from autograder.diagnosis.misconception import first_nodes
from autograder.observations import Observation, parse
from course.encoding import encode, encode_exception

Answer = Callable[..., Any]


def observe(function: Answer, inputs: dict[str, tuple[Any, ...]]) -> list[Observation]:
    """What `function` gives for each named input."""
    return [parse(json.loads(json.dumps(_payload(n, function, a)))) for n, a in inputs.items()]


def _payload(name: str, function: Answer, args: tuple[Any, ...]) -> dict[str, Any]:
    try:
        node = encode(function(*args))
    except Exception as error:
        node = encode_exception(error)
    return {"version": 1, "name": name, "observed": node}


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    """Normally distributed float32 numbers."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


# Softmax along a dimension: the exercise that the tests diagnose.
INPUTS: dict[str, tuple[Any, ...]] = {
    "square, dim 0": (numbers(4, 4), 0),
    "square, dim 1": (numbers(4, 4, seed=1), 1),
    "three dimensions": (numbers(2, 3, 4), 1),
    "negative dim": (numbers(2, 3, 4, seed=2), -3),
    "float64": (numbers(3, 5).double(), -1),
    "large scores": (numbers(3, 3) * 1000, 1),
    "no rows": (torch.empty(0, 3), 1),
}


def reference(x: torch.Tensor, dim: int) -> torch.Tensor:
    return torch.softmax(x, dim)


def always_last(x: torch.Tensor, dim: int) -> torch.Tensor:
    return torch.softmax(x, -1)


def over_everything(x: torch.Tensor, dim: int) -> torch.Tensor:
    return torch.softmax(x.flatten(), 0).reshape(x.shape)


def no_maximum(x: torch.Tensor, dim: int) -> torch.Tensor:
    return x.exp() / x.exp().sum(dim, keepdim=True)


def nothing(x: torch.Tensor, dim: int) -> None:
    return None


def zeros(x: torch.Tensor, dim: int) -> torch.Tensor:
    return torch.zeros_like(x)


def raises(x: torch.Tensor, dim: int) -> torch.Tensor:
    raise TypeError(x)


EXPECTED = observe(reference, INPUTS)
WRONG = (always_last, over_everything, no_maximum)


def known(*answers: Answer, expected: Sequence[Observation] = EXPECTED) -> list[Misconception]:
    """The misconceptions of these answers; a sentence is the answer's name."""
    return [
        misconception_of(a.__name__, f"This is {a.__name__}.", expected, observe(a, INPUTS))
        for a in answers
    ]


def diagnosed(answer: Answer, misconceptions: Sequence[Misconception]) -> Diagnosis | None:
    """The diagnosis of an answer to the exercise."""
    return diagnose(EXPECTED, first_nodes(observe(answer, INPUTS)), misconceptions)
