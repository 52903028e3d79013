"""The answer key: made by running the reference, refused when it does not fit."""

import os
import stat

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.errors import ExecutionError, StaleKey
from autograder.fingerprint import fingerprint
from autograder.key import AnswerKey, key_path, load
from autograder.key_making import ensure


def graded(source):
    cell = new_code_cell(source)
    cell.metadata["nbgrader"] = nbformat.from_dict(
        {"grade_id": "double_test", "grade": True, "solution": False, "points": 1,
         "locked": True, "schema_version": 3, "task": False}
    )  # fmt: skip
    return cell


def source(tmp_path, *tests, before="def double(x):\n    return 2 * x"):
    cells = [new_code_cell("from course import observe"), new_code_cell(before)]
    path = tmp_path / "source.ipynb"
    nbformat.write(new_notebook(cells=[*cells, *map(graded, tests)]), path)
    return path


def test_a_missing_key_is_made_by_running_the_reference_and_then_kept(tmp_path):
    path = key_path(tmp_path, "01_x", "x")
    notebook = source(tmp_path, "observe('three', double, 3)")
    made = ensure(notebook, path)
    assert made.made_because == "There is no answer key yet."
    (observation,) = made.key.cells["double_test"]
    assert observation.observed == {"kind": "int", "value": "6"}
    assert observation.called == "double(3)"
    again = ensure(notebook, path)
    assert again.made_because is None
    assert again.key == made.key
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_a_key_for_another_lesson_or_salt_is_refused(tmp_path):
    notebook = source(tmp_path, "observe('three', double, 3)")
    path = tmp_path / "key.json"
    wanted = fingerprint(nbformat.read(notebook, 4), salt="a")
    path.write_text(AnswerKey({}, wanted).to_json())
    assert load(path, wanted).cells == {}
    with pytest.raises(StaleKey, match="another salt"):
        load(path, fingerprint(nbformat.read(notebook, 4), salt="b"))
    with pytest.raises(StaleKey, match="another lesson"):
        load(path, fingerprint(new_notebook(cells=[new_code_cell("1")]), salt="a"))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 0}', '{"version": 1}'])
def test_a_key_that_cannot_be_read_is_refused(text):
    with pytest.raises(StaleKey, match="can't be read"):
        AnswerKey.from_json(text)


def test_a_plain_nbgrader_notebook_needs_no_kernel(tmp_path):
    notebook = source(tmp_path, "assert double(2) == 4", before="raise RuntimeError")
    made = ensure(notebook, tmp_path / "key.json")
    assert made.key.cells == {}
    assert made.made_because is None
    assert not (tmp_path / "key.json").exists()


FAULTS = {
    "observe('a', double, 'x' * 9999)": "can't be compared",
    "observe('a', double, 1)\nobserve('a', double, 2)": "twice",
    "observe('a', undefined, 1)": "raised NameError in cell 3",
    "observe('a', lambda: [object()])": "can't be compared",
    "observe('a', lambda: undefined)": "the reference raises NameError",
    "observe('a', lambda: (_ for _ in ()).throw(NotImplementedError))": "raises NotImpl",
}


@pytest.mark.parametrize(("test", "words"), FAULTS.items(), ids=FAULTS.values())
def test_a_reference_that_cannot_be_a_key_is_refused(tmp_path, test, words):
    with pytest.raises(ExecutionError, match=words):
        ensure(source(tmp_path, test), tmp_path / "key.json")


def test_a_reference_that_ends_its_kernel_is_refused(tmp_path):
    notebook = source(tmp_path, "observe('a', double, 1)", before="import os; os._exit(1)")
    with pytest.raises(ExecutionError, match="cell 2 exited"):
        ensure(notebook, tmp_path / "key.json")


def test_the_reference_runs_beside_its_files_and_other_files_need_another_key(tmp_path):
    notebook = source(tmp_path, "observe('read', lambda: open('data.csv').read())")
    path = tmp_path / "key.json"
    made = ensure(notebook, path, files={"data.csv": b"1,2"})
    assert made.key.cells["double_test"][0].observed == {"kind": "str", "value": "1,2"}
    again = ensure(notebook, path, files={"data.csv": b"1,3"})
    assert again.made_because == "The answer key was made for another data."
