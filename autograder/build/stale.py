"""`build --check`: what in the built trees is not what the lessons give, without running them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from nbformat import NotebookNode

from autograder.build import edits, lesson, notebook, outputs, page, rules
from autograder.build.layout import RELEASE, SOURCE, Place, places, select
from autograder.build.lesson import Lesson
from autograder.errors import AutograderError, LessonError


def stale(course_dir: Path, names: Sequence[str] = ()) -> list[str]:
    """A sentence for each thing that is stale, with the command that mends it."""
    found = [what for place in select(course_dir, names) for what in _of_place(place)]
    return found if names else [*found, *_orphans(course_dir), *_of_page(course_dir)]


def _of_place(place: Place) -> Iterator[str]:
    try:
        text = lesson.read(place)
        rules.check(text)
        yield from _of_source(text) or _of_release(text)
    except AutograderError as error:
        yield str(error)


def _of_page(course_dir: Path) -> list[str]:
    try:
        return list(page.stale(course_dir))
    except LessonError:
        return []  # said of the lesson already


def _of_source(text: Lesson) -> list[str]:
    place, built = text.place, edits.source_of(text)
    name = place.shown(place.source)
    if built is None:
        return [f"{name} is not built. {_build(place)}"]
    if built.by_hand:
        return [edits.said(place, built)]
    if not built.follows:
        return [f"{name} is older than {text.name}. {_build(place)}"]
    if notebook.outputs_edited(built.nb):
        return [f"{name} has outputs that the build did not write. {_build(place)}"]
    return _if_rewritten(place, place.source, notebook.dumps(_as_built(built)))


def _of_release(text: Lesson) -> list[str]:
    place, built = text.place, edits.release_of(text)
    name = place.shown(place.release)
    if built is None:
        return [f"{name} is not built. {_build(place)}"]
    if built.by_hand:
        return [edits.said(place, built)]
    if not built.follows:
        return [f"{name} is not what {place.shown(place.source)} gives. {_build(place)}"]
    return _if_rewritten(place, place.release, notebook.dumps(built.expected))


def _as_built(built: edits.Built) -> NotebookNode:
    clean = outputs.clean(built.nb)
    notebook.stamp(clean)
    return clean


def _if_rewritten(place: Place, path: Path, text: str) -> list[str]:
    """Jupyter writes metadata of its own when it saves; the build writes none of it."""
    if path.read_text(encoding="utf-8") == text:
        return []
    return [f"{place.shown(path)} was saved by another program. {_build(place)}"]


def _orphans(course_dir: Path) -> Iterator[str]:
    known = places(course_dir)
    expected = {path for place in known for path in (place.source, place.release)}
    for tree in (SOURCE, RELEASE):
        for path in sorted((course_dir / tree).glob("*/*.ipynb")):
            if path not in expected:
                name = path.relative_to(course_dir).as_posix()
                yield f"{name} is built from no lesson. Delete it, or write its lesson."


def _build(place: Place) -> str:
    return f"Run `autograder build {place.assignment}`."
