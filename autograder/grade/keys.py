"""The answer key of a notebook of this course, made when it is missing or stale."""

from __future__ import annotations

from collections.abc import Callable

from autograder.grade.course_folder import CourseFolder
from autograder.grade.known import known_variants
from autograder.grade.pipeline import RunSettings
from autograder.grade.plan import source_files
from autograder.key import AnswerKey, key_path
from autograder.key_making import ensure


def answer_key(
    course: CourseFolder,
    assignment: str,
    notebook: str,
    run: RunSettings,
    say: Callable[[str], None],
) -> AnswerKey:
    """The key to judge by; without cells for a notebook that observes nothing.

    Says so when the reference and the known wrong answers had to be run. ExecutionError when
    the reference did not run to its end.
    """
    source = course.source(assignment) / f"{notebook}.ipynb"
    if not source.exists():
        return AnswerKey({}, {})
    path = key_path(course.root, assignment, notebook)
    variants = known_variants(course, assignment, run.salt)
    files = source_files(course, assignment)
    ensured = ensure(source, path, salt=run.salt, variants=variants, files=files)
    if ensured.made_because:
        say(f"Made the answer key of {assignment}/{notebook}: {_lower(ensured.made_because)}")
    return ensured.key


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
