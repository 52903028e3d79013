"""Variants that spoil their kernel: caught themselves, and nobody else is judged by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from autograder.build.layout import Place, select
from autograder.build.run import read
from autograder.grade.course_folder import open_course
from autograder.verify import candidates, judging
from autograder.verify.candidates import Candidate, Kind
from autograder.verify.findings import accepted, caught
from autograder.verify.judging import Outcome, State
from autograder.verify.rounds import make
from autograder.verify.run import Lab, judge_all, open_lab

SPOILING = {
    "ends the kernel": "import os\n\n\ndef scale(numbers, factor=2):\n    os._exit(3)",
    "never returns": "def scale(numbers, factor=2):\n    while True:\n        pass",
    "loops in its cell": "while True:\n    pass",
    "replaces what the next exercise uses": "import math\n\nmath.fsum = lambda numbers: 0.0\n\n\n"
    "def scale(numbers, factor=2):\n    return []",
    "deletes what the next exercise uses": "del math\n\n\ndef scale(numbers):\n    return []",
}
RIGHT = Candidate("total", Kind.RIGHT, "sum", "def total(numbers):\n    return float(sum(numbers))")


@pytest.fixture
def lab(place: Place) -> Lab:
    (lesson,) = read(select(place.course_dir, []))
    return open_lab(lesson, open_course(place.course_dir), workers=1)


def judge(lab: Lab, *of: Candidate) -> list[Outcome]:
    return judge_all(lab, of)


@pytest.mark.parametrize("how", SPOILING)
def test_what_spoils_its_kernel_is_judged_and_so_are_the_others(how: str, lab: Lab) -> None:
    spoiling = Candidate("scale", Kind.WRONG, "spoiling", SPOILING[how])
    second = Candidate("scale", Kind.RIGHT, "second", _reference(lab, "scale"))
    found = judge(lab, spoiling, second, RIGHT)
    assert [caught(found[0]), accepted(found[1]), accepted(found[2])] == [True] * 3


@pytest.mark.parametrize("how", ["never returns", "ends the kernel"])
def test_mutants_of_one_round_that_spoil_it(how: str, lab: Lab) -> None:
    mutants = [Candidate("scale", Kind.MUTANT, f"{n}", SPOILING[how]) for n in range(2)]
    same = Candidate("scale", Kind.MUTANT, "same", _reference(lab, "scale"))
    found = judge(lab, *mutants, same, RIGHT)
    assert [caught(each) for each in found] == [True, True, False, False]


def test_a_control_finds_what_was_replaced(lab: Lab) -> None:
    name = "replaces what the next exercise uses"
    wrong = Candidate("total", Kind.WRONG, name, SPOILING[name] + "\n\n\ntotal = None")
    reports = judging.work(judging.job(make(lab.nb, [wrong]), lab.setting))
    assert [each.state for each in reports] == [State.UNSURE]


def test_names_are_put_back(lab: Lab) -> None:
    """A second candidate can't use what the first one, or the reference, has defined."""
    sources = ("helper = 1\n\n\ndef total(numbers):\n    return helper",
               "def total(numbers):\n    return helper",
               "pass")  # fmt: skip
    stubs = [Candidate("total", Kind.STUB, f"{n}", source) for n, source in enumerate(sources)]
    reports = judging.work(judging.job(make(lab.nb, stubs), lab.setting))
    assert [each.state for each in reports] == [State.CLEAN] * 3
    raised = [seen.observed["type"] for r in reports[1:] for seen in r.outcome.observations]
    assert set(raised) == {"NameError"}


def test_random_states_are_put_back(place: Place, edit: Callable[[str, str, str], None]) -> None:
    """The hidden test draws from the global generator: every candidate meets the same numbers."""
    edit("lesson.py", "widgets = {}", "import random\n\nrandom.seed(1)\nwidgets = {}")
    edit("lesson.py", "[1.5, -2.0, 4.0]", "[random.random() for _ in range(3)]")
    (lesson,) = read(select(place.course_dir, []))
    lab = open_lab(lesson, open_course(place.course_dir), workers=1)
    mutants = [replace(RIGHT, kind=Kind.MUTANT, name=f"{n}") for n in range(3)]
    reports = judging.work(judging.job(make(lab.nb, mutants), lab.setting))
    assert [each.state for each in reports] == [State.CLEAN] * 3
    assert all(accepted(each.outcome) for each in reports)


def _reference(lab: Lab, exercise: str) -> str:
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in lab.nb.cells}
    source: str = cells[exercise].source
    return source


def test_stubs(place: Place) -> None:
    (lesson,) = read(select(place.course_dir, []))
    of = {each.name: each.source for each in candidates.stubs(lesson) if each.exercise == "scale"}
    docstring = '"""A new list of the numbers times the factor."""'
    head = "def scale(numbers, factor=2):"
    assert of["pass"] == f"{head}\n    {docstring}\n    pass"
    assert of["return None"] == f"{head}\n    return"
    assert of["return x"] == f"{head}\n    return numbers"
    assert of["untouched"].startswith(f"{head}\n    {docstring}\n    # YOUR CODE HERE")
