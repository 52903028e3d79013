"""Marks from executed cells: each observation once, in its cell, and nothing else counts."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.execute import Fate
from autograder.judge import judge
from autograder.key import AnswerKey
from autograder.observations import MIME, Observation, Policy

ONE = {"kind": "int", "value": "1"}
TWO = {"kind": "int", "value": "2"}


def observation(name, node, called="f(1)", **policy):
    return Observation(name, called, node, Policy(**policy))


def display(name, node):
    payload = Observation(name, "", node).to_json()
    return new_output("display_data", {MIME: payload})


def graded(grade_id, *outputs, points=2, solution=False, kind=new_code_cell):
    cell = kind("")
    if kind is new_code_cell:
        cell.outputs = list(outputs)
    cell.metadata["nbgrader"] = nbformat.from_dict(
        {"grade_id": grade_id, "grade": True, "solution": solution, "points": points,
         "locked": not solution, "schema_version": 3, "task": False}
    )  # fmt: skip
    return cell


KEY = AnswerKey({"f_test": (observation("one", ONE), observation("two", TWO))}, {})


def verdict(*cells, key=KEY, fates=None):
    return judge(new_notebook(cells=list(cells)), key, fates)


def test_each_observation_is_worth_its_share():
    half = verdict(graded("f_test", display("one", ONE), display("two", ONE)))
    assert (half.score, half.max_score) == (1.0, 2.0)
    passed, failed = half.checks
    assert (passed.passed, passed.points, passed.exercise) == (True, 1.0, "f")
    assert failed.message == "f(1): it is 1, off by 1"
    full = verdict(graded("f_test", display("two", TWO), display("one", ONE)))
    assert full.score == 2.0


def test_a_silent_cell_earns_nothing():
    silent = verdict(graded("f_test"))
    assert silent.score == 0
    assert silent.checks[0].message == "f(1): the test did not reach this check"


def test_an_observation_in_another_cell_counts_for_nothing():
    cells = [new_code_cell(""), graded("f_test")]
    cells[0].outputs = [display("one", ONE), display("two", TWO)]
    assert verdict(*cells).score == 0


def test_an_observation_sent_twice_counts_for_nothing():
    twice = verdict(graded("f_test", display("one", ONE), display("one", ONE), display("two", TWO)))
    assert twice.score == 1.0
    assert "observed 2 times" in twice.checks[0].message


@pytest.mark.parametrize("kind", ["execute_result", "stream"])
def test_a_score_that_the_cell_prints_counts_for_nothing(kind):
    claim = (
        new_output("stream", name="stdout", text="2.0")
        if kind == "stream"
        else new_output("execute_result", {"text/plain": "2.0"})
    )
    assert verdict(graded("f_test", claim)).score == 0


def test_warnings_and_stderr_cost_nothing():
    noise = new_output("stream", name="stderr", text="UserWarning: hm")
    assert verdict(graded("f_test", noise, display("one", ONE), display("two", TWO))).score == 2
    assert verdict(graded("plain", noise)).score == 2


def test_an_error_says_where_the_test_stopped_but_not_its_text():
    error = new_output("error", ename="NameError", evalue="hidden input", traceback=["hidden"])
    message = verdict(graded("f_test", error)).checks[0].message
    assert message == "f(1): the test stopped before this check, at the exception NameError"


def test_what_had_come_back_before_a_crash_still_counts():
    died = verdict(graded("f_test", display("one", ONE)), fates={0: Fate.DIED})
    assert died.score == 1.0
    assert "the kernel ended" in died.checks[1].message


@pytest.mark.parametrize("fate", Fate)
def test_every_fate_has_words(fate):
    checks = verdict(graded("f_test"), fates={0: fate}).checks
    assert len(checks[0].message) > 30


def test_a_quiz_answer_is_met_with_its_own_sentence():
    answer = {"kind": "str", "value": "b"}
    key = AnswerKey({"q_test": (observation("1", answer, because={"a": "Tempting, but …"}),)}, {})
    wrong = verdict(graded("q_test", display("1", {"kind": "str", "value": "a"})), key=key)
    assert wrong.checks[0].message == "f(1): Tempting, but …"
    other = verdict(graded("q_test", display("1", {"kind": "str", "value": "c"})), key=key)
    assert other.checks[0].message == "f(1): it is another str"


def test_plain_cells_are_marked_as_nbgrader_does():
    partial = new_output("execute_result", {"text/plain": "0.5"})
    error = new_output("error", ename="AssertionError", evalue="", traceback=[])
    plain = verdict(graded("full"), graded("part", partial), graded("none", error))
    assert [cell.score for cell in plain.cells] == [2, 0.5, 0]
    manual = verdict(graded("essay", solution=True, kind=new_markdown_cell))
    assert manual.cells[0].score is None


def test_a_plain_cell_that_did_not_run_to_its_end_earns_nothing():
    assert verdict(graded("full"), fates={0: Fate.TIMEOUT}).score == 0
