"""`observe`, seen from the notebook: silent for its author, loud for the wrong grader."""

import pytest
import torch

from course import observe
from course.describe import describe, describe_call
from course.errors import CourseError, NoJudge
from course.observation import MIME


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: messages.append(data[MIME]))
    return messages


def double(x):
    return 2 * x


def test_an_author_sees_nothing(sent, monkeypatch, capsys):
    monkeypatch.delenv("PYTORCH_MECHANICS_JUDGE", raising=False)
    observe("two", double, 1)
    observe("raises", double, None)
    assert sent == []
    assert capsys.readouterr().out == ""


def test_a_grader_without_our_judge_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.delenv("PYTORCH_MECHANICS_JUDGE", raising=False)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(NoJudge, match="autograder grade ASSIGNMENT"):
        observe("two", double, 1)


def test_the_judge_is_sent_what_came_back_and_no_verdict(sent, monkeypatch):
    monkeypatch.setenv("PYTORCH_MECHANICS_JUDGE", "1")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    observe("two", double, x=1)
    observe("raises", double, None, facts=["message"])
    two, raises = sent
    assert two == {
        "version": 1, "name": "two", "called": "double(x=1)",
        "observed": {"kind": "int", "value": "2"},
        "policy": {"facts": [], "tolerance": None, "at_least": None, "because": {}},
    }  # fmt: skip
    assert raises["observed"]["type"] == "TypeError"
    assert "unsupported operand" in raises["observed"]["message"]


def test_a_student_s_exit_is_an_observation_and_an_interrupt_is_not(sent, monkeypatch):
    monkeypatch.setenv("PYTORCH_MECHANICS_JUDGE", "1")

    def end(error):
        raise error

    observe("exits", end, SystemExit())
    assert sent[0]["observed"]["type"] == "SystemExit"
    with pytest.raises(KeyboardInterrupt):
        observe("interrupted", end, KeyboardInterrupt())


def test_an_unknown_fact_is_refused():
    with pytest.raises(CourseError, match="no fact 'strides'"):
        observe("two", double, 1, facts=["strides"])


def test_hidden_inputs_change_with_the_salt_and_with_nothing_else(monkeypatch):
    monkeypatch.setenv("PYTORCH_MECHANICS_SALT", "a")
    first = torch.rand(3, generator=observe.generator(0))
    torch.rand(5)  # a student's own draw
    assert torch.equal(first, torch.rand(3, generator=observe.generator(0)))
    assert not torch.equal(first, torch.rand(3, generator=observe.generator(1)))
    monkeypatch.setenv("PYTORCH_MECHANICS_SALT", "b")
    assert not torch.equal(first, torch.rand(3, generator=observe.generator(0)))


def test_the_global_generator_is_left_alone():
    torch.manual_seed(0)
    state = torch.get_rng_state()
    observe.generator(3)
    assert torch.equal(state, torch.get_rng_state())


def test_a_call_is_described_by_structure_and_never_by_entries():
    turned = torch.full((2, 3), 41.5).mT
    assert describe_call(double, (turned,), {"dim": 1}) == (
        "double(a float32 tensor of shape (3, 2), not contiguous, dim=1)"
    )
    assert describe((2, (3,), [None, True])) == "(2, (3,), [None, True])"
    assert describe(torch.ones(1, dtype=torch.int64)) == "an int64 tensor of shape (1,)"
    assert describe(torch.ones((), requires_grad=True)).endswith("shape (), requires_grad")
    for hidden in ("text", 41.5, {"k": 41.5}, [41.5] * 99, {41.5}):
        assert "41.5" not in describe(hidden)
        assert "text" not in describe(hidden)
    assert describe_call(lambda: 1, (), {}) == ""
