"""From observations to marks: pure functions of what was observed and of the answer key.

A cell's mark is its points times the share of the key's observations that it matched, each
found exactly once and in its own cell. A graded cell that the key knows nothing of belongs
to a plain nbgrader course: nbgrader's own rule marks it, but stderr costs nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace

from nbformat import NotebookNode
from nbgrader import utils

from autograder.compare import difference
from autograder.diagnosis import Misconception, diagnose
from autograder.diagnosis.misconception import first_nodes
from autograder.fates import Fate
from autograder.key import AnswerKey
from autograder.missing import why_missing
from autograder.observations import Observation, read


@dataclass(frozen=True)
class Check:
    """One thing that was checked. `points` is what it is worth.

    given: what was called, with what, in words. The message of a failed check begins with it.
    """

    exercise: str
    name: str
    passed: bool
    points: float
    message: str
    misconception: str | None = None
    given: str = ""

    @property
    def came_back(self) -> str:
        """The message after what was given: what came back, and how it differs."""
        return self.message.removeprefix(f"{self.given}: ")


@dataclass(frozen=True)
class CellVerdict:
    """The mark of one graded cell; `score` is None where a person must give it."""

    grade_id: str
    exercise: str
    score: float | None
    max_score: float
    checks: tuple[Check, ...] = ()
    observed: bool = False  # marked by observations, rather than by nbgrader's rule


@dataclass(frozen=True)
class Verdict:
    """The marks of a notebook, cell by cell."""

    cells: tuple[CellVerdict, ...]

    @property
    def score(self) -> float:
        """The points earned so far (what waits for a person counts 0)."""
        return round(sum(cell.score or 0.0 for cell in self.cells), 4)

    @property
    def max_score(self) -> float:
        """The points there are."""
        return round(sum(cell.max_score for cell in self.cells), 4)

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check, in the notebook's order."""
        return tuple(check for cell in self.cells for check in cell.checks)


def judge(nb: NotebookNode, key: AnswerKey, fates: Mapping[int, Fate] | None = None) -> Verdict:
    """Mark an executed notebook whose locked cells and hidden tests were restored.

    fates: what became of the cells (by index) that did not run to their end.
    """
    found = fates or {}
    why = why_missing(nb, found)
    cells = [
        _cell(cell, key, found.get(index), why[index])
        for index, cell in enumerate(nb.cells)
        if utils.is_grade(cell)
    ]
    return Verdict(tuple(cells))


def exercise_of(grade_id: str) -> str:
    """The exercise that a graded cell tests: NAME for NAME_test."""
    return grade_id.removesuffix("_test")


def _cell(cell: NotebookNode, key: AnswerKey, fate: Fate | None, why: str) -> CellVerdict:
    grade_id = cell.metadata.nbgrader.grade_id
    expected, known = key.cells.get(grade_id), key.misconceptions.get(grade_id, ())
    return _plain(cell, fate, why) if expected is None else _observed(cell, expected, known, why)


def _observed(
    cell: NotebookNode,
    expected: tuple[Observation, ...],
    known: tuple[Misconception, ...],
    why_missing: str,
) -> CellVerdict:
    grade_id, points = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
    sent = read(cell)
    times = Counter(observation.name for observation in sent)
    by_name = {observation.name: observation for observation in sent}
    checks = []
    for wanted in expected:
        how = _how(wanted, by_name.get(wanted.name), times[wanted.name], why_missing)
        checks.append(_check(exercise_of(grade_id), wanted, how, points / len(expected)))
    share = sum(check.passed for check in checks) / len(checks)
    score = round(points * share, 4)
    told = _diagnosed(checks, expected, sent, known)
    return CellVerdict(grade_id, exercise_of(grade_id), score, points, told, True)


def _diagnosed(
    checks: list[Check],
    expected: tuple[Observation, ...],
    sent: list[Observation],
    known: tuple[Misconception, ...],
) -> tuple[Check, ...]:
    """The checks, with the misunderstanding that explains the failed ones; it costs no mark."""
    found = diagnose(expected, first_nodes(sent), known)
    if found is None:
        return tuple(checks)
    return tuple(
        replace(check, misconception=found.sentence) if check.name in found.checks else check
        for check in checks
    )


def _how(wanted: Observation, sent: Observation | None, times: int, missing: str) -> str | None:
    """How what was sent differs from what was wanted, in words; None when it does not."""
    if sent is None:
        return missing
    if times > 1:
        return f"it was observed {times} times, and must be once"
    how = difference(wanted.observed, sent.observed, wanted.policy)
    if how is None:
        return None
    # The author's sentence for this very answer (a quiz's), where there is one.
    return wanted.policy.because.get(str(sent.observed.get("value")), how)


def _check(exercise: str, wanted: Observation, how: str | None, points: float) -> Check:
    if how is None:
        message = "as it should be"
    else:
        message = f"{wanted.called}: {how}" if wanted.called else how
    return Check(exercise, wanted.name, how is None, points, message, given=wanted.called)


def _plain(cell: NotebookNode, fate: Fate | None, why: str) -> CellVerdict:
    grade_id, exercise = cell.metadata.nbgrader.grade_id, cell.metadata.nbgrader.grade_id
    quiet = deepcopy(cell)
    if quiet.cell_type == "code":
        quiet.outputs = [output for output in quiet.outputs if output.get("name") != "stderr"]
    score, points = utils.determine_grade(quiet)
    if fate and not utils.is_solution(cell):
        score = 0.0
    if score is None:
        return CellVerdict(grade_id, exercise, None, points)
    message = "as it should be" if score == points else why
    check = Check(exercise, grade_id, score == points, points, message)
    return CellVerdict(grade_id, exercise, float(score), points, (check,))
