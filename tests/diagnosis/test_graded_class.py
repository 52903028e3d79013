"""From a lesson's variants to what a student reads."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

from rich.console import Console

from autograder.grade import Request, Screen, grade

from .courses import ASSIGNMENT, BY_THE_LARGEST, RIGHT, SENTENCE, hand_in


def graded(course: Path) -> tuple[dict[str, dict[str, object]], str]:
    """The lines of --results by student, and what was printed."""
    shown = StringIO()
    screen = Screen(Console(file=shown, width=160, highlight=False))
    results = course / "results.jsonl"
    grade(Request(ASSIGNMENT, course_dir=course, workers=1, results=results), screen)
    lines = map(json.loads, results.read_text("utf-8").splitlines())
    return {line["student"]: line for line in lines}, shown.getvalue()


def causes(line: dict[str, object]) -> list[str | None]:
    checks = line["checks"]
    assert isinstance(checks, list)
    return [check["misconception"] for check in checks]


def test_a_wrong_variant_is_diagnosed_and_without_it_in_the_key_still_wrong(course: Path) -> None:
    hand_in(course, "mia", BY_THE_LARGEST)
    hand_in(course, "noa", RIGHT)
    lines, shown = graded(course)
    assert (lines["mia"]["score"], lines["noa"]["score"]) == (0.0, 4.0)
    assert causes(lines["mia"]) == [SENTENCE] * 4
    assert causes(lines["noa"]) == [None] * 4
    assert "1 misconception recognized" in shown
    page = (course / "feedback" / "mia" / ASSIGNMENT / "small.html").read_text("utf-8")
    assert page.count("You divide by the largest value.") == 1
    assert "small.ipynb#Part-1-%C2%B7-Scaling" in page

    (course / "lessons" / ASSIGNMENT / "variants.py").unlink()
    lines, shown = graded(course)
    assert "the answer key was made for another variants" in shown
    assert (lines["mia"]["score"], lines["noa"]["score"]) == (0.0, 4.0)
    assert causes(lines["mia"]) == [None] * 4


def test_what_the_tests_print_is_the_instructors_alone(course: Path) -> None:
    hand_in(course, "mia", BY_THE_LARGEST)
    _, shown = graded(course)
    student = (course / "feedback" / "mia" / ASSIGNMENT / "small.html").read_text("utf-8")
    own = course / ".autograder" / "instructor" / "mia" / ASSIGNMENT / "small.html"
    instructor = own.read_text("utf-8")
    for word in ("shown after the test", "BEGIN HIDDEN TESTS", "7.0, 4.0"):
        assert word not in student
        assert word in instructor
    assert own.stat().st_mode & 0o077 == 0
    assert str(own.parents[2] / "STUDENT" / ASSIGNMENT) in shown


def test_a_lesson_that_moved_on_is_refused(course: Path) -> None:
    """Its variants would meet other tests than the submissions do."""
    import pytest

    from autograder.errors import BuildError

    hand_in(course, "mia", BY_THE_LARGEST)
    lesson = course / "lessons" / ASSIGNMENT / "lesson.py"
    lesson.write_text(lesson.read_text().replace("[3.0, 5.0]", "[3.0, 6.0]"))
    with pytest.raises(BuildError, match="autograder build 01_small"):
        graded(course)
