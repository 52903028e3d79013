"""Verify one lesson: from its text to its proofs and holes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.build import variants as variants_text
from autograder.build.lesson import Lesson
from autograder.build.variants import Text
from autograder.errors import VerifyError
from autograder.grade.course_folder import CourseFolder
from autograder.verify import candidates, holes, known, survivors
from autograder.verify.candidates import Candidate
from autograder.verify.findings import Hole, Proof, Survivor, proofs
from autograder.verify.judging import Outcome
from autograder.verify.mutants import mutants
from autograder.verify.run import Lab, judge_all, open_lab

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Verified:
    """What is shown of a lesson's tests, and the outcomes that show it. wall_s: seconds."""

    assignment: str
    proofs: tuple[Proof, ...]
    holes: tuple[Hole, ...]
    survivors: tuple[Survivor, ...] = ()
    outcomes: tuple[Outcome, ...] = field(default=(), repr=False)
    wall_s: float = 0.0


@dataclass(frozen=True)
class Options:
    """How to verify. mutating: with mutants. salt: of the hidden inputs; the course's for None."""

    mutating: bool = True
    salt: str | None = None
    workers: int | None = None


def verify(
    lesson: Lesson,
    course: CourseFolder,
    options: Options = Options(),
    progress: Progress = lambda _done, _of: None,
) -> Verified:
    """Judge the stubs, the reference, the variants and the mutants of a lesson.

    progress(done, of) is called as candidates are judged. ExecutionError when the reference
    does not run to its end.
    """
    begun = time.monotonic()
    text = variants_text.read(lesson.place)
    if text is None:
        return Verified(lesson.place.assignment, (), (_no_variants(lesson),))
    every = _candidates(lesson, text, options.mutating)
    lab = open_lab(lesson, course, salt=options.salt, workers=options.workers)
    outcomes = judge_all(lab, every, _counting(progress, len(every)))
    known.remember(lesson, lab.setting.salt, outcomes)
    found = _verified(lesson, text, lab, outcomes)
    return Verified(*found, tuple(outcomes), round(time.monotonic() - begun, 2))


def require(course: CourseFolder) -> Callable[[Lesson], None]:
    """What `build` asks of a lesson: VerifyError, with the holes, when it has one.

    Without mutants, which take longer and of which some may live.
    """

    def prove(lesson: Lesson) -> None:
        found = verify(lesson, course, Options(mutating=False)).holes
        if found:
            number = lesson.place.assignment
            said = "\n".join(f"{number}: {hole}" for hole in found)
            raise VerifyError(
                f"{said}\nNothing of {number} was built. `autograder verify {number}` says more, "
                "`autograder build --no-verify` builds for a quick look."
            )

    return prove


def _candidates(lesson: Lesson, text: Text, mutating: bool) -> list[Candidate]:
    found = [*candidates.references(lesson), *candidates.variants(text), *candidates.stubs(lesson)]
    return [*found, *(mutants(lesson) if mutating else ())]


def _verified(
    lesson: Lesson, text: Text, lab: Lab, outcomes: list[Outcome]
) -> tuple[str, tuple[Proof, ...], tuple[Hole, ...], tuple[Survivor, ...]]:
    sources = {name: cell.source for name, cell in candidates.solutions(lesson).items()}
    living = survivors.survivors(outcomes, sources, text.equivalents)
    found = [
        *holes.holes(outcomes, lab.setting.key, text.variants),
        *survivors.holes(outcomes, sources, text.equivalents, living),
    ]
    shown = proofs(outcomes, living)
    return lesson.place.assignment, tuple(shown), tuple(found), tuple(living)


def _counting(progress: Progress, of: int) -> Callable[[int], None]:
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(done, of)

    progress(0, of)
    return advance


def _no_variants(lesson: Lesson) -> Hole:
    name = lesson.place.shown(lesson.place.variants)
    remedy = f"Write {name}, with right and wrong answers to each exercise"
    return Hole("", "", f"{lesson.name} has no variants.py, so nothing of it is proved", remedy)
