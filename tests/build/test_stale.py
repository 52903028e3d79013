"""`--check` names what is stale without running anything; `build` writes over no edit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.build import build, notebook, stale
from autograder.build.layout import Place
from autograder.errors import BuildError

SOURCE = "source_notebooks/01_small/small.ipynb"
RELEASE = "release/01_small/small.ipynb"
LESSON = "lessons/01_small/lesson.py"
BUILD = "Run `autograder build 01_small`."


def edit(path: Path, change: Callable[[NotebookNode], object]) -> None:
    """Save a notebook as Jupyter would, with its own formatting."""
    nb = notebook.load(path)
    change(nb)
    nbformat.write(nb, path)


def by_hand(name: str) -> str:
    return (
        f"{name} was edited by hand. `autograder build --adopt 01_small` carries the edit into "
        f"{LESSON}; `git checkout {name}` drops it."
    )


def write_in_the_text(nb: NotebookNode) -> None:
    nb.cells[0].source += "\n\nA sentence more."


def test_nothing_is_stale_after_a_build(course: Path) -> None:
    assert stale(course) == []


def test_nothing_runs(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.build.source.execute", None)
    assert stale(course) == []


def test_a_lesson_newer_than_its_notebook(place: Place) -> None:
    place.lesson.write_text(place.lesson.read_text().replace("a line", "a word"))
    assert stale(place.course_dir) == [f"{SOURCE} is older than {LESSON}. {BUILD}"]


def test_the_authors_own_header_makes_nothing_stale(place: Place) -> None:
    place.lesson.write_text("# A line more.\n" + place.lesson.read_text())
    assert stale(place.course_dir) == []


def test_a_release_that_the_source_does_not_give(place: Place) -> None:
    older = notebook.load(place.release)
    older.cells[0].source = "# An older title"
    notebook.stamp(older)
    place.release.write_text(notebook.dumps(older))
    assert stale(place.course_dir) == [f"{RELEASE} is not what {SOURCE} gives. {BUILD}"]


@pytest.mark.parametrize(("tree", "name"), [("source", SOURCE), ("release", RELEASE)])
def test_a_notebook_edited_by_hand(place: Place, tree: str, name: str) -> None:
    path = getattr(place, tree)
    edit(path, write_in_the_text)
    before = path.read_bytes()
    assert stale(place.course_dir) == [by_hand(name)]
    with pytest.raises(BuildError) as caught:
        build(place.course_dir)
    assert str(caught.value) == by_hand(name) + " Nothing was written over it."
    assert path.read_bytes() == before


def test_a_notebook_made_by_hand(place: Place) -> None:
    edit(place.source, lambda nb: (write_in_the_text(nb), nb.metadata.pop("pytorch_mechanics")))
    assert stale(place.course_dir) == [by_hand(SOURCE)]


def test_outputs_that_the_build_did_not_write(place: Place) -> None:
    edit(place.source, lambda nb: nb.cells[2].outputs.pop())
    said = f"{SOURCE} has outputs that the build did not write. {BUILD}"
    assert stale(place.course_dir) == [said]
    build(place.course_dir)  # an output holds nobody's words: it is made again
    assert stale(place.course_dir) == []


@pytest.mark.parametrize(("tree", "name"), [("source", SOURCE), ("release", RELEASE)])
def test_a_notebook_saved_without_an_edit(place: Place, tree: str, name: str) -> None:
    edit(getattr(place, tree), lambda nb: nb.metadata.language_info.update(version="3.12.1"))
    assert stale(place.course_dir) == [f"{name} was saved by another program. {BUILD}"]
    build(place.course_dir)
    assert stale(place.course_dir) == []


@pytest.mark.parametrize(("tree", "name"), [("source", SOURCE), ("release", RELEASE)])
def test_a_notebook_not_built(place: Place, tree: str, name: str) -> None:
    getattr(place, tree).unlink()
    assert stale(place.course_dir) == [f"{name} is not built. {BUILD}"]


def test_a_notebook_without_a_lesson(course: Path) -> None:
    shutil.copytree(course / "release" / "01_small", course / "release" / "02_gone")
    said = ["release/02_gone/small.ipynb is built from no lesson. Delete it, or write its lesson."]
    assert stale(course) == said
    assert stale(course, ["01"]) == [], "what is asked for is one lesson"


def test_a_file_that_is_no_notebook(place: Place) -> None:
    place.source.write_text("<<<<<<< HEAD\n")
    (said,) = stale(place.course_dir)
    assert said.startswith(f"{place.source} is not a notebook: ")
    assert said.endswith("Restore it (`git checkout`) or delete it, then run `autograder build`.")
    with pytest.raises(BuildError, match="is not a notebook"):
        build(place.course_dir)


BARE = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "execution_count": None}
CELL = {**BARE, "id": "a"}


def saved(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    "content",
    [
        *([], {}, "text", {"nbformat": 3, "worksheets": []}, {"nbformat": 4, "metadata": {}}),
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1]},
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]},
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{**CELL, "id": [1]}]},
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{**CELL, "outputs": 1}]},
        {"nbformat": 4, "nbformat_minor": 5, "cells": [CELL]},
    ],
)
def test_json_that_is_no_notebook(content: object, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="is not a notebook"):
        notebook.load(saved(tmp_path / "small.ipynb", content))


def test_a_notebook_of_an_older_program_is_given_ids(tmp_path: Path) -> None:
    content = {"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": [BARE, CELL, CELL]}
    nb = notebook.load(saved(tmp_path / "small.ipynb", content))
    assert [cell.id for cell in nb.cells] == ["unnamed-1", "a", "unnamed-3"]
