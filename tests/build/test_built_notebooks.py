"""What `build` writes: the same bytes each time, and nothing that the next run would change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.build import build, notebook, outputs, reference
from autograder.build.layout import Place
from autograder.errors import BuildError


def trees(course: Path) -> dict[str, bytes]:
    found = course.glob("*/*/*.ipynb")
    return {path.relative_to(course).as_posix(): path.read_bytes() for path in found}


def test_building_twice_gives_the_same_bytes(course: Path) -> None:
    first = trees(course)
    for path in course.glob("*/*/*.ipynb"):
        path.unlink()
    build(course)
    assert trees(course) == first
    assert set(first) == {"source_notebooks/01_small/small.ipynb", "release/01_small/small.ipynb"}


def test_a_notebook_that_is_as_it_should_be_is_not_written_again(place: Place) -> None:
    before = place.source.stat().st_mtime_ns
    build(place.course_dir)
    assert place.source.stat().st_mtime_ns == before


def test_metadata_is_by_allow_list(place: Place) -> None:
    for path in (place.source, place.release):
        nb = json.loads(path.read_text())
        assert nb["metadata"].keys() == {"kernelspec", "language_info", "pytorch_mechanics"}
        assert nb["metadata"]["language_info"] == {"name": "python"}
        assert (nb["nbformat"], nb["nbformat_minor"]) == (4, 5)
        keys = {key for cell in nb["cells"] for key in cell["metadata"]}
        assert keys <= {"nbgrader", "tags", "deletable", "editable"}


def test_ids_come_from_the_grade_id_or_the_position(place: Place) -> None:
    ids = [cell.id for cell in notebook.load(place.source).cells]
    assert ids == [
        *("cell-1", "cell-2", "cell-3", "cell-4", "add", "add_test"),
        *("cell-7", "quiz", "quiz_test", "cell-10", "cell-11"),
    ]
    assert [cell.id for cell in notebook.load(place.release).cells] == ids


def test_the_source_notebook_is_executed_from_top_to_bottom(place: Place) -> None:
    cells = [c for c in notebook.load(place.source).cells if c.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert cells[1].outputs[0].text == "a line\nanother\n"
    assert cells[1].outputs[1].execution_count == 2


def test_the_release_holds_stubs_and_visible_tests(place: Place) -> None:
    cells = {cell.id: cell for cell in notebook.load(place.release).cells}
    assert cells["add"].source == (
        'def add(a, b):\n    """The sum of `a` and `b`: add(1, 2) is 3."""\n'
        "    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    assert cells["add_test"].source == "assert add(1, 2) == 3"
    assert cells["add_test"].metadata.editable is False
    assert "tempting" not in place.release.read_text()


def test_the_stub_is_the_one_of_the_configuration(place: Place) -> None:
    text = 'c = get_config()\nc.ClearSolutions.code_stub = {"python": "..."}\n'
    (place.course_dir / "nbgrader_config.py").write_text(text)
    build(place.course_dir)
    assert "# YOUR CODE HERE" not in place.release.read_text()


def test_building_leaves_no_gradebook_and_no_other_file(course: Path) -> None:
    names = {path.name for path in course.rglob("*") if path.is_file()}
    assert names == {"lesson.py", "nbgrader_config.py", "small.ipynb", "README.md"}


def test_the_reference_is_the_source_notebook(place: Place) -> None:
    assert reference(place.course_dir, "01_small") == notebook.load(place.source)


def test_a_reference_of_an_older_lesson_is_refused(place: Place) -> None:
    place.lesson.write_text(place.lesson.read_text().replace("a line", "a word"))
    with pytest.raises(BuildError) as caught:
        reference(place.course_dir, "01_small")
    assert str(caught.value) == (
        "source_notebooks/01_small/small.ipynb is not what lessons/01_small/lesson.py gives. "
        "Run `autograder build 01_small`."
    )


def cleaned(output: dict[str, Any]) -> list[Any]:
    cell = {"id": "a", "cell_type": "code", "source": "", "metadata": {"collapsed": True}}
    cell |= {"outputs": [output], "execution_count": 7}
    nb = outputs.clean(notebook.assemble([notebook.node(cell)]))
    assert nb.cells[0].metadata == {}
    assert nb.cells[0].execution_count == 1
    return list(nb.cells[0].outputs)


def shown(data: dict[str, str], **metadata: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": metadata}


def test_a_live_widget_is_dropped_and_its_words_are_kept() -> None:
    view = {"application/vnd.jupyter.widget-view+json": "{}"}
    assert cleaned(shown(view)) == []
    assert cleaned(shown({**view, "text/plain": "Slider"})) == [shown({"text/plain": "Slider"})]


def test_a_picture_is_kept_with_its_size() -> None:
    given = shown({"image/png": "AAAA"}, **{"image/png": {"width": 300, "dpi": 7}}, needs="light")
    assert cleaned(given) == [shown({"image/png": "AAAA"}, **{"image/png": {"width": 300}})]


@pytest.mark.parametrize(
    "text",
    ["0x3f800000", "0x3ff0000000000000", "at 0x10", "look at 0x1f", "the /home page", "ipykernel"],
)
def test_what_only_resembles_an_address_or_a_path_may_stay(text: str) -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": text}
    cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": [stream]}
    assert list(outputs.problems(notebook.assemble([notebook.node(cell)]))) == []
