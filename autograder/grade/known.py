"""The wrong answers that a course's lesson keeps, for its answer key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbformat import NotebookNode

from autograder.errors import BuildError
from autograder.fingerprint import fingerprint
from autograder.grade.course_folder import CourseFolder
from autograder.key_making import Variants, WrongAnswer

if TYPE_CHECKING:
    from autograder.build.variants import Variant


def known_variants(course: CourseFolder, assignment: str, salt: str) -> Variants | None:
    """The lesson's variants, None where it has none.

    Nothing is run before they are asked to observe. That raises BuildError when the source
    notebook is not what the lesson gives, and LessonError for variants that break a rule.
    """
    path = course.root / "lessons" / assignment / "variants.py"
    if not path.exists():
        return None
    text = path.read_text("utf-8", errors="replace")
    return Variants(text, lambda: _observe(course, assignment, salt))


def _observe(course: CourseFolder, assignment: str, salt: str) -> Iterator[WrongAnswer]:
    # Only here: reading a lesson takes jupytext, which grading by a key that fits does without.
    from autograder.build import lesson, variants
    from autograder.build.layout import Place
    from autograder.verify import observed

    place = Place(course.root, assignment)
    _refuse_other_code(lesson.read(place).nb, place.source)
    text = variants.read(place)
    seen = observed(course.root, assignment, salt=salt)
    for each in filter(_speaks_for_itself, text.variants if text else []):
        yield WrongAnswer(
            f"{each.exercise}_test", each.name, each.sentence, seen[each.exercise][each.name]
        )


def _refuse_other_code(lesson: NotebookNode, source: Path) -> None:
    """BuildError when the variants would meet other tests than a submission does."""
    codes = [fingerprint(nb)["lesson"] for nb in (lesson, nbformat.read(source, as_version=4))]
    if codes[0] != codes[1]:
        name = source.parent.name
        raise BuildError(
            f"{name}/{source.name} is not what lessons/{name}/lesson.py gives. "
            f"Run `autograder build {name}`."
        )


def _speaks_for_itself(variant: Variant) -> bool:
    # Of two that no test tells apart, the one that the other names speaks for both.
    return not variant.is_right and variant.same_as is None
