"""A small class of real submissions, built, graded and compared with what each must get.

`class/STUDENT/case.json` says what the submission starts from and what must come of it,
`class/STUDENT/answers.py` which cells the student wrote.
"""

from autograder.demo.run import run

__all__ = ["run"]
