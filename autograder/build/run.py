"""`build`: lessons → source notebooks → release, one lesson after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from nbformat import NotebookNode

from autograder.build import edits, lesson, notebook, page, release, rules, source
from autograder.build.layout import Place, select
from autograder.build.lesson import Lesson
from autograder.errors import BuildError, LessonError

Report = Callable[[str, str], None]
Prove = Callable[[Lesson], None]


def build(
    course_dir: Path,
    names: Sequence[str] = (),
    report: Report = lambda _name, _step: None,
    cell_timeout_s: int = source.CELL_TIMEOUT_S,
    prove: Prove | None = None,
) -> list[Place]:
    """Build the lessons that `names` mean (all for none); the places built.

    report(assignment, step) is called as each step begins; prove(lesson) before a lesson with
    variants is written, and raises when its hidden tests have a hole. LessonError lists all
    that is wrong in the lessons' text before anything runs; BuildError when a built notebook
    was edited by hand. Either leaves the trees as they were.
    """
    texts = read(select(course_dir, names))
    for text in texts:
        edits.refuse(text)
    listed = page.render(course_dir)
    for text in texts:
        _build(text, report, cell_timeout_s, prove)
    notebook.write(page.path(course_dir), listed)
    return [text.place for text in texts]


def read(chosen: Sequence[Place]) -> list[Lesson]:
    """The lessons, each by the rules. LessonError with the problems of all of them."""
    texts, wrong = [], []
    for place in chosen:
        try:
            text = lesson.read(place)
            rules.check(text)
            texts.append(text)
        except LessonError as error:
            wrong.append(str(error))
    if wrong:
        raise LessonError("\n".join(wrong))
    return texts


def reference(course_dir: Path, assignment: str) -> NotebookNode:
    """The source notebook of an assignment, whose judged execution gives the answer key.

    BuildError when it is missing or is not what its lesson gives.
    """
    (text,) = read(select(course_dir, [assignment]))
    built = edits.source_of(text)
    if built is None or not built.follows:
        state = "is not built" if built is None else f"is not what {text.name} gives"
        name = text.place.shown(text.place.source)
        raise BuildError(f"{name} {state}. Run `autograder build {text.place.assignment}`.")
    return built.nb


def _build(text: Lesson, report: Report, cell_timeout_s: int, prove: Prove | None) -> None:
    place = text.place
    report(place.assignment, "running")
    built = source.run(text, cell_timeout_s=cell_timeout_s)
    report(place.assignment, "making the release")
    released = release.generate(place, built)
    if prove and place.variants.exists():
        report(place.assignment, "proving its hidden tests")
        prove(text)
    # Both are made before either is written: a failure leaves a pair that belongs together.
    notebook.write(place.source, notebook.dumps(built))
    notebook.write(place.release, notebook.dumps(released))
