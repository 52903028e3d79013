"""Each lesson is proved, and each of its observations that matters is needed for that."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.build import variants
from autograder.build.layout import Place, select
from autograder.build.run import read
from autograder.grade.course_folder import open_course
from autograder.key import AnswerKey
from autograder.verify.holes import holes
from autograder.verify.judging import Outcome
from autograder.verify.lesson import Options, Verified, verify

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.long, pytest.mark.timeout(3000)]


LESSONS = sorted(path.parent.name for path in (ROOT / "lessons").glob("*/lesson.py"))
CAUGHT = 0.95


@pytest.fixture(scope="module", params=LESSONS)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    course = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "lessons" / request.param, course / "lessons" / request.param)
    (course / "nbgrader_config.py").touch()
    return Place(course, request.param)


@pytest.fixture(scope="module")
def verified(place: Place) -> Verified:
    (lesson,) = read(select(place.course_dir, []))
    return verify(lesson, open_course(place.course_dir), Options(salt=""))


def test_it_is_proved(verified: Verified) -> None:
    assert verified.holes == ()
    assert not [each for proof in verified.proofs for each in proof.observations if each.idle]


def test_nearly_all_its_mutants_are_caught(verified: Verified) -> None:
    caught = sum(proof.mutants.good for proof in verified.proofs)
    # Those that variants.py acknowledges as equivalent are no part of these.
    assert caught >= CAUGHT * sum(proof.mutants.of for proof in verified.proofs) > 0


def test_deleting_any_observation_that_matters_fails(verified: Verified, place: Place) -> None:
    """Whatever only one observation catches is a hole without it, by its exercise and name."""
    text = variants.read(place)
    assert text is not None
    mattering = [
        (proof.exercise, each)
        for proof in verified.proofs
        for each in proof.observations
        if each.only
    ]
    assert mattering
    for exercise, observation in mattering:
        left = [_without(each, exercise, observation.name) for each in verified.outcomes]
        found = holes(left, AnswerKey({}, {}), text.variants)
        missed = {(each.exercise, each.variant) for each in found if "is not caught" in each.what}
        assert missed == {(exercise, name) for name in observation.only}, observation.name


def _without(outcome: Outcome, exercise: str, observation: str) -> Outcome:
    if outcome.candidate.exercise != exercise:
        return outcome
    checks = tuple(check for check in outcome.verdict.checks if check.name != observation)
    return replace(outcome, verdict=replace(outcome.verdict, checks=checks))
