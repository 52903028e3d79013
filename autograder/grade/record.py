"""Record graded notebooks as nbgrader does: its Autograde, given what was already run.

nbgrader's code creates the student and the submission, copies the files, saves the marks,
applies late penalties and sets permissions. Marks and comments given by hand stay.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from sqlalchemy.exc import SAWarning
from traitlets import Dict
from traitlets.utils.importstring import import_item

from autograder.errors import CourseFolderError
from autograder.grade.course_folder import CourseFolder
from autograder.grade.gradebook import captured_log, open_gradebook, own_programs_first
from autograder.grade.plugin import ExecuteAndJudge
from autograder.results import Mark


class _Recorder(Autograde):
    """Autograde for one submission that was executed elsewhere."""

    executed = Dict(help="The executed notebooks, by file name.")

    def init_notebooks(self) -> None:
        folder = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
        self.assignments = {folder: [f"{folder}/{name}" for name in self.executed]}

    def convert_single_notebook(self, notebook_filename: str) -> None:
        resources = self.init_single_notebook_resources(notebook_filename)
        nb = self.executed[notebook_filename.rpartition("/")[2]]
        self._init_preprocessors()
        output, resources = self.exporter.from_notebook_node(nb, resources)
        self.write_single_notebook(output, resources)

    def _init_preprocessors(self) -> None:
        self.exporter._preprocessors = []
        for each in self.autograde_preprocessors:
            preprocessor = import_item(each) if isinstance(each, str) else each
            if preprocessor not in (Execute, ExecuteAndJudge):
                self.exporter.register_preprocessor(preprocessor)


def record(
    course: CourseFolder, student: str, assignment: str, notebooks: Mapping[str, str]
) -> None:
    """Record executed notebooks (by name, as JSON); CourseFolderError says why it can't be."""
    config = course.config
    directory = CourseDirectory(config=config, student_id=student, assignment_id=assignment)
    executed = {f"{name}.ipynb": _notebook(text) for name, text in notebooks.items()}
    with captured_log() as (logger, log), own_programs_first(), _quiet_database():
        recorder = _Recorder(coursedir=directory, config=config, log=logger, executed=executed)
        recorder.force = True
        try:
            recorder.start()
        except (NbGraderException, SystemExit) as error:
            lines = [line for line in log.getvalue().splitlines() if "Error" in line]
            why = lines[-1] if lines else str(error)
            raise CourseFolderError(f"nbgrader could not record it: {why}") from error


@contextmanager
def _quiet_database() -> Iterator[None]:
    # nbgrader creates a submission in an order that SQLAlchemy 2 remarks upon, to no effect.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Object of type", category=SAWarning)
        yield


def _notebook(text: str) -> NotebookNode:
    nb: NotebookNode = nbformat.reads(text, as_version=4)
    return nb


def read_marks(course: CourseFolder, assignment: str) -> dict[tuple[str, str], Mark]:
    """Every mark of the assignment in the gradebook, by student and notebook."""
    with open_gradebook(course) as gradebook:
        try:
            submissions = gradebook.find_assignment(assignment).submissions
        except MissingEntry:
            return {}
        return {(s.student.id, n.name): _mark(n) for s in submissions for n in s.notebooks}


def read_mark(course: CourseFolder, student: str, assignment: str, notebook: str) -> Mark:
    """The mark just recorded."""
    with open_gradebook(course) as gradebook:
        return _mark(gradebook.find_submission_notebook(notebook, assignment, student))


def _mark(notebook: Any) -> Mark:
    grades = notebook.grades
    by_hand = {g.name: g.manual_score for g in grades if g.manual_score is not None}
    return Mark(
        score=round(float(notebook.score), 4),
        max_score=round(float(notebook.max_score), 4),
        penalty=round(float(notebook.late_submission_penalty or 0), 4),
        awaiting=sum(g.needs_manual_grade for g in grades),
        by_hand=by_hand,
    )
