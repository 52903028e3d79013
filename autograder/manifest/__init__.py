"""One check over all lessons: that each has what a lesson of this course has.

opening   title, what you can do and build, what comes before, the table of parts
work      exercises, hints, the quiz's reasons
shape     predictions, pictures, an explorer, parity, the bug zoo, the ledger
tree      files of a lesson's folder, its variants, names across the lessons
check     all of them, over a course

`build` has the rules that any graded notebook must keep to; these are the course's own.
"""

from __future__ import annotations

from autograder.manifest.check import problems

__all__ = ["problems"]
