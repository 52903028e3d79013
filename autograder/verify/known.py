"""What the wrong variants of a lesson observed, for the answer key to tell them by."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.build import run as building
from autograder.build import variants as variants_text
from autograder.build.layout import select
from autograder.build.lesson import Lesson
from autograder.fingerprint import fingerprint
from autograder.grade.course_folder import open_course
from autograder.grade.plan import run_settings
from autograder.observations import Observation
from autograder.verify import candidates
from autograder.verify.candidates import Kind
from autograder.verify.judging import Outcome
from autograder.verify.run import judge_all, open_lab

Observed = dict[str, dict[str, list[Observation]]]

_known: dict[str, Observed] = {}


def observed(
    course_dir: Path, assignment: str, *, salt: str | None = None, workers: int | None = None
) -> Observed:
    """For each exercise the observations of its wrong variants, by name; {} without variants.

    salt: by default the course's. LessonError when the lesson or its variants break a rule;
    ExecutionError when the reference does not run to its end.
    """
    (lesson,) = building.read(select(course_dir, [assignment]))
    text = variants_text.read(lesson.place)
    wrong = [each for each in candidates.variants(text) if each.kind is Kind.WRONG] if text else []
    if not wrong:
        return {}
    course = open_course(course_dir)
    label = _label(lesson, run_settings(course, None).salt if salt is None else salt)
    if label not in _known:
        lab = open_lab(lesson, course, salt=salt, workers=workers)
        _known[label] = of_outcomes(judge_all(lab, wrong))
    return _known[label]


def remember(lesson: Lesson, salt: str, outcomes: list[Outcome]) -> None:
    """Keep what the wrong variants of a verified lesson observed: `build` makes its key next."""
    _known[_label(lesson, salt)] = of_outcomes(outcomes)


def _label(lesson: Lesson, salt: str) -> str:
    variants = lesson.place.variants.read_text("utf-8")
    return json.dumps(fingerprint(lesson.nb, salt, variants))


def of_outcomes(outcomes: list[Outcome]) -> Observed:
    """The observations of the wrong variants among these outcomes."""
    found: Observed = {}
    for outcome in outcomes:
        candidate = outcome.candidate
        if candidate.kind is Kind.WRONG:
            found.setdefault(candidate.exercise, {})[candidate.name] = list(outcome.observations)
    return found


def forget() -> None:
    """Run the variants again when they are asked for next."""
    _known.clear()
