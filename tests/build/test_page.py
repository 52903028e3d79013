"""The course page is made of the lessons, and `--check` says when it is not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from autograder.build import build, page, stale
from autograder.build.entry import entry
from autograder.build.layout import Place
from autograder.build.lesson import parse
from autograder.errors import LessonError

OPENING = """\
# %% [markdown]
# # 02 · Autograd: a graph that is kept
#
# **At the end you can** read the graph.
#
# **You build** an engine, and a `Function`.
#
# **Before this:** 01 Small, 00 Elsewhere, patience.
#
# | Part | You | Minutes |
# |---|---|---|
# | 1 · Slopes | measure | 25 |
# | 2 · Graphs, drawn | look | 40 |

"""
EXERCISE = """\
# %% [markdown]
# ### Exercise 1. Add · ●●○ · 7 min

# %% nbgrader={SOLUTION}
### BEGIN SOLUTION
added = 3
### END SOLUTION

# %% nbgrader={TEST}
### BEGIN HIDDEN TESTS
observe("sum", lambda: added)
### END HIDDEN TESTS
assert added
"""
SOLUTION = {"grade": False, "grade_id": "add", "locked": False, "solution": True}
TEST = {"grade": True, "grade_id": "add_test", "locked": True, "points": 4, "solution": False}
for name, role in (("SOLUTION", SOLUTION), ("TEST", TEST)):
    header = json.dumps({**role, "schema_version": 3, "task": False})
    EXERCISE = EXERCISE.replace(f"{{{name}}}", header)


def test_what_a_lesson_says_of_itself(tmp_path: Path) -> None:
    said = entry(parse(Place(tmp_path, "02_autograd"), OPENING + EXERCISE))
    assert (said.label, said.subtitle) == ("02 Autograd", "a graph that is kept")
    assert said.before == (("01", "Small"), ("00", "Elsewhere"))
    assert [(p.number, p.title, p.minutes) for p in said.parts] == [
        (1, "Slopes", 25),
        (2, "Graphs, drawn", 40),
    ]
    (one,) = said.exercises
    assert (one.number, one.title, one.difficulty, one.minutes) == (1, "Add", "●●○", 7)
    assert (one.name, one.points, one.cell) == ("add", 4.0, 2)
    assert (said.minutes, said.points) == (65, 4.0)


def test_what_a_lesson_does_not_say_is_empty(tmp_path: Path) -> None:
    said = entry(parse(Place(tmp_path, "02_data_sets"), EXERCISE))
    assert (said.label, said.subtitle, said.can, said.builds) == ("02 Data sets", "", "", "")
    assert (said.says_before, said.before, said.parts, said.minutes) == (False, (), (), 7)


def test_the_page_lists_each_lesson_with_links(course: Path) -> None:
    (course / "lessons" / "02_autograd").mkdir()
    (course / "lessons" / "02_autograd" / "lesson.py").write_text(OPENING + EXERCISE)
    text = page.render(course)
    assert (
        "| [02 Autograd](02_autograd/autograd.ipynb) | an engine, and a `Function` | 1 | 4 | 65 "
        "| [01 Small](01_small/small.ipynb), 00 Elsewhere |" in text
    )
    assert "## [02 Autograd](02_autograd/autograd.ipynb): a graph that is kept" in text
    assert "At the end you can read the graph." in text
    assert "| 1. Add | ●●○ | 7 | 4 |" in text
    assert text.count("01_small/small.ipynb") == 3
    assert text.startswith("<!-- Made by `autograder build`")


def test_build_writes_the_page_and_check_reads_it(course: Path) -> None:
    assert (course / "release" / "README.md").read_text("utf-8") == page.render(course)
    assert stale(course) == []


def test_a_page_of_other_lessons_is_stale(course: Path) -> None:
    page.path(course).write_text("# An older page\n")
    said = ["release/README.md is not what the lessons give. Run `autograder build`."]
    assert stale(course) == said
    assert stale(course, ["01"]) == [], "what is asked for is one lesson"
    build(course)
    assert stale(course) == []


def test_a_page_that_is_missing_is_stale(course: Path) -> None:
    page.path(course).unlink()
    assert stale(course) == ["release/README.md is not built. Run `autograder build`."]


def test_a_lesson_that_cannot_be_read_is_said_once(course: Path) -> None:
    shutil.copytree(course / "lessons" / "01_small", course / "lessons" / "02_broken")
    (course / "lessons" / "02_broken" / "lesson.py").write_text("no cell\n")
    (said,) = stale(course)
    assert said.startswith("lessons/02_broken/lesson.py is not py:percent")
    before = page.path(course).read_bytes()
    with pytest.raises(LessonError, match="02_broken"):
        build(course, ["01"])
    assert page.path(course).read_bytes() == before
