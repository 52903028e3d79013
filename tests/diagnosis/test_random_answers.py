"""Random wrong answers are not diagnosed: a coincidence would have to tell too much."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.diagnosis import diagnose, misconception_of
from autograder.diagnosis.misconception import first_nodes
from autograder.observations import Observation

from .answers import EXPECTED, INPUTS, WRONG, known, numbers, observe

NAMES = list(INPUTS)
ALL = known(*WRONG)
weak: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, 1, -1, 0.0, 1.0, float("nan"), float("inf"), "", "a", (), [], {}]
)
errors = st.sampled_from([TypeError, ValueError, IndexError, RuntimeError])
plain = weak | st.integers(-9, 9) | st.floats() | st.lists(st.booleans(), max_size=4)
tensors = st.builds(lambda seed: numbers(4, 4, seed=seed + 100), st.integers(0, 50))


def sent(values: list[Any]) -> list[Observation]:
    def give(value: Any) -> Any:
        if isinstance(value, type):
            raise value
        return value

    return observe(give, {name: (v,) for name, v in zip(NAMES, values, strict=True)})


def all_of(each: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Observation]]:
    return st.lists(each, min_size=len(NAMES), max_size=len(NAMES)).map(sent)


@settings(max_examples=150, deadline=None)
@given(all_of(plain | tensors | errors))
def test_random_observations_match_no_known_answer(seen: list[Observation]) -> None:
    assert diagnose(EXPECTED, first_nodes(seen), ALL) is None


@settings(max_examples=150, deadline=None)
@given(all_of(weak | errors), all_of(weak | errors))
def test_two_answers_that_are_weak_everywhere_explain_each_other_only_when_the_same(
    ours: list[Observation], theirs: list[Observation]
) -> None:
    misconception = misconception_of("m", "m", EXPECTED, theirs)
    if diagnose(EXPECTED, first_nodes(ours), [misconception]):
        assert [each.observed for each in ours] == [each.observed for each in theirs]


@settings(max_examples=100, deadline=None)
@given(errors | weak, st.sampled_from(NAMES), st.data())
def test_one_shared_weak_failure_explains_nothing(
    value: Any, name: str, data: st.DataObject
) -> None:
    """Both are right but for one check, and there they return or raise the same."""
    place = NAMES.index(name)
    ours = [*EXPECTED[:place], sent([value] * len(NAMES))[place], *EXPECTED[place + 1 :]]
    misconception = misconception_of("m", "m", EXPECTED, ours)
    assert diagnose(EXPECTED, first_nodes(ours), [misconception]) is None


@settings(max_examples=100, deadline=None)
@given(all_of(plain | tensors | errors))
def test_a_right_answer_is_not_diagnosed_whatever_is_known(seen: list[Observation]) -> None:
    misconception = misconception_of("m", "m", EXPECTED, seen)
    assert diagnose(EXPECTED, first_nodes(EXPECTED), [misconception, *ALL]) is None
