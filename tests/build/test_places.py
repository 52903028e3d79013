"""Which lesson a name means, and folders that are not lessons."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.build.layout import places, select
from autograder.errors import AutograderError


def course(root: Path, *names: str) -> Path:
    for name in names:
        (root / "lessons" / name).mkdir(parents=True)
        (root / "lessons" / name / "lesson.py").touch()
    return root


def refusal(root: Path, *names: str) -> str:
    with pytest.raises(AutograderError) as caught:
        select(root, names)
    return str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["02", "2", "02_autograd", "autograd", "lessons/02_autograd", "lessons/02_autograd/lesson.py"],
)
def test_a_lesson_by_any_of_its_names(name: str, tmp_path: Path) -> None:
    root = course(tmp_path, "01_tensors", "02_autograd")
    assert [place.assignment for place in select(root, [name])] == ["02_autograd"]


def test_all_lessons_in_order_once(tmp_path: Path) -> None:
    root = course(tmp_path, "02_autograd", "01_tensors")
    assert [place.assignment for place in places(root)] == ["01_tensors", "02_autograd"]
    assert select(root, ["02", "01_tensors", "tensors"]) == places(root)


def test_an_unknown_lesson(tmp_path: Path) -> None:
    root = course(tmp_path, "01_tensors", "02_autograd")
    assert refusal(root, "01_tensor") == "There is no lesson 01_tensor. Did you mean 01_tensors?"
    assert refusal(root, "autgrad") == "There is no lesson autgrad. Did you mean autograd?"
    assert refusal(root, "99") == (
        "There is no lesson 99. The lessons are 01_tensors, 02_autograd."
    )


def test_a_folder_badly_named(tmp_path: Path) -> None:
    assert refusal(course(tmp_path, "1-Tensors")) == (
        "lessons/1-Tensors: the folder of a lesson is named by two digits and a topic in small "
        "letters, as 01_tensors. Rename it."
    )


def test_two_lessons_of_one_number(tmp_path: Path) -> None:
    assert refusal(course(tmp_path, "01_a", "01_b")) == (
        "lessons/01_a and lessons/01_b have the same number. Rename one."
    )


def test_a_folder_that_is_no_course(tmp_path: Path) -> None:
    assert refusal(tmp_path) == (
        f"{tmp_path} holds no lesson: lessons/NN_topic/lesson.py is missing. Run this in the "
        "course's folder, or name that with --course-dir."
    )
