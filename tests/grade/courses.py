"""Tiny courses for the tests: no torch, a kernel and a few cells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

CONFIG = (Path(__file__).parents[2] / "nbgrader_config.py").read_text()


def cell(source: str, grade_id: str = "", kind: str = "", points: float | None = None) -> Any:
    """A cell; kind: solution, tests, manual or task."""
    make = new_markdown_cell if kind in ("manual", "task", "text") else new_code_cell
    new = make(source)
    if grade_id:
        new.metadata["nbgrader"] = {
            "schema_version": 3,
            "grade_id": grade_id,
            "grade": kind in ("tests", "manual"),
            "solution": kind in ("solution", "manual"),
            "locked": kind in ("tests", "task", "locked"),
            "task": kind == "task",
            **({"points": points} if points is not None else {}),
        }
    return new


def notebook(*cells: NotebookNode) -> NotebookNode:
    """A notebook for the python3 kernel."""
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=list(cells), metadata=spec)


def write(path: Path, nb: NotebookNode) -> None:
    """Write a notebook where nbgrader looks for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, path)


def solve(nb: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """A copy of `nb` with other sources for the named cells."""
    copy = nbformat.from_dict(json.loads(json.dumps(nb)))
    for each in copy.cells:
        grade_id = each.metadata.get("nbgrader", {}).get("grade_id")
        each.source = answers.get(grade_id, each.source)
    return copy


OBSERVED_SOURCE = notebook(
    cell("# Numbers", kind="text"),
    cell("from course import observe"),
    cell("### Exercise 1. Doubling · ●○○ · 3 min", kind="text"),
    cell(
        "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
        "double",
        "solution",
    ),
    cell(
        "assert double(1) == 2\n### BEGIN HIDDEN TESTS\n"
        'observe("of three", double, 3)\nobserve("of a string", double, "ab")\n'
        "### END HIDDEN TESTS",
        "double_test",
        "tests",
        2,
    ),
    cell("### Exercise 2. Dividing · ●●○ · 5 min", kind="text"),
    cell(
        "def divide(a, b):\n    ### BEGIN SOLUTION\n    return a / b\n    ### END SOLUTION",
        "divide",
        "solution",
    ),
    cell(
        '### BEGIN HIDDEN TESTS\nobserve("six by three", divide, 6, 3)\n'
        'observe("by zero", divide, 1, 0)\n### END HIDDEN TESTS',
        "divide_test",
        "tests",
        3,
    ),
)
RIGHT = {
    "double": "def double(x):\n    return x + x",
    "divide": "def divide(a, b):\n    return a / b",
}
HALF = {
    "double": "def double(x):\n    return x + x",
    "divide": "def divide(a, b):\n    return a / (b or 1)",
}
# What a student is given: no solution, no hidden test.
OBSERVED_RELEASE = solve(
    OBSERVED_SOURCE,
    {
        "double": "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        "double_test": "assert double(1) == 2",
        "divide": "def divide(a, b):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        "divide_test": "",
    },
)


def observed_course(root: Path) -> Path:
    """A course like ours, with one lesson, 01_numbers."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    write(root / "source_notebooks/01_numbers/numbers.ipynb", OBSERVED_SOURCE)
    return root


def hand_in(root: Path, student: str, nb: NotebookNode, where: str = "01_numbers/numbers") -> Path:
    """Put a notebook into a student's submission."""
    path = root / "submitted" / student / f"{where}.ipynb"
    write(path, nb)
    return path
