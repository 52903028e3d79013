"""`autograder demo`: each submission of the class gets the mark that its golden file says."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from autograder import demo
from autograder.demo.cases import cases
from autograder.errors import CourseFolderError

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = {case.student: case.score for case in cases()}


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "demo"
    console = Console(width=120, record=True)
    assert demo.run(ROOT, folder, console), console.export_text()
    return folder


def kept(folder, student):
    path = folder / ".autograder" / "results" / "01_tensors" / f"{student}.json"
    (entry,) = json.loads(path.read_text("utf-8"))["entries"]
    return entry["result"]


def test_the_class_has_one_of_each_outcome():
    assert len(GOLDEN) == 10
    assert GOLDEN["ada"] == 50
    assert GOLDEN["juno"] == GOLDEN["hugo"] == 0
    assert GOLDEN["iris"] is None


@pytest.mark.parametrize("student", [s for s, score in GOLDEN.items() if score is not None])
def test_each_gets_the_mark_of_its_golden_file(class_folder, student):
    result = kept(class_folder, student)
    assert (result["score"], result["max_score"]) == (GOLDEN[student], 50)


@pytest.mark.parametrize("student", GOLDEN)
def test_each_has_a_page(class_folder, student):
    page = class_folder / "feedback" / student / "01_tensors" / "tensors.html"
    assert student in page.read_text("utf-8")


def test_a_cheat_passes_no_check(class_folder):
    assert [check for check in kept(class_folder, "hugo")["checks"] if check["passed"]] == []


def test_a_warning_in_a_right_answer_costs_nothing(class_folder):
    checks = kept(class_folder, "ben")["checks"]
    assert all(check["passed"] for check in checks if check["exercise"] == "contiguous_strides")


def test_another_folder_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(CourseFolderError, match="not a demonstration"):
        demo.run(ROOT, tmp_path)
    assert (tmp_path / "thesis.tex").exists()


def test_without_a_lesson_it_says_where_to_run(tmp_path):
    with pytest.raises(CourseFolderError, match="in a clone of the course"):
        demo.run(tmp_path, tmp_path / "demo")
