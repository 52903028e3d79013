"""lesson → source notebook: run it, and keep what is the same in every run."""

from __future__ import annotations

import copy
import re
import tempfile
import textwrap
from pathlib import Path

from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from autograder.build import notebook, outputs
from autograder.build.lesson import Lesson
from autograder.errors import LessonError
from autograder.execute import TIMEOUT_NAME, execute
from autograder.key import SALT_VARIABLE

# A lesson runs in 60 s at the most; a single cell that takes longer hangs.
CELL_TIMEOUT_S = 120
# Python shows a deprecation only in __main__; here a call that hides it in a library's
# frame is heard too. What is heard reaches stderr, which no lesson may write to.
_WARNINGS = "default::DeprecationWarning,default::PendingDeprecationWarning"
_TRACEBACK_LINES = 6
_LINE_IN_CELL = re.compile(r"Cell In\[\d+\], line (\d+)")


def run(lesson: Lesson, *, cell_timeout_s: int = CELL_TIMEOUT_S) -> NotebookNode:
    """The lesson's notebook, executed, cleaned and stamped.

    LessonError when a cell raises, hangs, writes to stderr or puts out what changes from
    run to run.
    """
    nb = copy.deepcopy(lesson.nb)
    with tempfile.TemporaryDirectory(prefix="lesson-") as folder:
        _execute(lesson, nb, Path(folder), cell_timeout_s)
    found = [problem.said_of(lesson) for problem in outputs.problems(nb)]
    if found:
        raise LessonError("\n".join(found))
    built = outputs.clean(nb)
    notebook.stamp(built)
    return built


def _execute(lesson: Lesson, nb: NotebookNode, folder: Path, cell_timeout_s: int) -> None:
    # An author's own IPython profile must not change what a lesson puts out.
    env = {"PYTHONWARNINGS": _WARNINGS, "IPYTHONDIR": str(folder / ".ipython"), SALT_VARIABLE: ""}
    try:
        done = execute(
            nb,
            workdir=folder,
            judged=False,
            timeout_s=cell_timeout_s,
            env=env,
            allow_errors=False,
        )
    except CellExecutionError as error:
        index = _last_begun(nb)
        if error.ename == TIMEOUT_NAME:
            what = f"it takes longer than the {cell_timeout_s} s that a cell has"
            raise LessonError(f"{lesson.where(index)}: {what}. Make it faster.") from None
        raise LessonError(_said_of(lesson, index, error)) from None
    for index in done.fates:
        raise LessonError(f"{lesson.where(index)}: the kernel ended while it ran.")


def _last_begun(nb: NotebookNode) -> int:
    """The cell that the kernel was at: it numbers those that it begins."""
    counted = [index for index, cell in enumerate(nb.cells) if cell.get("execution_count")]
    return counted[-1]


def _said_of(lesson: Lesson, index: int, error: CellExecutionError) -> str:
    """Where a cell raised, and the end of its traceback."""
    trace = outputs.plain(error.traceback).rstrip().split("\n")
    # The first frame is the cell's own line; the end is where it went wrong.
    lines = [int(number) for number in _LINE_IN_CELL.findall("\n".join(trace))]
    where = lesson.where(index, lines[0] if lines else None)
    end = "\n".join(trace[-_TRACEBACK_LINES:]).strip("\n")
    said = f"{where}: it raises {error.ename}: {error.evalue}"
    return f"{said}\n{textwrap.indent(end, '    ')}"
