"""Grade a class: hand the submissions out, record each as it comes back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import CourseFolderError
from autograder.feedback import write_instructor_page, write_page
from autograder.grade.course_folder import CourseFolder, did_you_mean, open_course
from autograder.grade.gradebook import ensure_sources
from autograder.grade.kept import keeping_gradebooks
from autograder.grade.keys import answer_key
from autograder.grade.lock import only_writer
from autograder.grade.pipeline import FULL
from autograder.grade.plan import Plan, run_settings, source_files
from autograder.grade.pool import MakeExecutor, processes, run
from autograder.grade.record import read_marks
from autograder.grade.recording import Pending, entries_of
from autograder.grade.report import print_report
from autograder.grade.screen import Screen
from autograder.grade.store import Store, results_file
from autograder.grade.submissions import Submission, choose_students, read_submission
from autograder.grade.worker import Job, Outcome, grade_notebook
from autograder.kernels.sandbox import refuse_at_first_sight
from autograder.results import Entry, Result, with_mark


@dataclass(frozen=True)
class Request:
    """A call of `autograder grade`. students: all when none is named. timeout_s: for a cell.

    sandbox: "full", or "none" to run submissions in ordinary kernels.
    """

    assignment: str
    students: Sequence[str] = ()
    course_dir: Path = field(default_factory=Path)
    workers: int | None = None
    force: bool = False
    timeout_s: int | None = None
    results: Path | None = None
    sandbox: str = FULL


def grade(request: Request, screen: Screen, make_executor: MakeExecutor = processes) -> list[Entry]:
    """Grade what `request` names; return what came of each notebook.

    CourseFolderError for a wrong call, and SandboxError on a machine that can't lock a kernel
    in, before anything is graded. Interrupted, it has kept
    what was done, and the next call goes on from there.
    """
    course = open_course(request.course_dir)
    if request.sandbox == FULL:
        refuse_at_first_sight()
    _check_assignment(course, request.assignment)
    students = choose_students(course, request.assignment, list(request.students))
    with only_writer(course.state), results_file(request.results) as write:
        plan = _plan(course, request, screen.say)
        entries = _Grading(plan, request, screen, write, make_executor).all(students)
    print_report(screen.console, entries, course)
    return entries


def _check_assignment(course: CourseFolder, assignment: str) -> None:
    known = course.assignments()
    if assignment not in known:
        raise CourseFolderError(
            f"There is no assignment {assignment!r} in {course.root}. "
            f"{did_you_mean(assignment, known)}"
        )


def _plan(course: CourseFolder, request: Request, say: Callable[[str], None]) -> Plan:
    assignment, settings = (
        request.assignment,
        run_settings(course, request.timeout_s, request.sandbox),
    )
    sources = ensure_sources(course, assignment, say)
    keys = {s.name: answer_key(course, assignment, s.name, settings, say) for s in sources}
    return Plan(course, assignment, sources, keys, settings, source_files(course, assignment))


@dataclass
class _Grading:
    """One run over a class. Only this, in the coordinator's process, writes anything."""

    plan: Plan
    request: Request
    screen: Screen
    write: Callable[[Result], None]
    make_executor: MakeExecutor
    entries: list[Entry] = field(default_factory=list)
    pending: dict[str, Pending] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return Store(self.plan.course.state / "results" / self.plan.assignment)

    def all(self, students: Sequence[str]) -> list[Entry]:
        """Grade those whose mark is not kept from an earlier run."""
        remaining = self._keep_graded(students)
        if len(remaining) < len(students):
            self.screen.say(
                f"Skipped {len(students) - len(remaining)} graded already; --force grades again."
            )
        workers = min(self.request.workers or available_cores(), len(remaining)) or 1
        jobs = self._jobs(remaining)
        with (
            keeping_gradebooks(),
            self.screen.grading(len(remaining) * len(self.plan.sources)),
            closing(run(grade_notebook, jobs, self.make_executor, workers, _gave_up)) as outcomes,
        ):
            for job, outcome in outcomes:
                self._take(job.student, job.source.name, outcome)
        return self.entries

    def _read(self, student: str) -> Submission:
        return read_submission(self.plan.course, student, self.plan.assignment, self.plan.sources)

    def _keep_graded(self, students: Sequence[str]) -> list[str]:
        """Publish again what is graded already; return the others."""
        if self.request.force:
            return list(students)
        marks = read_marks(self.plan.course, self.plan.assignment)
        remaining = []
        for student in students:
            kept = self.store.load(student, self.plan.fingerprint(self._read(student)))
            if kept and all((student, entry.result.notebook) in marks for entry in kept):
                for entry in kept:
                    self._publish(with_mark(entry, marks[student, entry.result.notebook]))
            else:
                remaining.append(student)
        return remaining

    def _jobs(self, students: Sequence[str]) -> Iterator[Job]:
        for student in students:
            submission = self._read(student)
            jobs = dict(self.plan.jobs(submission))
            self.pending[student] = Pending(submission, set(jobs))
            yield from jobs.values()
            if not jobs:
                self._finish(student)

    def _take(self, student: str, notebook: str, outcome: Outcome) -> None:
        pending = self.pending[student]
        pending.outcomes[notebook] = outcome
        if pending.waiting == set(pending.outcomes):
            self._finish(student)

    def _finish(self, student: str) -> None:
        """Record a submission all of whose notebooks are back, then tell of it."""
        pending = self.pending.pop(student)
        fingerprint = self.plan.fingerprint(pending.submission)
        entries = entries_of(self.plan, pending)
        if all(entry.graded for entry in entries):
            self.store.save(student, fingerprint, entries)
        for entry in entries:
            self._publish(entry)
            self._show_instructor(entry, pending.outcomes.get(entry.result.notebook))
            self.screen.arrived(entry)

    def _publish(self, entry: Entry) -> None:
        self.entries.append(entry)
        result = entry.result
        course, who = self.plan.course, (result.student, result.assignment)
        links = self.plan.links(result.notebook)
        write_page(course.feedback(*who), entry, course.submitted(*who), links)
        self.write(result)

    def _show_instructor(self, entry: Entry, outcome: Outcome | None) -> None:
        result = entry.result
        folder = self.plan.course.instructor(result.student, result.assignment)
        notebook = outcome.notebook if outcome and entry.graded else ""
        write_instructor_page(folder, entry, notebook)


def _gave_up(_: Job) -> Outcome:
    return Outcome(
        reason="Its grading process ended twice: the notebook used up the memory, or ended it."
    )


def available_cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
