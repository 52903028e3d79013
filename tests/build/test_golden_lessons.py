"""Each folder of lessons/ is an outcome: a lesson, and what `build` says of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.build import build, stale
from autograder.errors import BuildError

LESSONS = Path(__file__).parent / "lessons"
OUTCOMES = sorted({path.parent.name for path in LESSONS.glob("*/*.py")})
BROKEN = [outcome for outcome in OUTCOMES if outcome != "ok"]


def test_each_outcome_says_what_is_expected_of_it() -> None:
    assert {path.parent.name for path in LESSONS.glob("*/expected.txt")} == set(BROKEN)
    assert len(BROKEN) >= 35


@pytest.mark.parametrize("outcome", BROKEN)
def test_what_build_says(outcome: str, course_of: Callable[[str], Path]) -> None:
    course = course_of(outcome)
    with pytest.raises(BuildError) as caught:
        build(course, cell_timeout_s=1 if "interrupt" in outcome or outcome == "hangs" else 60)
    said = re.sub(r"0x[0-9a-f]+", "0xADDRESS", str(caught.value))
    said = re.sub(r"/\S*/site-packages", "/SITE-PACKAGES", said)
    assert said == (LESSONS / outcome / "expected.txt").read_text().rstrip("\n")
    assert not list(course.glob("*/*/*.ipynb")), "nothing is written of a lesson that fails"


def test_check_names_a_broken_rule_too(course_of: Callable[[str], Path]) -> None:
    course = course_of("zero_points")
    assert stale(course, ["01"]) == [
        (LESSONS / "zero_points" / "expected.txt").read_text().rstrip("\n")
    ]
