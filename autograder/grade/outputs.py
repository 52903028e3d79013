"""Enter a verdict in the outputs of a notebook's graded cells, where nbgrader reads marks.

nbgrader takes the first error, stderr text or result among a cell's outputs for its mark. So
the verdict is the first: an execute_result whose text is the score. Nothing after it counts.
"""

from __future__ import annotations

from html import escape

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import is_grade

from autograder import observations
from autograder.judge import CellVerdict, Verdict


def enter_verdict(nb: NotebookNode, verdict: Verdict) -> None:
    """Put each cell's verdict before what it put out (in place of its observations)."""
    by_id = {cell.grade_id: cell for cell in verdict.cells if cell.score is not None}
    for cell in nb.cells:
        if cell.cell_type == "code" and is_grade(cell):
            judged = by_id.get(cell.metadata.nbgrader.grade_id)
            if judged is not None:
                kept = [output for output in cell.outputs if _is_for_people(output)]
                cell.outputs = [_result(judged), *kept]


def _is_for_people(output: NotebookNode) -> bool:
    return observations.MIME not in output.get("data", {})


def _result(cell: CellVerdict) -> NotebookNode:
    data = {"text/plain": repr(float(cell.score or 0)), "text/html": as_html(cell)}
    output: NotebookNode = new_output("execute_result", data=data, execution_count=None)
    return output


def as_html(cell: CellVerdict) -> str:
    """The verdict for an instructor in formgrader."""
    rows = "".join(
        f"<li><strong>{'passed' if check.passed else 'not passed'}</strong> "
        f"{escape(check.name)}{_because(check.message)}{_because(check.misconception)}</li>"
        for check in cell.checks
    )
    total = f"{cell.score or 0:g} of {cell.max_score:g}"
    return f"<p><strong>{escape(cell.exercise)}</strong>: {total}</p><ul>{rows}</ul>"


def _because(text: str | None) -> str:
    return f"<br>{escape(text)}" if text else ""
