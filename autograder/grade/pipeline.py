"""Execute and judge: the step that both doors share, `autograder grade` and nbgrader's own."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.errors import ExecutionError
from autograder.execute import execute
from autograder.grade.outputs import enter_verdict
from autograder.judge import Verdict, judge
from autograder.kernels import KERNEL_NAME
from autograder.key import SALT_VARIABLE, AnswerKey
from autograder.workdir import write_files

FULL, NONE = "full", "none"
# A notebook's time, in those of a cell: it bounds what its cells take together.
CELLS_AT_THEIR_LIMIT = 20
# What nbgrader sets while it grades; a course's tests may ask for it.
_GRADING = {"NBGRADER_EXECUTION": "autograde"}


@dataclass(frozen=True)
class RunSettings:
    """How a class's notebooks are run: seconds a cell may take, the salt of hidden inputs.

    sandbox: FULL, or NONE to run strangers' code as the instructor, in the notebook's own kernel.
    """

    timeout_s: int = 30
    salt: str = ""
    sandbox: str = FULL


@dataclass(frozen=True)
class Judged:
    """A notebook with its verdict in it, and what running it took (seconds, megabytes)."""

    nb: NotebookNode
    verdict: Verdict
    wall_s: float
    cpu_s: float
    peak_mb: float


def execute_and_judge(
    nb: NotebookNode, key: AnswerKey, files: Mapping[str, bytes], settings: RunSettings
) -> Judged:
    """Run a restored notebook beside `files` in a folder of its own, and judge it.

    A key without cells belongs to a notebook without observations, whose own tests decide.
    ExecutionError when there is no kernel to run it in.
    """
    for cell in nb.cells:
        cell.metadata.pop("tags", None)  # skip-execution would pass a test by not running it
    with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as folder:
        workdir = Path(folder)
        write_files(workdir, files)
        execution = execute(
            nb,
            workdir=workdir,
            judged=bool(key.cells),
            timeout_s=settings.timeout_s,
            total_s=CELLS_AT_THEIR_LIMIT * settings.timeout_s,
            kernel_name=kernel_for(nb, settings),
            env={**_GRADING, SALT_VARIABLE: settings.salt},
        )
    verdict = judge(execution.nb, key, execution.fates)
    enter_verdict(execution.nb, verdict)
    return Judged(execution.nb, verdict, execution.wall_s, execution.cpu_s, execution.peak_mb)


def kernel_for(nb: NotebookNode, settings: RunSettings) -> str:
    """The name of the kernel to run `nb` in; ExecutionError when only an open one could."""
    spec = nb.metadata.get("kernelspec", {})
    if settings.sandbox == NONE:
        return str(spec.get("name") or "python3")
    language = spec.get("language") or "python"
    if language != "python":
        raise ExecutionError(
            f"The sandbox runs Python, and this notebook is for {language}. "
            "With --sandbox=none its own kernel runs it, with all that you may do."
        )
    return KERNEL_NAME
