"""Reading lessons/NN_topic/variants.py: known right and known wrong answers, in py:percent.

A variant is a code cell whose header names it:

    # %% variant={"exercise": "add", "name": "by_counting", "is": "right"}

Its source stands in the place of the exercise's whole solution cell. The markdown cell right
before a wrong one is the sentence for the student who made that mistake. `"same_as": "other"`
declares a wrong variant that no test tells from another; it shares that one's sentence.

A mutant of the reference that behaves as the reference does is acknowledged by a markdown cell,
with the reason in words and the mutant's lines as a diff:

    # %% [markdown] equivalent={"exercise": "add"}
    # Addition of numbers commutes.
    #
    # ```diff
    # - return a + b
    # + return b + a
    # ```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from nbformat import NotebookNode

from autograder.build import lesson
from autograder.build.layout import Place
from autograder.build.lesson import Lesson

RIGHT, WRONG = "right", "wrong"
_DIFF = re.compile(r"^```diff\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ .*$", re.MULTILINE)


@dataclass(frozen=True)
class Variant:
    """An answer in the place of a solution cell, and what it is known to be."""

    exercise: str
    name: str
    is_right: bool
    source: str
    sentence: str = ""
    same_as: str | None = None


@dataclass(frozen=True)
class Equivalent:
    """Mutants of an exercise's reference that no test can tell from it, each by its diff."""

    exercise: str
    diffs: tuple[str, ...]
    reason: str


class Text(Lesson):
    """The text of a variants.py, cell by cell, as a lesson's is read."""

    @cached_property
    def name(self) -> str:
        """The file as messages name it."""
        return self.place.shown(self.place.variants)

    @property
    def variants(self) -> list[Variant]:
        """Every variant, in order (of a text that keeps the rules)."""
        cells = enumerate(self.nb.cells)
        found = [self._variant(i, cell) for i, cell in cells if "variant" in cell.metadata]
        sentences = {(each.exercise, each.name): each.sentence for each in found}
        return [
            replace(each, sentence=sentences[each.exercise, each.same_as]) if each.same_as else each
            for each in found
        ]

    @property
    def equivalents(self) -> list[Equivalent]:
        """Every acknowledgement, in order (of a text that keeps the rules)."""
        cells = [cell for cell in self.nb.cells if "equivalent" in cell.metadata]
        return [
            Equivalent(cell.metadata.equivalent["exercise"], tuple(diffs(cell)), reason(cell))
            for cell in cells
        ]

    def _variant(self, index: int, cell: NotebookNode) -> Variant:
        of: dict[str, Any] = cell.metadata.variant
        wrong = of["is"] == WRONG
        sentence = self.sentence(index) if wrong else ""
        return Variant(
            of["exercise"], of["name"], not wrong, cell.source, sentence, of.get("same_as")
        )

    def sentence(self, index: int) -> str:
        """What the markdown cell before the cell says, headings aside; "" where there is none."""
        before = self.nb.cells[index - 1] if index else None
        if before is None or before.cell_type != "markdown" or "equivalent" in before.metadata:
            return ""
        return _HEADING.sub("", before.source).strip()


def read(place: Place) -> Text | None:
    """A lesson's variants, not yet checked; None when it has none. LessonError for no text."""
    if not place.variants.exists():
        return None
    return parse(place, lesson.text_of(place, place.variants))


def parse(place: Place, text: str) -> Text:
    """The variants that `text` holds."""
    header, blocks, cells = lesson.cells(place.shown(place.variants), text)
    return Text(place, header, blocks, NotebookNode(cells=cells))


def diffs(cell: NotebookNode) -> Iterator[str]:
    """Each diff of an acknowledgement, in the form that a mutant's own has."""
    for block in _DIFF.findall(cell.source):
        yield normal(block)


def reason(cell: NotebookNode) -> str:
    """What an acknowledgement says besides its diffs."""
    return _HEADING.sub("", _DIFF.sub("", cell.source)).strip()


def normal(diff: str) -> str:
    """A diff's lines, each a sign, one blank and the code without its indentation."""
    lines = [line for line in diff.splitlines() if line.strip()]
    return "\n".join(f"{line[0]} {line[1:].strip()}" for line in lines)
