"""A course whose small lesson keeps variants, built."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat

from autograder.build import build

ASSIGNMENT = "01_small"
CONFIG = (Path(__file__).parents[2] / "nbgrader_config.py").read_text()
_MARKS = {"locked": False, "schema_version": 3, "task": False}
_SOLUTION = {**_MARKS, "grade": False, "solution": True, "grade_id": "scale"}
_TEST = {**_MARKS, "grade": True, "solution": False, "locked": True, "grade_id": "scale_test"}

LESSON = f"""\
# %% [markdown]
# # A small lesson

# %%
import random

from course import check, observe

# %% [markdown]
# ## Part 1 · Scaling

# %% [markdown]
# ### Exercise 1. Scale to a sum of 1 · ●○○ · 3 min

# %% nbgrader={json.dumps(_SOLUTION)}
def scale(values):
    ### BEGIN SOLUTION
    total = sum(values)
    return [value / total for value in values]
    ### END SOLUTION

# %% nbgrader={json.dumps({**_TEST, "points": 4})}
### BEGIN HIDDEN TESTS
observe("two", scale, [3.0, 5.0])
observe("three", scale, [2.0, 7.0, 4.0])
observe("negative", scale, [-3.0, 7.5, 2.25])
observe("a sum of 0", scale, [1.0, -1.0])
### END HIDDEN TESTS
check.equal(scale([1.0, 1.0]), [0.5, 0.5])
print("shown after the test")
"""
SENTENCE = "You divide by the largest value. Read Part 1, `sum`."
BY_THE_LARGEST = "def scale(values):\n    return [value / max(values) for value in values]"
RIGHT = "def scale(values):\n    return [value / sum(values) for value in values]"
VARIANTS = f"""\
# %% variant={{"exercise": "scale", "name": "one_line", "is": "right"}}
{RIGHT}

# %% [markdown]
# {SENTENCE}

# %% variant={{"exercise": "scale", "name": "by_the_largest", "is": "wrong"}}
{BY_THE_LARGEST}

# %% [markdown]
# You subtract the sum. Read Part 1.

# %% variant={{"exercise": "scale", "name": "subtracted", "is": "wrong"}}
def scale(values):
    return [value - sum(values) for value in values]

# %% [markdown]
# You leave the values as they are. Read Part 1.

# %% variant={{"exercise": "scale", "name": "left_alone", "is": "wrong"}}
def scale(values):
    return values
"""


def small_course(root: Path) -> Path:
    """The course, with its trees built."""
    folder = root / "lessons" / ASSIGNMENT
    folder.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    (folder / "lesson.py").write_text(LESSON)
    (folder / "variants.py").write_text(VARIANTS)
    build(root)
    return root


def hand_in(root: Path, student: str, answer: str | None, first: str = "") -> None:
    """Hand in the release with this answer, after a cell `first` at the top."""
    nb = nbformat.read(root / "release" / ASSIGNMENT / "small.ipynb", as_version=4)
    for cell in nb.cells:
        if answer is not None and cell.metadata.get("nbgrader", {}).get("grade_id") == "scale":
            cell.source = answer
    if first:
        nb.cells.insert(0, nbformat.v4.new_code_cell(first))
    path = root / "submitted" / student / ASSIGNMENT / "small.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(nb, path)
