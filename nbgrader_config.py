"""The course as nbgrader sees it: stock `nbgrader` commands and formgrader read this."""

from __future__ import annotations

from typing import Any

# nbgrader hands `get_config` to this file when it reads it.
c: Any = get_config()  # type: ignore[name-defined]  # noqa: F821

c.CourseDirectory.source_directory = "source_notebooks"
c.CourseDirectory.release_directory = "release"
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"

# `autograder build` makes the releases and leaves the gradebook alone.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}

# The same two steps as `autograder grade` takes: restore the cells that are not a student's to
# change (deleted ones too), then run the notebook and judge it outside its kernel.
c.OverwriteCells.add_missing_cells = True
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "autograder.grade.restore.RestoreCells",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.grade.plugin.ExecuteAndJudge",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# `autograder grade` writes the feedback. Should nbgrader's own be made in its place, no hidden
# test and no output gets into it.
c.GenerateFeedback.preprocessors = [
    "autograder.grade.for_students.ForStudents",
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

# The salt changes the random inputs of the hidden tests, which the public lessons would give
# away otherwise. Without a line here each course makes one of its own and keeps it in
# .autograder/salt; set one to use the same on several machines. It is a secret.
# c.ExecuteAndJudge.salt = "..."

# Where a link from a student's feedback into the lesson leads. This is where it is when
# nbgrader has fetched the feedback and JupyterLab shows it in a tab of its own; if your lessons
# are published as pages, name their address.
# c.FeedbackPage.lesson_url = "../../../../lab/tree/{assignment}/{notebook}.ipynb#{heading}"
