"""Grade a class: nbgrader's folders in, marks in nbgrader's gradebook and feedback out.

read → restore → execute and judge (a worker, plain data in and out) → record → feedback
"""

from __future__ import annotations

from autograder.grade.run import Request, grade
from autograder.grade.screen import Screen
from autograder.results import Entry, Result

__all__ = ["Entry", "Request", "Result", "Screen", "grade"]
