"""Whatever a kernel sends, the judge neither stops nor believes it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.compare import difference
from autograder.observations import Policy, parse


def tensor(**changes):
    data = base64.b64encode(b"\0" * 8).decode()
    return {"kind": "tensor", "dtype": "float32", "shape": [2], "data": data, **changes}


def observed(node):
    return parse({"version": 1, "name": "x", "observed": node}).observed


def nested(depth):
    node = {"kind": "none"}
    for _ in range(depth):
        node = {"kind": "list", "items": [node]}
    return node


HOSTILE = {
    "huge shape": tensor(shape=[1000000000] * 8),
    "negative shape": tensor(shape=[-2]),
    "wrong shape": tensor(shape=[3]),
    "bad base64": tensor(data="?" * 8),
    "text after base64": tensor(data="AAAAAAAAAAA=\n"),
    "impossible dtype": tensor(dtype="float7"),
    "dtype of another library": tensor(dtype="__class__"),
    "boolean shape": tensor(shape=["2"]),
    "deep": nested(5000),
    "wide": {"kind": "list", "items": [{"kind": "none"}] * 100_001},
    "long int": {"kind": "int", "value": "9" * 5000},
    "int of spaces": {"kind": "int", "value": " 1"},
    "float of code": {"kind": "float", "value": "__import__('os')"},
    "float out of range": {"kind": "float", "value": "0x1.0p+99999"},
    "extra field": {"kind": "none", "value": 1},
    "unknown kind": {"kind": "passed"},
    "no kind": {},
    "not a node": "passed",
    "kind of a list": {"kind": ["none"]},
    "dict of triples": {"kind": "dict", "items": [[{"kind": "none"}] * 3]},
}


@pytest.mark.parametrize("node", HOSTILE.values(), ids=HOSTILE)
def test_a_broken_rule_equals_nothing_not_even_itself(node):
    read = observed(node)
    assert read["kind"] == "malformed"
    assert difference(read, read, Policy()) is not None
    assert difference({"kind": "none"}, read, Policy()) == "what came back is not an observation"


PAYLOADS = [None, [], "x", 1, {}, {"name": 1}, {"version": 2, "name": "x", "observed": tensor()}]


@pytest.mark.parametrize("payload", PAYLOADS, ids=repr)
def test_a_payload_of_another_form_is_kept_as_malformed(payload):
    assert parse(payload).observed["kind"] == "malformed"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["kind", "items", "value", "shape", "data", "dtype", "x"]),
            inner | st.sampled_from(["tensor", "list", "int", "float", "dict", "exception"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_no_json_at_all_stops_the_judge(node):
    read = observed(node)
    difference(read, read, Policy())
    difference({"kind": "float", "value": "0x1.0p+0"}, read, Policy())


def test_the_policy_that_a_submission_sends_is_not_the_one_used():
    sent = parse({"version": 1, "name": "x", "observed": {"kind": "float", "value": "0x1.0p+3"},
                  "policy": {"tolerance": [1e9, 1e9], "at_least": -1e9}})  # fmt: skip
    wanted = {"kind": "float", "value": "0x1.0p+0"}
    assert difference(wanted, sent.observed, Policy()) == "it is 8, off by 7"
