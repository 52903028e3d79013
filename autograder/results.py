"""What came of grading a notebook: plain data that the gradebook, the page and files share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from autograder.judge import Check, Verdict

GRADED, UNGRADABLE = "graded", "ungradable"


@dataclass(frozen=True)
class Result:
    """One line of `--results`: a submitted notebook and its mark, or why it has none."""

    student: str
    assignment: str
    notebook: str
    status: str
    reason: str = ""
    score: float | None = None
    max_score: float | None = None
    checks: tuple[Check, ...] = ()
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0


@dataclass(frozen=True)
class Mark:
    """What the gradebook holds for a submitted notebook. awaiting: cells for a person to mark."""

    score: float
    max_score: float
    penalty: float
    awaiting: int
    by_hand: Mapping[str, float]


@dataclass(frozen=True)
class ExerciseMark:
    """The mark of one graded cell; score is None while it waits for a person."""

    grade_id: str
    exercise: str
    title: str
    score: float | None
    max_score: float


@dataclass(frozen=True)
class Entry:
    """A result with what its feedback page and the gradebook table show besides."""

    result: Result
    exercises: tuple[ExerciseMark, ...] = ()
    notes: tuple[str, ...] = ()
    penalty: float = 0.0
    awaiting: int = 0

    @property
    def graded(self) -> bool:
        """Whether there is a mark."""
        return self.result.status == GRADED


def graded_entry(
    result: Result, verdict: Verdict, titles: Mapping[str, str], notes: tuple[str, ...], mark: Mark
) -> Entry:
    """The entry of a notebook that was judged and recorded. titles: by grade_id."""
    exercises = tuple(
        ExerciseMark(
            cell.grade_id,
            cell.exercise,
            titles.get(cell.grade_id, cell.exercise),
            cell.score,
            cell.max_score,
        )
        for cell in verdict.cells
    )
    judged = replace(result, status=GRADED, checks=verdict.checks)
    return with_mark(Entry(judged, exercises, notes), mark)


def with_mark(entry: Entry, mark: Mark) -> Entry:
    """The entry with the mark that the gradebook now holds, which a person may have changed."""
    score = max(0.0, round(mark.score - mark.penalty, 4))
    exercises = tuple(
        replace(each, score=mark.by_hand.get(each.grade_id, each.score)) for each in entry.exercises
    )
    result = replace(entry.result, score=score, max_score=mark.max_score)
    return replace(
        entry, result=result, exercises=exercises, penalty=mark.penalty, awaiting=mark.awaiting
    )
