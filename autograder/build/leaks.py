"""Nothing that students must not see is left in a release."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from autograder.build.layout import Place
from autograder.build.rules.regions import bodies, is_test, markers
from autograder.errors import BuildError

_OBSERVES = re.compile(r"\bobserve\s*\(")
# Shorter regions (`pass`, `return x`) may stand elsewhere by chance.
_TELLING = 12


def refuse(place: Place, source: NotebookNode, release: NotebookNode) -> None:
    """BuildError naming each cell of the release that holds what it must not."""
    found = list(_leaks(source, release))
    if found:
        listed = "\n".join(f"  {leak}" for leak in found)
        raise BuildError(
            f"{place.shown(place.release)} was not written: it would show what is hidden.\n{listed}"
        )


def _leaks(source: NotebookNode, release: NotebookNode) -> Iterator[str]:
    hidden = [body.strip() for cell in source.cells for body in bodies(cell)]
    telling = [body for body in hidden if len(body) >= _TELLING]
    for index, cell in enumerate(release.cells, 1):
        for what in _held(cell, telling):
            yield f"cell {index}: {what}"
    if len(release.cells) != len(source.cells):
        yield f"it has {len(release.cells)} cells, its source notebook {len(source.cells)}"


def _held(cell: NotebookNode, telling: list[str]) -> Iterator[str]:
    for marker in markers(cell):
        yield f"the marker {marker.text}"
    if any(body in cell.source for body in telling):
        yield "the text of a solution or of hidden tests"
    if is_test(cell) and _OBSERVES.search(cell.source):
        yield "an observe(...) of the hidden tests"
    if cell.get("outputs") or cell.get("execution_count") is not None:
        yield "an output of the reference"
