"""Judge every candidate of a lesson, in rounds, in parallel."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from autograder.build.lesson import Lesson
from autograder.errors import ExecutionError
from autograder.execute import Execution
from autograder.fingerprint import fingerprint
from autograder.grade import pool
from autograder.grade.course_folder import CourseFolder
from autograder.grade.plan import run_settings, source_files
from autograder.kernels import KERNEL_NAME
from autograder.kernels.sandbox import SandboxError
from autograder.key import AnswerKey
from autograder.key_making import from_execution
from autograder.verify import judging
from autograder.verify.candidates import Candidate
from autograder.verify.judging import Job, Outcome, Report, Setting, State
from autograder.verify.rounds import make, pack

# Any Jupyter has it.
OPEN_KERNEL = "python3"

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Lab:
    """A lesson's notebook, ready to take candidates."""

    nb: NotebookNode
    setting: Setting
    workers: int


def open_lab(
    lesson: Lesson, course: CourseFolder, *, salt: str | None = None, workers: int | None = None
) -> Lab:
    """Run the reference, which gives the key to judge the candidates by.

    salt: of the hidden inputs; by default the course's. ExecutionError when the reference does
    not run to its end.
    """
    configured = run_settings(course, None)
    salt = configured.salt if salt is None else salt
    files = source_files(course, lesson.place.assignment)
    setting = Setting(AnswerKey({}, {}), KERNEL_NAME, configured.timeout_s, salt, files)
    setting, run = _reference(lesson.nb, setting)
    key = from_execution(run, fingerprint(lesson.nb, salt))
    return Lab(lesson.nb, replace(setting, key=key), workers or os.cpu_count() or 1)


def _reference(nb: NotebookNode, setting: Setting) -> tuple[Setting, Execution]:
    """The reference's run, and the setting with a kernel that this machine has."""
    try:
        return setting, judging.run_judged(copy.deepcopy(nb), setting)
    except (ExecutionError, SandboxError):  # a lesson is its author's own: it needs no walls
        setting = replace(setting, kernel=OPEN_KERNEL)
        return setting, judging.run_judged(copy.deepcopy(nb), setting)


def judge_all(
    lab: Lab, candidates: Sequence[Candidate], advance: Advance = lambda _count: None
) -> list[Outcome]:
    """The outcome of each candidate, in their order. advance(n): n more are judged."""
    found: dict[Candidate, Outcome] = {}
    pending, unsure = list(candidates), list[Candidate]()
    while pending:
        reports = list(_run(lab, map(_rounds(lab), pack(pending)), _settled(advance)))
        clean = [each for each in reports if each.state is State.CLEAN]
        found.update((each.candidate, each.outcome) for each in clean if each.outcome)
        unsure += [each.candidate for each in reports if each.state is State.UNSURE]
        left = [each.candidate for each in reports if each.state is State.UNREACHED]
        if len(left) == len(pending):  # the lesson itself ends the kernel before any of them
            unsure, left = unsure + left, []
        pending = left
    for report in _run(lab, (_alone(lab, each) for each in unsure), _settled(advance)):
        if report.outcome:
            found[report.candidate] = report.outcome
    return [found[each] for each in candidates]


def _rounds(lab: Lab) -> Callable[[list[Candidate]], Job]:
    return lambda candidates: judging.job(make(lab.nb, candidates), lab.setting)


def _alone(lab: Lab, candidate: Candidate) -> Job:
    return judging.job(make(lab.nb, [candidate], alone=True), lab.setting)


def _settled(advance: Advance) -> Callable[[list[Report]], None]:
    return lambda reports: advance(sum(each.state is State.CLEAN for each in reports))


def _run(lab: Lab, jobs: Iterable[Job], seen: Callable[[list[Report]], None]) -> Iterator[Report]:
    for reports in _here(jobs) if lab.workers == 1 else _elsewhere(lab, jobs):
        seen(reports)
        yield from reports


def _here(jobs: Iterable[Job]) -> Iterator[list[Report]]:
    """One after the other, with the warm process that ran the reference."""
    return map(judging.work, jobs)


def _elsewhere(lab: Lab, jobs: Iterable[Job]) -> Iterator[list[Report]]:
    for _, reports in pool.run(judging.work, jobs, pool.processes, lab.workers, _give_up):
        yield reports


def _give_up(job: Job) -> list[Report]:
    names = ", ".join(f"{slot.candidate.exercise}/{slot.candidate.name}" for slot in job.slots)
    raise ExecutionError(f"A worker ended twice while it judged {names}.")
