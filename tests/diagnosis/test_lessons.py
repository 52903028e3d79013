"""In every lesson, a wrong variant that is handed in is told its own sentence, or none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.build import build
from autograder.build.layout import places
from autograder.diagnosis import diagnose
from autograder.grade.course_folder import open_course
from autograder.grade.keys import answer_key
from autograder.grade.plan import run_settings
from autograder.key import AnswerKey

ROOT = Path(__file__).parents[2]
WITH_VARIANTS = [p.assignment for p in places(ROOT) if p.variants.exists()]
# An answer that differs in one exception or one letter alone is not told why.
LEAST_DIAGNOSED = 0.6

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", params=WITH_VARIANTS)
def key(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AnswerKey:
    root = tmp_path_factory.mktemp("lesson")
    shutil.copytree(ROOT / "lessons" / request.param, root / "lessons" / request.param)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    (place,) = build(root)
    course = open_course(root)
    return answer_key(course, place.assignment, place.topic, run_settings(course, None), print)


def test_no_variant_is_told_another_s_sentence(key: AnswerKey) -> None:
    told, count = 0, 0
    for grade_id, known in key.misconceptions.items():
        right = {each.name: each.observed for each in key.cells[grade_id]}
        assert diagnose(key.cells[grade_id], right, known) is None
        for each in known:
            sent = {n: node for n, node in {**right, **each.observed}.items() if node is not None}
            found = diagnose(key.cells[grade_id], sent, known)
            assert found is None or found.sentence == each.sentence, (grade_id, each.name)
            told, count = told + (found is not None), count + 1
    assert told >= LEAST_DIAGNOSED * count
    print(f"{told} of {count} variants are told their sentence")
