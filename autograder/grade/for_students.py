"""nbgrader's own `generate_feedback`, and formgrader's button, without what isn't a student's.

They make a page of the whole graded notebook, and put it where ours is. `nbgrader_config.py`
names `ForStudents` before their steps, so that the page holds no hidden test and nothing that
the graded run printed: only the verdict of each test.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

Resources = dict[str, Any]


class ForStudents(NbGraderPreprocessor):
    """Takes hidden tests and outputs out of a graded notebook, and leaves the verdicts."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Make `nb` what its student may read."""
        nb, resources = ClearHiddenTests(parent=self).preprocess(nb, resources)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = cell.outputs[:1] if _is_judged(cell) else []
        return nb, resources


def _is_judged(cell: NotebookNode) -> bool:
    """Whether a verdict is its first output, where `enter_verdict` puts it."""
    first = cell.outputs[0] if cell.outputs else {}
    is_test = is_grade(cell) and not is_solution(cell)
    return bool(is_test and first.get("output_type") == "execute_result")
