"""`--adopt` carries an edit of a built notebook into the lesson, and touches nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.build import adopt, build, notebook, stale
from autograder.build.layout import Place
from autograder.errors import BuildError


def edit(path: Path, change: Callable[[dict[str, NotebookNode], list[NotebookNode]], None]) -> None:
    """Change a notebook's cells (by id, and as a list) and save it as Jupyter would."""
    nb = notebook.load(path)
    change({cell.id: cell for cell in nb.cells}, nb.cells)
    nbformat.write(nb, path)


def refusal(place: Place) -> str:
    before = place.lesson.read_bytes()
    with pytest.raises(BuildError) as caught:
        adopt(place.course_dir)
    assert place.lesson.read_bytes() == before
    return str(caught.value)


def changed_lines(diff: str) -> list[str]:
    return [line for line in diff.splitlines()[2:] if line[0] in "+-"]


def test_nothing_to_adopt(place: Place) -> None:
    before = place.lesson.read_bytes()
    assert adopt(place.course_dir) == []
    assert place.lesson.read_bytes() == before


def test_an_edit_of_a_solution_and_of_text(place: Place) -> None:
    def change(cells: dict[str, NotebookNode], _: list[NotebookNode]) -> None:
        cells["add"].source = cells["add"].source.replace("total = a + b", "total = b + a")
        cells["cell-4"].source += "\n\nTake *two* numbers."

    edit(place.source, change)
    (diff,) = adopt(place.course_dir)
    assert diff.splitlines()[0] == "--- lessons/01_small/lesson.py (before)"
    assert changed_lines(diff) == [
        *("+#", "+# Take *two* numbers."),
        *("-    total = a + b", "+    total = b + a"),
    ]


def test_after_an_adoption_the_build_goes_through(place: Place) -> None:
    edit(place.source, lambda cells, _: cells["cell-3"].update(source='print("another line")'))
    adopt(place.course_dir)
    build(place.course_dir)
    assert stale(place.course_dir) == []
    assert adopt(place.course_dir) == []


def test_cells_added_moved_and_deleted(place: Place) -> None:
    def change(cells: dict[str, NotebookNode], order: list[NotebookNode]) -> None:
        order.remove(cells["cell-11"])
        order.remove(cells["cell-3"])
        order += [cells["cell-3"], new_markdown_cell("# New\n\nwords"), new_code_cell("%pwd\n1")]

    edit(place.source, change)
    adopt(place.course_dir)
    assert place.lesson.read_text().endswith(
        '# %% [markdown] tags=["closing"]\n"""\nThe end, in another style of markdown.\n"""\n\n'
        '# %%\nprint("a line")\nprint("another")\n{"shape": (2, 3)}\n\n'
        "# %% [markdown]\n# # New\n#\n# words\n\n"
        "# %%\n# %pwd\n1\n"
    )


def test_the_style_of_an_edited_cell_is_kept(place: Place) -> None:
    edit(place.source, lambda cells, _: cells["cell-10"].update(source="The very end."))
    (diff,) = adopt(place.course_dir)
    assert changed_lines(diff) == ["-The end, in another style of markdown.", "+The very end."]


def test_an_edit_of_points(place: Place) -> None:
    edit(place.source, lambda cells, _: cells["add_test"].metadata.nbgrader.update(points=5))
    (diff,) = adopt(place.course_dir)
    assert [line[:6] for line in changed_lines(diff)] == ["-# %% ", "+# %% "]
    assert '"points": 5' in diff


def test_text_and_open_cells_of_a_release(place: Place) -> None:
    def change(cells: dict[str, NotebookNode], order: list[NotebookNode]) -> None:
        cells["cell-1"].source = "# A smaller lesson"
        cells["cell-3"].source = 'print("a line")'
        order.insert(1, new_markdown_cell("Begin."))

    edit(place.release, change)
    (diff,) = adopt(place.course_dir)
    assert changed_lines(diff) == [
        *("-# # A small lesson", "-#", "-# Two exercises, one picture's worth of outputs."),
        *("+# # A smaller lesson", "+", "+# %% [markdown]", "+# Begin."),
        *('-print("another")', '-{"shape": (2, 3)}'),
    ]
    build(place.course_dir)
    assert stale(place.course_dir) == []


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("add", "a solution's stub"), ("add_test", "a test without its hidden part")],
)
def test_what_nbgrader_generates_is_not_carried_back(place: Place, cell: str, kind: str) -> None:
    edit(place.release, lambda cells, _: cells[cell].update(source="1 + 1"))
    assert refusal(place) == (
        f'release/01_small/small.ipynb: the edit of "{cell}" can\'t be carried back, the cell is '
        f"{kind}. Edit it in lessons/01_small/lesson.py, then "
        "`git checkout release/01_small/small.ipynb`."
    )


def test_a_graded_cell_deleted_from_a_release(place: Place) -> None:
    edit(place.release, lambda cells, order: order.remove(cells["quiz_test"]))
    assert 'the edit of "quiz_test" can\'t be carried back' in refusal(place)


def test_both_notebooks_edited(place: Place) -> None:
    for path in (place.source, place.release):
        edit(path, lambda cells, _: cells["cell-1"].update(source="# Title"))
    assert refusal(place) == (
        "source_notebooks/01_small/small.ipynb and release/01_small/small.ipynb were both edited "
        "by hand. Drop the edit in one with `git checkout`, and adopt the other."
    )


def test_the_lesson_changed_too(place: Place) -> None:
    place.lesson.write_text(place.lesson.read_text().replace("a line", "a word"))
    edit(place.source, lambda cells, _: cells["cell-1"].update(source="# Title"))
    assert refusal(place) == (
        "source_notebooks/01_small/small.ipynb was edited by hand, and "
        "lessons/01_small/lesson.py has changed since it was built: what is newer can't be told. "
        "Carry the edit over by hand, then `git checkout source_notebooks/01_small/small.ipynb`."
    )


def test_what_percent_text_can_not_say(place: Place) -> None:
    edit(place.source, lambda cells, _: cells["cell-3"].update(source='"""\n# %% a marker\n"""'))
    assert "A line in a string begins with # %%" in refusal(place)
