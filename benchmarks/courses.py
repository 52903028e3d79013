"""The two classes that are graded: lesson 01, and a small notebook that only imports torch."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
SPEC = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
SMALL, LESSON = "small", "01_tensors"


def make_course(folder: Path, assignment: str, students: int) -> None:
    """An nbgrader course in its default layout; each student hands in the reference."""
    folder.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text("c = get_config()\n")
    name, source = _small() if assignment == SMALL else _lesson()
    _write(folder / "source" / assignment / name, source)
    for number in range(students):
        student = f"student_{number:04}"
        _write(folder / "submitted" / student / assignment / name, source)


def copy_course(course: Path, to: Path) -> Path:
    """The same course once more, nothing graded yet."""
    return Path(shutil.copytree(course, to))


def _write(path: Path, nb: NotebookNode) -> None:
    path.parent.mkdir(parents=True)
    nbformat.write(nb, path)


def _small() -> tuple[str, NotebookNode]:
    answer = _cell("x = torch.ones(2)", grade_id="x", solution=True)
    test = _cell("assert x.sum() == 2", grade_id="x_test", grade=True, locked=True, points=1)
    nb: NotebookNode = new_notebook(
        cells=[new_code_cell("import torch"), answer, test], metadata=SPEC
    )
    return "small.ipynb", nb


def _cell(source: str, **metadata: object) -> NotebookNode:
    defaults = {"schema_version": 3, "grade": False, "solution": False, "locked": False}
    cell: NotebookNode = new_code_cell(source)
    cell.metadata["nbgrader"] = {**defaults, "task": False, **metadata}
    return cell


def _lesson() -> tuple[str, NotebookNode]:
    path = next((ROOT / "source_notebooks" / LESSON).glob("*.ipynb"))
    nb: NotebookNode = nbformat.read(path, as_version=4)
    return path.name, nb
