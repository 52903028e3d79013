"""From what workers bring back of a submission to marks in the gradebook."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.errors import CourseFolderError
from autograder.feedback.passages import Passages
from autograder.grade.plan import Plan
from autograder.grade.record import read_mark, record
from autograder.grade.submissions import Submission
from autograder.grade.worker import Outcome
from autograder.judge import Verdict
from autograder.results import UNGRADABLE, Entry, Result, graded_entry


@dataclass
class Pending:
    """A submission whose notebooks are being graded. waiting: those that will come back."""

    submission: Submission
    waiting: set[str]
    outcomes: dict[str, Outcome] = field(default_factory=dict)


def entries_of(plan: Plan, pending: Pending) -> list[Entry]:
    """Record what was graded of a submission; return an entry for each of its notebooks."""
    return _Recording(plan, pending).entries()


@dataclass(frozen=True)
class _Recording:
    plan: Plan
    pending: Pending

    def entries(self) -> list[Entry]:
        done = {n: o for n, o in self.pending.outcomes.items() if o.verdict is not None}
        problem = self._record({name: outcome.notebook for name, outcome in done.items()})
        return [self._entry(source.name, problem) for source in self.plan.sources]

    def _entry(self, notebook: str, problem: str) -> Entry:
        outcome = self.pending.outcomes.get(notebook, Outcome())
        if outcome.verdict is None or problem:
            return self._ungradable(notebook, outcome, problem)
        return self._graded(notebook, outcome, outcome.verdict)

    def _record(self, notebooks: dict[str, str]) -> str:
        if not notebooks:
            return ""
        who = self.pending.submission
        try:
            record(self.plan.course, who.student, who.assignment, notebooks)
        except CourseFolderError as error:
            return str(error)
        return ""

    def _result(self, notebook: str) -> Result:
        who = self.pending.submission
        return Result(who.student, who.assignment, notebook, UNGRADABLE)

    def _graded(self, notebook: str, outcome: Outcome, verdict: Verdict) -> Entry:
        who = self.pending.submission
        mark = read_mark(self.plan.course, who.student, who.assignment, notebook)
        result = replace(
            self._result(notebook),
            wall_s=outcome.wall_s,
            cpu_s=outcome.cpu_s,
            peak_mb=outcome.peak_mb,
        )
        notes = (*self._renamed(notebook), *who.notes, *outcome.notes)
        passages = self.plan.passages.get(notebook, Passages())
        return graded_entry(result, verdict, passages.titles, notes, mark)

    def _renamed(self, notebook: str) -> tuple[str, ...]:
        file, _ = self.pending.submission.notebooks[notebook]
        return () if file == f"{notebook}.ipynb" else (f"handed in as {file}",)

    def _ungradable(self, notebook: str, outcome: Outcome, problem: str) -> Entry:
        reason = self.pending.submission.problems.get(notebook) or outcome.reason or problem
        notes = (f"traceback in {self._keep(outcome.detail)}",) if outcome.detail else ()
        return Entry(replace(self._result(notebook), reason=reason), notes=notes)

    def _keep(self, detail: str) -> Path:
        """Keep what only a maintainer of the autograder can use."""
        who = self.pending.submission
        path = self.plan.course.state / "errors" / who.assignment / f"{who.student}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(detail, "utf-8")
        return path
