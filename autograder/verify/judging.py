"""What a worker does with one round: run it, and judge each of its candidates."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from autograder.execute import Execution, Fate, execute
from autograder.judge import CellVerdict, judge
from autograder.key import SALT_VARIABLE, AnswerKey
from autograder.observations import Observation, read
from autograder.verify.candidates import Candidate, Kind
from autograder.verify.rounds import Round, Slot
from autograder.workdir import write_files


class State(Enum):
    """Whether a candidate's verdict can be its own alone."""

    CLEAN = "clean"
    UNREACHED = "unreached"  # an earlier candidate ended the kernel
    UNSURE = "unsure"  # its control failed, or the kernel did not outlive it


@dataclass(frozen=True)
class Outcome:
    """What a candidate observed, and its mark."""

    candidate: Candidate
    observations: tuple[Observation, ...]
    verdict: CellVerdict
    fate: Fate | None = None

    @property
    def share(self) -> float:
        """The share of the points that it earned."""
        return (self.verdict.score or 0.0) / self.verdict.max_score

    @property
    def missed(self) -> frozenset[str]:
        """The names of the observations that differ from the reference's."""
        return frozenset(check.name for check in self.verdict.checks if not check.passed)


@dataclass(frozen=True)
class Setting:
    """How the rounds of a lesson are run. files: what lies beside its notebook."""

    key: AnswerKey
    kernel: str
    timeout_s: int
    salt: str
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Job:
    """A round as it is handed to a worker: plain data."""

    nb: str
    slots: tuple[Slot, ...]
    setting: Setting


@dataclass(frozen=True)
class Report:
    """A candidate's outcome (None where it was not reached) and what it is worth."""

    candidate: Candidate
    state: State
    outcome: Outcome | None = None


def job(made: Round, setting: Setting) -> Job:
    """The job of a round."""
    return Job(nbformat.writes(made.nb), tuple(made.slots), setting)


def work(job: Job) -> list[Report]:
    """Run a round and judge its candidates."""
    run = run_judged(nbformat.reads(job.nb, as_version=4), job.setting)
    return [_report(slot, run, job.setting.key) for slot in job.slots]


def run_judged(nb: NotebookNode, setting: Setting) -> Execution:
    """Run a notebook as a submission is run, beside the lesson's files."""
    with tempfile.TemporaryDirectory(prefix="verify-", ignore_cleanup_errors=True) as folder:
        write_files(Path(folder), setting.files)
        return execute(
            nb,
            workdir=Path(folder),
            judged=True,
            timeout_s=setting.timeout_s,
            kernel_name=setting.kernel,
            env={"NBGRADER_EXECUTION": "autograde", SALT_VARIABLE: setting.salt},
        )


def _report(slot: Slot, run: Execution, key: AnswerKey) -> Report:
    if run.fates.get(slot.cells[0]) is Fate.UNREACHED and slot.control is not None:
        return Report(slot.candidate, State.UNREACHED)
    outcome = _outcome(slot, run, key)
    return Report(slot.candidate, _state(slot, run, key, outcome), outcome)


def _state(slot: Slot, run: Execution, key: AnswerKey, outcome: Outcome) -> State:
    if slot.control is None:
        return State.CLEAN
    # What is right and takes too long may have met a busy machine.
    held_up = outcome.fate is not None and slot.candidate.kind in (Kind.REFERENCE, Kind.RIGHT)
    clean = _controlled(slot.control, run, key) and not held_up
    return State.CLEAN if clean else State.UNSURE


def _controlled(control: range, run: Execution, key: AnswerKey) -> bool:
    if any(index in run.fates for index in control):
        return False
    verdict = _verdict(control[-1], run, key)
    return verdict.score is not None and math.isclose(verdict.score, verdict.max_score)


def _outcome(slot: Slot, run: Execution, key: AnswerKey) -> Outcome:
    fates = [run.fates[index] for index in slot.cells if index in run.fates]
    seen = tuple(read(run.nb.cells[slot.test]))
    return Outcome(slot.candidate, seen, _verdict(slot.test, run, key), next(iter(fates), None))


def _verdict(index: int, run: Execution, key: AnswerKey) -> CellVerdict:
    fates = {0: run.fates[index]} if index in run.fates else {}
    return judge(new_notebook(cells=[run.nb.cells[index]]), key, fates).cells[0]
