"""A release is laid over a student's copy; what the student did stays, whatever happens."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.working_copy import MANIFEST, MARK, root_of, update

NOTEBOOK = "01_sums/sums.ipynb"


@pytest.fixture
def folders(tmp_path):
    """A release with one notebook and a picture, and where the copy goes."""
    release = tmp_path / "release"
    put(release, NOTEBOOK, "one")
    put(release, "01_sums/picture.png", "png")
    put(release, "01_sums/.ipynb_checkpoints/sums.ipynb", "hidden")
    return release, tmp_path / "my_course"


def put(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def test_a_copy_is_laid_without_hidden_files(folders):
    changes = update(*folders)
    assert changes.added == ["01_sums/picture.png", NOTEBOOK]
    laid = sorted(p.relative_to(folders[1]).as_posix() for p in folders[1].rglob("*.*"))
    assert laid == [MANIFEST, "01_sums/picture.png", NOTEBOOK]


def test_an_untouched_file_follows_the_release(folders):
    release, copy = folders
    update(release, copy)
    put(release, NOTEBOOK, "two")
    assert update(release, copy).updated == [NOTEBOOK]
    assert (copy / NOTEBOOK).read_text() == "two"


def test_a_deleted_file_comes_back(folders):
    update(*folders)
    (folders[1] / NOTEBOOK).unlink()
    assert update(*folders).added == [NOTEBOOK]


def test_a_changed_file_is_kept_and_a_newer_one_laid_beside_it_once(folders):
    release, copy = folders
    update(release, copy)
    put(copy, NOTEBOOK, "mine")
    assert update(release, copy).kept == [NOTEBOOK]
    put(release, NOTEBOOK, "two")
    ((name, beside),) = update(release, copy).beside.items()
    assert (name, (copy / beside).read_text()) == (NOTEBOOK, "two")
    assert MARK in beside
    put(copy, beside, "mine too")
    assert update(release, copy).kept == [NOTEBOOK]
    assert (copy / beside).read_text() == "mine too"


def test_what_the_student_adds_is_left_alone(folders):
    update(*folders)
    put(folders[1], "notes.md", "mine")
    update(*folders)
    assert (folders[1] / "notes.md").read_text() == "mine"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"laid": 3}'])
def test_a_spoiled_manifest_loses_no_work(folders, text):
    release, copy = folders
    update(release, copy)
    put(copy, NOTEBOOK, "mine")
    put(copy, MANIFEST, text)
    put(release, NOTEBOOK, "two")
    assert list(update(release, copy).beside) == [NOTEBOOK]
    assert (copy / NOTEBOOK).read_text() == "mine"


def test_the_root_of_a_copy_is_found_from_a_notebook(folders):
    update(*folders)
    assert root_of(folders[1] / NOTEBOOK) == folders[1].resolve()
    assert root_of(folders[0] / NOTEBOOK) is None


@given(steps=st.lists(st.tuples(st.sampled_from(["release", "edit"]), st.sampled_from("abc"))))
def test_an_edit_is_never_lost(tmp_path_factory, steps):
    release, copy = (tmp_path_factory.mktemp(name) for name in ("release", "copy"))
    put(release, NOTEBOOK, "first")
    update(release, copy)
    mine, released = None, {"first"}
    for what, text in steps:
        if what == "edit":
            mine = f"mine {text}"
            put(copy, NOTEBOOK, mine)
        else:
            put(release, NOTEBOOK, text)
            released.add(text)
            update(release, copy)
        present = (copy / NOTEBOOK).read_text()
        assert present == mine if mine else present in released
