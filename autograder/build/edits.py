"""Whether a built notebook was edited by hand, and the refusal to write over it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from autograder.build import notebook, release
from autograder.build.layout import Place
from autograder.build.lesson import Lesson
from autograder.errors import BuildError


@dataclass(frozen=True)
class Built:
    """A built notebook next to what its lesson gives now (`expected`, never executed)."""

    path: Path
    nb: NotebookNode
    expected: NotebookNode

    @cached_property
    def follows(self) -> bool:
        """Whether its cells are those of the lesson."""
        return notebook.authored(self.nb) == notebook.authored(self.expected)

    @cached_property
    def by_hand(self) -> bool:
        """Whether someone wrote in it what the lesson doesn't say."""
        return not self.follows and notebook.cells_edited(self.nb)

    @cached_property
    def lesson_moved_on(self) -> bool:
        """Whether the lesson has changed, too, since the notebook was built."""
        return not notebook.was_built_from(self.nb, self.expected)


def source_of(lesson: Lesson) -> Built | None:
    """The lesson's source notebook, if there is one."""
    path = lesson.place.source
    return Built(path, notebook.load(path), lesson.nb) if path.exists() else None


def release_of(lesson: Lesson) -> Built | None:
    """The lesson's release, if there is one."""
    path = lesson.place.release
    if not path.exists():
        return None
    return Built(path, notebook.load(path), release.generate(lesson.place, lesson.nb))


def by_hand(lesson: Lesson) -> list[Built]:
    """Those of the lesson's notebooks that were edited by hand."""
    found = (source_of(lesson), release_of(lesson))
    return [built for built in found if built and built.by_hand]


def refuse(lesson: Lesson) -> None:
    """BuildError when building would write over an edit."""
    for built in by_hand(lesson):
        raise BuildError(f"{said(lesson.place, built)} Nothing was written over it.")


def said(place: Place, built: Built) -> str:
    """That a notebook was edited, and the way out."""
    name = place.shown(built.path)
    return (
        f"{name} was edited by hand. `autograder build --adopt {place.assignment}` carries the "
        f"edit into {place.shown(place.lesson)}; `git checkout {name}` drops it."
    )
