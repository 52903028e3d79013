"""Each hole is named, with its exercise, its variant and what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.verify.findings import Count
from autograder.verify.lesson import Verified

Edit = Callable[[str, str, str], None]
Verify = Callable[..., Verified]

WITHOUT = {
    "three numbers": ('observe("three numbers", scale, [1, 2, 4], 3)\n', "two_at_most"),
    "the default factor": ('observe("the default factor", scale, [5])\n', "default_of_1"),
    "the input afterwards": (
        'observe("the input afterwards", and_input, [1, 2], 4)\n',
        "in_place",
    ),
}


def test_a_lesson_without_a_hole(verified: Verify) -> None:
    found = verified()
    assert found.holes == ()
    scale, total = found.proofs
    assert (scale.exercise, total.exercise) == ("scale", "total")
    assert (scale.right, scale.wrong, scale.stubs) == (Count(1, 1), Count(3, 3), Count(4, 4))
    only = {each.name: each.only for each in scale.observations}
    assert only == {name: (variant,) for name, (_, variant) in WITHOUT.items()}


@pytest.mark.parametrize("observation", WITHOUT)
def test_deleting_an_observation_that_matters_fails(
    observation: str, edit: Edit, verified: Verify
) -> None:
    line, variant = WITHOUT[observation]
    edit("lesson.py", line, "")
    (hole,) = verified().holes
    assert str(hole) == (
        f"scale / {variant}: this wrong variant is not caught. Add an observation to the hidden "
        "tests that it fails, or call it right."
    )


HOLES = {
    "a right variant that is rejected": (
        ("variants.py", "factor * number, numbers", "factor * number * 1.5, numbers"),
        "scale / by_map: this right variant is rejected: three numbers (",
    ),
    "an observation that a stub passes": (
        ("lesson.py", 'scale, [1, 2, 4], 3)', "lambda: scale([], 3) or [])"),
        "scale / stub 'return x': this stub earns 1 of 3: three numbers. Observe there, in one "
        "observation, also what doing nothing can't give.",
    ),
    "a reference that is never the same": (
        ("lesson.py", "scale, [5])", "scale, [__import__('time').time_ns()])"),
        "scale / reference: the reference observes something else the second time: the default "
        "factor. Seed what is random, and let no test change what the next one reads.",
    ),
    "two that look the same": (
        ("variants.py", "math.fsum(map(abs, numbers))", "math.fsum(numbers[1:]) + 0.0"),
        "total / of_absolutes: it observes the same as skips_the_first. Tell them apart by an "
        'observation, or write "same_as": "skips_the_first".',
    ),
    "two that are declared the same": (
        ("variants.py", '"of_absolutes", "is": "wrong"',
         '"of_absolutes", "is": "wrong", "same_as": "skips_the_first"'),
        "total / of_absolutes: it is declared the same as skips_the_first, and observes something "
        'else. Take the "same_as" away.',
    ),
    "too few variants": (
        ("variants.py", '"name": "by_map", "is": "right"', '"name": "by_map", "is": "wrong", '
         '"same_as": "in_place"'),
        'scale: it has 0 right variants, and needs 1. Add to variants.py a cell with "exercise": '
        '"scale", "is": "right".',
    ),
}  # fmt: skip


@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_named(hole: str, edit: Edit, verified: Verify) -> None:
    change, said = HOLES[hole]
    edit(*change)
    assert [each for each in verified().holes if str(each).startswith(said)]


def test_declared_the_same_is_no_hole(edit: Edit, verified: Verify) -> None:
    edit("variants.py", "math.fsum(map(abs, numbers))", "math.fsum(numbers[1:]) + 0.0")
    edit("variants.py", '"of_absolutes", "is": "wrong"',
         '"of_absolutes", "is": "wrong", "same_as": "skips_the_first"')  # fmt: skip
    assert verified().holes == ()


def test_an_observation_that_catches_nothing_is_idle(edit: Edit, verified: Verify) -> None:
    edit("lesson.py", 'observe("negative ones"', 'observe("none", lambda: total([]) is not None)\n'
         'observe("negative ones"')  # fmt: skip
    # "needs_a_first" raises there; without it nothing fails.
    edit("variants.py", "numbers[0] + math.fsum(numbers[1:])", "math.fsum(numbers) + 1")
    found = verified()
    assert [each.name for each in found.proofs[1].observations if each.idle] == ["none"]


def test_a_lesson_without_variants_is_a_hole(place, verified: Verify) -> None:
    place.variants.unlink()
    (hole,) = verified().holes
    assert str(hole) == (
        "lessons/01_small/lesson.py has no variants.py, so nothing of it is proved. Write "
        "lessons/01_small/variants.py, with right and wrong answers to each exercise."
    )
