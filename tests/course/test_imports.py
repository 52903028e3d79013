"""What `course` may import, found out in a process of its own."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import course

HEAVY = {"torch", "matplotlib", "ipywidgets"}
PACKAGE = Path(course.__file__).parent


def loaded(code: str) -> set[str]:
    """The top-level modules that are loaded after running `code` in a fresh Python."""
    report = "\nimport sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code + report], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def imported(source: str) -> set[str]:
    """The top-level modules that a source file imports anywhere in it."""
    nodes = list(ast.walk(ast.parse(source)))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    with_names = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in plain | with_names}


@pytest.mark.parametrize("code", ["import course", "import course.cli", "import course.doctor"])
def test_nothing_heavy_is_loaded(code):
    assert not loaded(code) & HEAVY


@pytest.mark.parametrize("name", sorted(HEAVY))
def test_the_check_sees_what_is_loaded(name):
    assert name in loaded(f"import course, {name}")


def test_using_a_name_loads_what_it_needs():
    assert "torch" in loaded("from course import check")


def test_no_file_imports_the_autograder():
    guilty = [
        path.name for path in PACKAGE.rglob("*.py") if "autograder" in imported(path.read_text())
    ]
    assert guilty == []


def test_the_check_sees_an_import_anywhere_in_a_file():
    assert "autograder" in imported("def f():\n    from autograder.key import AnswerKey")
    assert "autograder" in imported("import autograder.judge as j")


def test_no_room_of_the_course_loads_the_autograder():
    rooms = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for path in PACKAGE.rglob("*.py")
        if path.name != "__main__.py"
    ]
    assert "course.check" in rooms
    assert "autograder" not in loaded("import " + ", ".join(rooms))


def test_all_equals_what_is_exposed():
    assert sorted(course.__all__) == dir(course)
    for name in course.__all__:
        assert getattr(course, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = course.nothing


def test_the_checks_are_all_exposed():
    from course import check

    public = {
        name
        for name, value in vars(check).items()
        if getattr(value, "__module__", "") == check.__name__ and not name.startswith("_")
    }
    assert public | {"CheckFailed"} == set(check.__all__)
