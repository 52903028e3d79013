"""A release is looked through after nbgrader has made it."""

from __future__ import annotations

from typing import Any

import pytest
from nbgrader.preprocessors import ClearOutput

from autograder.build import build, leaks, notebook, release
from autograder.build.layout import Place
from autograder.errors import BuildError


def leaked(place: Place, cell: str, **changes: Any) -> str:
    nb = notebook.load(place.release)
    (found,) = [one for one in nb.cells if one.id == cell]
    found.update(changes)
    with pytest.raises(BuildError) as caught:
        leaks.refuse(place, notebook.load(place.source), nb)
    title, _, listed = str(caught.value).partition("\n")
    assert title == ("release/01_small/small.ipynb was not written: it would show what is hidden.")
    return listed.strip()


def test_a_solution(place: Place) -> None:
    source = "def add(a, b):\n    total = a + b\n    return total\n"
    assert leaked(place, "add", source=source) == (
        "cell 5: the text of a solution or of hidden tests"
    )


def test_a_marker(place: Place) -> None:
    assert leaked(place, "cell-1", source="### BEGIN SOLUTION") == (
        "cell 1: the marker ### BEGIN SOLUTION"
    )


def test_an_observation(place: Place) -> None:
    assert leaked(place, "add_test", source="observe('x', add, 3, 4)") == (
        "cell 6: an observe(...) of the hidden tests"
    )


def test_an_output(place: Place) -> None:
    output = notebook.node({"output_type": "stream", "name": "stdout", "text": "3"})
    assert leaked(place, "cell-3", outputs=[output]) == "cell 3: an output of the reference"


def test_a_leak_ends_the_build_and_nothing_is_written(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = place.source.read_bytes(), place.release.read_bytes()
    place.lesson.write_text(place.lesson.read_text().replace("a line", "a word"))
    # nbgrader's own step that clears outputs goes missing.
    monkeypatch.setattr(ClearOutput, "preprocess", lambda _self, nb, resources: (nb, resources))
    with pytest.raises(BuildError, match="an output of the reference"):
        build(place.course_dir)
    assert before == (place.source.read_bytes(), place.release.read_bytes())


def test_what_nbgrader_refuses_is_said(place: Place) -> None:
    nb = notebook.load(place.source)
    nb.cells[4].source = "### BEGIN SOLUTION"
    with pytest.raises(BuildError) as caught:
        release.generate(place, nb)
    said = str(caught.value)
    assert said.startswith("source_notebooks/01_small/small.ipynb: nbgrader makes no release")
    assert "no end solution statement found" in said
