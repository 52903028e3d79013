"""How much an agreement tells."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from autograder.diagnosis.evidence import WEAK, evidence, total
from autograder.observations import Observation, parse
from course.encoding import encode, encode_exception


def observed(value: Any) -> Observation:
    error = isinstance(value, Exception)
    node = encode_exception(value) if error else encode(value)
    return parse(json.loads(json.dumps({"version": 1, "name": "x", "observed": node})))


def bits(wanted: Any, agreed: Any) -> float:
    return total(evidence(observed(wanted), observed(agreed).observed))


RIGHT = torch.tensor([0.25, 1.75, 3.5])
WEAK_ONES = [
    None,
    True,
    ValueError(),
    torch.zeros(3),
    torch.ones(3),
    torch.full((3,), torch.nan),
    torch.empty(0),
    [],
    "a",
    RIGHT.double(),
    RIGHT.reshape(3, 1),
    0.0,
]


@pytest.mark.parametrize("value", WEAK_ONES, ids=str)
def test_what_many_wrong_answers_give_tells_next_to_nothing(value: Any) -> None:
    assert bits(RIGHT, value) == WEAK


def test_numbers_of_their_own_tell_much() -> None:
    assert bits(RIGHT, torch.tensor([0.31, 1.69, 3.2])) > 20
    assert bits(1.129, 2.3479) >= 10
    assert bits((3, 4), (12, 7)) > WEAK
    assert bits([True] * 8, [True, False] * 4) > 5


def test_a_number_just_past_the_tolerance_tells_little() -> None:
    assert bits(torch.tensor([0.3]), torch.tensor([0.30002])) < 2
    assert bits(torch.tensor([0.3]), torch.tensor([0.4])) > 9


def test_the_same_value_in_many_places_is_one_finding() -> None:
    many, once = torch.full((6,), 0.7), torch.full((1,), 0.7)
    assert bits(torch.ones(6) * 2, many) - bits(torch.ones(1) * 2, once) <= WEAK


def test_entries_that_are_as_they_should_be_tell_nothing() -> None:
    wanted = torch.arange(10.0) + 0.123
    wrong_in_one = wanted.clone()
    wrong_in_one[4] = 0
    assert bits(wanted, wrong_in_one) < 5


@pytest.mark.parametrize("value", [10**80, float("inf"), 1e308, -1e308, complex(1, 2)], ids=str)
def test_no_number_is_too_large(value: Any) -> None:
    for wanted in (1.5, 10**90, -1e308, float("nan"), 2 + 1j, RIGHT, "x"):
        assert bits(wanted, value) >= 0
