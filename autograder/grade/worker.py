"""What a worker does with one notebook: plain data in, plain data out.

It reads no course folder and no database, so it can run on another machine.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import nbformat

from autograder.errors import AutograderError
from autograder.fingerprint import here
from autograder.grade.pipeline import Judged, RunSettings, execute_and_judge
from autograder.grade.read import read_notebook
from autograder.grade.restore import restore
from autograder.grade.source_cells import NotebookSource
from autograder.judge import Verdict
from autograder.key import AnswerKey, refuse_stale


@dataclass(frozen=True)
class Job:
    """A submitted notebook with all that is needed to grade it.

    data: its bytes as handed in under the name `file`. files: what lies beside it.
    key: the answer key as JSON. settings: nbgrader's, by class.
    """

    student: str
    assignment: str
    file: str
    data: bytes
    source: NotebookSource
    files: Mapping[str, bytes]
    key: str
    settings: Mapping[str, Mapping[str, Any]]
    run: RunSettings


@dataclass(frozen=True)
class Outcome:
    """A graded notebook, or the reason why it was not graded.

    notebook: the executed notebook as JSON, with its verdict in it.
    detail: for whoever maintains the autograder; never shown to a student.
    """

    reason: str = ""
    notebook: str = ""
    verdict: Verdict | None = None
    notes: tuple[str, ...] = ()
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    detail: str = ""


def grade_notebook(job: Job) -> Outcome:
    """Read, restore, execute and judge one notebook. Raises nothing."""
    try:
        read = read_notebook(job.data, job.file)
        key = _key(job)
        nb = restore(read.nb, job.assignment, job.source, job.settings)
        return _graded(execute_and_judge(nb, key, job.files, job.run), read.repairs)
    except AutograderError as error:
        return Outcome(reason=str(error))
    except Exception as error:
        return Outcome(
            # Its text may quote what the kernel sent, and the student reads the reason.
            reason=f"The autograder failed on this submission ({type(error).__name__}).",
            detail=traceback.format_exc(),
        )


def _key(job: Job) -> AnswerKey:
    """The job's key. StaleKey when a worker elsewhere has another torch or machine."""
    key = AnswerKey.from_json(job.key)
    if key.cells:
        refuse_stale(key, here())
    return key


def _graded(judged: Judged, notes: tuple[str, ...]) -> Outcome:
    return Outcome(
        notebook=nbformat.writes(judged.nb),
        verdict=judged.verdict,
        notes=notes,
        wall_s=round(judged.wall_s, 3),
        cpu_s=round(judged.cpu_s, 3),
        peak_mb=round(judged.peak_mb, 1),
    )
