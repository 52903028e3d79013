"""A small lesson as a student gets it, to be checked by the tests of the command line."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

STUB = "raise NotImplementedError()"


def exercise(number: int, name: str, minutes: int, answer: str, test: str) -> list[NotebookNode]:
    """Heading, answer cell and test cell."""
    return [
        v4.new_markdown_cell(
            f"### Exercise {number}. The {name} · ●●○ · {minutes} min\n\nWrite it.", id=f"{name}_h"
        ),
        v4.new_code_cell(answer, id=name, metadata=_marks(name, solution=True)),
        v4.new_code_cell(test, id=f"{name}_test", metadata=_marks(f"{name}_test", solution=False)),
    ]


def _marks(grade_id: str, *, solution: bool) -> dict[str, dict[str, object]]:
    marks = {"grade_id": grade_id, "schema_version": 3, "solution": solution, "task": False}
    points = {} if solution else {"points": 1}
    return {"nbgrader": {**marks, "grade": not solution, "locked": not solution, **points}}


IMPORTS = "from course import check"
# for tests with a short time limit: importing torch may take longer than that
QUICK_IMPORTS = "import operator\nclass check:\n    equal = operator.eq"


def notebook(first: str = STUB, second: str = STUB, imports: str = IMPORTS) -> NotebookNode:
    """Two exercises, whose answers are given, and a quiz without visible tests."""
    cells = [
        v4.new_code_cell(imports, id="imports"),
        *exercise(1, "sum", 5, f"def add(a, b):\n    {first}", "check.equal(add(1, 2), 3)"),
        *exercise(2, "product", 10, f"def mul(a, b):\n    {second}", "check.equal(mul(2, 3), 6)"),
        *exercise(3, "quiz", 4, "answers = {}", "# your answers are judged after you hand them in"),
    ]
    return v4.new_notebook(cells=cells)


def write(path: Path, content: NotebookNode) -> Path:
    """Write the notebook, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(content, path)
    return path
