"""Why a check was not reached, in a sentence for the student."""

from __future__ import annotations

from collections.abc import Mapping

from nbformat import NotebookNode
from nbgrader import utils

from autograder.fates import Fate
from autograder.wording import words

FATES = {
    Fate.TIMEOUT: "it took longer than it may, and was interrupted",
    Fate.HUNG: "it took longer than it may, and could not be interrupted",
    Fate.EXITED: "the kernel ended while it ran: it left, with os._exit, exit or the like",
    Fate.CRASHED: "the kernel ended while it ran: a crash, as from a wrong address",
    Fate.MEMORY: "the kernel ended while it ran: it took more memory than it may",
    Fate.CPU: "the kernel ended while it ran: it took more processor time than it may",
    Fate.DISK: "the kernel ended while it ran: it wrote more to files than it may",
    Fate.FORBIDDEN: "the kernel ended while it ran: it asked the system for what no notebook may",
    Fate.DIED: "the kernel ended while it ran: a crash, an exit, or no memory left",
    Fate.UNREACHED: "it was not run, because earlier cells had ended the kernel too often",
    Fate.OVERTIME: "it was not run, because the notebook as a whole took longer than it may",
}

# What Python and torch raise when a limit of the sandbox is met, by a part of the error's text.
_LIMITS = {
    "MemoryError": "that is more memory than it may have",
    "can't allocate memory": "that is more memory than it may have",
    "Cannot allocate memory": "that is more memory than it may have",
    "File too large": "that is a larger file than it may write",
    "No space left on device": "that is more than it may write",
    "Resource temporarily unavailable": "that is more processes or threads than it may start",
}


def why_missing(nb: NotebookNode, fates: Mapping[int, Fate]) -> dict[int, str]:
    """For each graded cell (by index) why what it should have observed is not there.

    Where it ran to its end, or to an error, but its answer's cell did not, that is said.
    """
    reasons: dict[int, str] = {}
    above: Fate | None = None
    for index, cell in enumerate(nb.cells):
        fate = fates.get(index)
        if utils.is_grade(cell):
            reasons[index] = _why(cell, fate, above)
            above = None
        else:
            above = above or fate
    return reasons


def _why(cell: NotebookNode, fate: Fate | None, above: Fate | None) -> str:
    if fate is not None:
        return FATES[fate]
    if above is not None:
        return f"a cell above it did not run to its end: {FATES[above]}"
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            return f"the test stopped before this check, at {_error(output)}"
    return "the test did not reach this check"


def _error(output: NotebookNode) -> str:
    said = words({"kind": "exception", "type": output.ename, "bases": []})
    text = f"{output.ename}: {output.evalue}"
    limit = next((limit for part, limit in _LIMITS.items() if part in text), None)
    return f"{said} ({limit})" if limit else said
