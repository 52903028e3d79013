"""Which misunderstanding an answer shows, and above all when none is named."""

from __future__ import annotations

import pytest
import torch

from autograder.diagnosis import Misconception, diagnose
from autograder.diagnosis.misconception import first_nodes

from .answers import (
    EXPECTED,
    INPUTS,
    WRONG,
    Answer,
    always_last,
    diagnosed,
    known,
    no_maximum,
    nothing,
    numbers,
    observe,
    over_everything,
    raises,
    reference,
    zeros,
)

ALL = known(*WRONG)


@pytest.mark.parametrize("answer", WRONG)
def test_a_known_wrong_answer_is_told_its_sentence(answer: Answer) -> None:
    found = diagnosed(answer, ALL)
    assert found is not None
    assert found.sentence == f"This is {answer.__name__}."
    failed = next(each for each in ALL if each.name == answer.__name__).observed
    assert found.checks == set(failed)


@pytest.mark.parametrize("answer", WRONG)
def test_without_it_in_the_key_nothing_else_is_named(answer: Answer) -> None:
    others = [each for each in ALL if each.name != answer.__name__]
    assert diagnosed(answer, others) is None


def test_written_another_way_it_is_the_same_misunderstanding() -> None:
    def by_hand(x: torch.Tensor, dim: int) -> torch.Tensor:
        e = (x - x.max()).exp()
        return e / e.sum()

    def safe(x: torch.Tensor, dim: int) -> torch.Tensor:
        return by_hand(x, dim) if x.numel() else x.clone()

    found = diagnosed(safe, ALL)
    assert found is not None
    assert found.sentence == "This is over_everything."


def test_a_right_answer_is_never_diagnosed() -> None:
    assert diagnosed(reference, ALL) is None
    claims_all = Misconception("all", "Everything is wrong.", {})
    assert diagnosed(reference, [*ALL, claims_all]) is None


@pytest.mark.parametrize("answer", [nothing, zeros, raises])
def test_one_weak_coincidence_everywhere_names_nothing(answer: Answer) -> None:
    """Another answer that returns nothing, zeros, or raises the same has many other causes."""
    assert diagnosed(answer, known(*WRONG, answer)) is None


def test_a_second_fault_beside_it_is_left_unexplained() -> None:
    """It fails on "no rows" too, which a softmax over the last dimension does not."""

    def and_refuses_empty(x: torch.Tensor, dim: int) -> torch.Tensor:
        if not x.numel():
            raise ValueError(x)
        return always_last(x, dim)

    found = diagnosed(and_refuses_empty, ALL)
    assert found is not None
    assert found.sentence == "This is always_last."
    assert "no rows" not in found.checks


def test_an_edge_case_put_right_beside_it_changes_nothing() -> None:
    def refuses_empty(x: torch.Tensor, dim: int) -> torch.Tensor:
        if not x.numel():
            raise ValueError(x)
        return over_everything(x, dim)

    found = diagnosed(over_everything, known(refuses_empty))
    assert found is not None
    assert found.sentence == "This is refuses_empty."


def test_a_number_that_speaks_against_it_names_nothing() -> None:
    """It agrees wherever always_last fails but once, where it is wrong in its own way."""

    def mixed(x: torch.Tensor, dim: int) -> torch.Tensor:
        return x * 3 if dim == -3 else always_last(x, dim)

    assert diagnosed(mixed, ALL) is None


def test_being_right_where_the_known_answer_is_tellingly_wrong_names_nothing() -> None:
    def sometimes(x: torch.Tensor, dim: int) -> torch.Tensor:
        return reference(x, dim) if x.ndim == 3 and dim == 1 else always_last(x, dim)

    assert diagnosed(sometimes, ALL) is None


def test_two_that_explain_it_as_well_name_none() -> None:
    twin = Misconception("twin", "This is its twin.", ALL[0].observed)
    assert diagnosed(always_last, [*ALL, twin]) is None
    same = Misconception("twin", ALL[0].sentence, ALL[0].observed)
    assert diagnosed(always_last, [*ALL, same]) is not None


def test_agreeing_everywhere_beats_agreeing_in_part() -> None:
    def last_or_nothing(x: torch.Tensor, dim: int) -> torch.Tensor | None:
        return always_last(x, dim) if dim != 0 else None

    found = diagnosed(last_or_nothing, known(*WRONG, last_or_nothing))
    assert found is not None
    assert found.sentence == "This is last_or_nothing."


def test_what_came_twice_agrees_with_nothing() -> None:
    twice = [*observe(always_last, INPUTS), *observe(always_last, INPUTS)]
    assert diagnose(EXPECTED, first_nodes(twice), ALL) is None


def test_nothing_sent_at_all_is_not_diagnosed() -> None:
    silent = Misconception("silent", "You stopped early.", dict.fromkeys(INPUTS, None))
    assert diagnose(EXPECTED, {}, [*ALL, silent]) is None


def test_within_tolerance_is_the_same() -> None:
    def nearly(x: torch.Tensor, dim: int) -> torch.Tensor:
        return always_last(x.double(), dim).to(x.dtype)

    found = diagnosed(nearly, ALL)
    assert found is not None
    assert found.sentence == "This is always_last."


def test_below_a_bound_two_answers_can_still_be_told_apart() -> None:
    from autograder.observations import Observation, Policy

    def bounded(value: float) -> list[Observation]:
        (seen,) = observe(lambda: value, {"accuracy": ()})
        return [Observation("accuracy", "", seen.observed, Policy(at_least=0.9))]

    expected = bounded(0.97)
    misconception = Misconception("m", "m", {"accuracy": bounded(0.1234567)[0].observed})
    assert diagnose(expected, first_nodes(bounded(0.1234567)), [misconception]) is not None
    assert diagnose(expected, first_nodes(bounded(0.7654321)), [misconception]) is None


def test_no_maximum_is_known_by_where_it_fails() -> None:
    (only,) = known(no_maximum)
    assert set(only.observed) == {"large scores"}
    assert numbers(2).shape == (2,)
