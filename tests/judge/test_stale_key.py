"""A key is for one lesson, its variants, one salt, torch and machine; another's is refused."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder import fingerprint as fingerprints
from autograder.errors import StaleKey
from autograder.fingerprint import fingerprint, here
from autograder.grade import worker
from autograder.key import AnswerKey, load
from autograder.key_making import Variants, WrongAnswer, ensure
from autograder.observations import Observation

NODE = {"kind": "float", "value": "0x1.91eb851eb851fp+1"}


def notebook(source="observe('three', double, 3.5)", grade_id="double_test"):
    test = new_code_cell(source)
    marks = {"grade_id": grade_id, "grade": True, "solution": False, "points": 1}
    more = {"locked": True, "schema_version": 3, "task": False}
    test.metadata["nbgrader"] = nbformat.from_dict({**marks, **more})
    before = ["from course import observe", "def double(x):\n    return 2 * x"]
    return new_notebook(cells=[*map(new_code_cell, before), test])


def here_but(**other):
    return lambda: {**here(), **other}


@pytest.mark.parametrize("what", ["torch", "machine", "python", "numpy", "course"])
def test_another_machine_s_key_is_refused(tmp_path, monkeypatch, what):
    path = tmp_path / "key.json"
    path.write_text(AnswerKey({}, fingerprint(notebook())).to_json())
    assert load(path, fingerprint(notebook()))
    monkeypatch.setattr(fingerprints, "here", here_but(**{what: "other"}))
    with pytest.raises(StaleKey, match=f"for another {what}"):
        load(path, fingerprint(notebook()))


@pytest.mark.parametrize(
    ("what", "other"),
    [
        ("lesson", {"source": notebook("observe('four', double, 4.5)")}),
        ("lesson", {"source": notebook(grade_id="twice_test")}),
        ("variants", {"variants": "# %%"}),
        ("salt", {"salt": "pepper"}),
    ],
)
def test_the_key_of_something_else_is_refused(tmp_path, what, other):
    path = tmp_path / "key.json"
    path.write_text(AnswerKey({}, fingerprint(notebook())).to_json())
    with pytest.raises(StaleKey, match=f"for another {what}"):
        load(path, fingerprint(**{"source": notebook(), **other}))


def test_a_worker_with_another_torch_refuses_the_key(monkeypatch):
    """As on a cluster whose machines differ from the one that made the key."""
    observation = Observation("three", "", NODE)
    key = AnswerKey({"double_test": (observation,)}, {**here(), "torch": "0.1"})
    job = worker.Job("a", "b", "c", b"{}", None, {}, key.to_json(), {}, None)
    monkeypatch.setattr(worker, "read_notebook", lambda *_: None)
    assert worker.grade_notebook(job).reason == "The answer key was made for another torch."


def test_wrong_answers_are_kept_in_the_key_and_run_again_when_they_change(tmp_path):
    path, source = tmp_path / "key.json", tmp_path / "source.ipynb"
    nbformat.write(notebook(), source)
    seen = [Observation("three", "", NODE)]
    runs = []

    def observe():
        runs.append(1)
        return [WrongAnswer("double_test", "pi", "You return pi.", seen),
                WrongAnswer("gone_test", "x", "Its exercise is gone.", seen)]  # fmt: skip

    made = ensure(source, path, variants=Variants("a", observe)).key
    (misconception,) = made.misconceptions["double_test"]
    assert misconception.sentence == "You return pi."
    assert misconception.observed == {"three": NODE}
    assert set(made.misconceptions) == {"double_test"}
    assert AnswerKey.from_json(path.read_text()) == made
    assert ensure(source, path, variants=Variants("a", observe)).made_because is None
    assert len(runs) == 1
    again = ensure(source, path, variants=Variants("b", observe))
    assert again.made_because == "The answer key was made for another variants."
    assert len(runs) == 2


def test_a_key_of_an_older_form_is_refused():
    with pytest.raises(StaleKey, match="version 1"):
        AnswerKey.from_json('{"version": 1, "cells": {}, "fingerprint": {}}')
