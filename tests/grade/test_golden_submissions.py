"""One folder an outcome in `golden/`: what was handed in, and what must come of it."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from autograder.grade import Entry

from .courses import observed_course
from .running import by_student, run_grade

GOLDEN = Path(__file__).parent / "golden"
OUTCOMES = sorted(path.parent.name for path in GOLDEN.glob("*/expected.json"))


def _digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = observed_course(tmp_path_factory.mktemp("golden"))
    for outcome in OUTCOMES:
        shutil.copytree(
            GOLDEN / outcome / "submission", root / "submitted" / outcome / "01_numbers"
        )
    return root


@pytest.fixture(scope="module")
def handed_in(course: Path) -> dict[str, str]:
    return _digests(course / "submitted")


@pytest.fixture(scope="module")
def graded(course: Path, handed_in: dict[str, str]) -> dict[str, Entry]:
    assert handed_in
    return by_student(run_grade(course, timeout_s=4)[0])


def test_there_are_golden_submissions() -> None:
    assert len(OUTCOMES) >= 50


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_outcome(outcome: str, graded: dict[str, Entry]) -> None:
    expected = json.loads((GOLDEN / outcome / "expected.json").read_text())
    entry = graded[outcome]
    assert entry.result.status == expected["status"], entry.result.reason
    if expected["status"] == "graded":
        assert (entry.result.score, entry.result.max_score) == (expected["score"], 5.0)
        assert [n for n in expected["notes"] if n not in "; ".join(entry.notes)] == []
        said = " ".join(check.message for check in entry.result.checks)
        assert expected.get("checks_say", "") in said
    else:
        assert expected["reason"] in entry.result.reason
        assert entry.result.score is None


def test_every_submission_has_a_page(course: Path, graded: dict[str, Entry]) -> None:
    for outcome, entry in graded.items():
        page = course / "feedback" / outcome / "01_numbers" / "numbers.html"
        assert ("Not graded yet" in page.read_text("utf-8")) is not entry.graded


def test_submissions_are_never_altered(
    course: Path, handed_in: dict[str, str], graded: dict[str, Entry]
) -> None:
    assert graded
    assert _digests(course / "submitted") == handed_in
