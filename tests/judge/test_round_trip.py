"""What `observe` sends is what the judge reads: PyTorch is the oracle."""

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.compare import difference
from autograder.observations import Observation, Policy, entries, parse
from course.encoding import encode, encode_exception

EXACT = Policy()
NAMES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32"]
DTYPES = [getattr(torch, name) for name in (*NAMES, "float64", "complex64", "complex128")]


def sent(value, facts=()):
    """A value as it reaches the judge: encoded, through JSON text, schema-checked."""
    payload = {"version": 1, "name": "x", "observed": encode(value, facts)}
    return parse(json.loads(json.dumps(payload))).observed


def differs(expected, observed, facts=(), policy=EXACT):
    return difference(sent(expected, facts), sent(observed, facts), policy)


def tensor_of(dtype, shape, seed):
    numbers = torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * 50
    return (numbers > 0) if dtype == torch.bool else numbers.abs().to(dtype)


shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@settings(max_examples=60, deadline=None)
@given(dtype=st.sampled_from(DTYPES), shape=shapes, seed=st.integers(0, 99))
def test_every_tensor_arrives_as_it_left(dtype, shape, seed):
    tensor = tensor_of(dtype, shape, seed)
    node = sent(tensor)
    assert node["kind"] == "tensor"
    wide = tensor.to(torch.float32) if dtype == torch.bfloat16 else tensor
    np.testing.assert_array_equal(entries(node), wide.numpy())


@settings(max_examples=60, deadline=None)
@given(dtype=st.sampled_from(DTYPES), shape=shapes, seed=st.integers(0, 99))
def test_equal_to_itself_however_it_lies_in_memory(dtype, shape, seed):
    tensor = tensor_of(dtype, shape, seed)
    elsewhere = tensor.mT.contiguous().mT if tensor.ndim > 1 else tensor.clone()
    assert differs(tensor, elsewhere) is None


@settings(max_examples=60, deadline=None)
@given(dtype=st.sampled_from(DTYPES), seed=st.integers(0, 99), data=st.data())
def test_one_changed_entry_is_found(dtype, seed, data):
    tensor = tensor_of(dtype, (3, 2), seed)
    row, column = data.draw(st.integers(0, 2)), data.draw(st.integers(0, 1))
    changed = tensor.clone()
    changed[row, column] = ~tensor[row, column] if dtype == torch.bool else tensor[row, column] + 9
    assert f"1 of 6 entries differ; the first at [{row}, {column}]" in differs(tensor, changed)


@settings(max_examples=80, deadline=None)
@given(
    dtype=st.sampled_from([torch.float16, torch.bfloat16, torch.float32, torch.float64]),
    seed=st.integers(0, 99),
    scale=st.sampled_from([0.0, 1e-8, 1e-6, 1e-4, 1e-2]),
)
def test_tolerance_is_torch_testing_s(dtype, seed, scale):
    expected = tensor_of(dtype, (4,), seed)
    observed = (expected.double() * (1 + scale)).to(dtype)
    try:
        torch.testing.assert_close(observed, expected)
        accepted = True
    except AssertionError:
        accepted = False
    assert (differs(expected, observed) is None) == accepted


PLAIN = [
    None, True, 0, -7, 10**40, 0.5, -0.0, math.inf, -math.inf, math.nan, 1 + 2j, "", "é", (), [],
    (1, [2.0, "x"]), {"a": 1, 2: (None,)}, {1, 2}, range(3), torch.Size([2, 3]), torch.float32,
    torch.device("cpu"), torch.strided, torch.channels_last, np.float32(1.5), np.int64(3),
    np.bool_(True), np.arange(6.0).reshape(2, 3), np.array([], dtype=np.int8),
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_each_plain_value_equals_itself_alone(value):
    assert differs(value, value) is None
    alike = [other for other in PLAIN if differs(value, other) is None]
    # A NumPy scalar is its Python number; +0.0 and 0 differ in type.
    assert all(type(other) is type(value) or isinstance(value, np.generic | float | int | bool)
               for other in alike)  # fmt: skip
    assert len(alike) <= 2


def test_what_may_stand_for_another_and_what_may_not():
    assert differs((2, 3), torch.Size([2, 3])) is None
    assert differs(1.5, np.float32(1.5)) is None
    assert differs([1], (1,)) == "it returned a tuple of 1 item where a list was expected"
    assert differs(True, 1) == "it returned an int (1) where a bool was expected"
    assert differs(3, 3.0) == "it returned a float (3) where an int was expected"
    assert differs(torch.ones(2), np.ones(2)) is not None


def test_facts_are_judged_when_asked_for():
    wanted = torch.ones(2, 3, requires_grad=True)
    assert differs(wanted, torch.ones(2, 3)) is None
    how = differs(wanted, torch.ones(2, 3), ["requires_grad"])
    assert how == "its requires_grad is False, expected True"
    turned = torch.ones(3, 2).mT
    how = differs(torch.ones(2, 3), turned, ["stride"])
    assert how == "its stride is [1, 2], expected [3, 1]"
    assert differs(torch.ones(2, 3), turned, ["contiguous"]) is not None
    assert differs(wanted, wanted * 1, ["is_leaf"]) is not None
    assert sent(wanted, ["device"])["facts"] == {"device": "cpu"}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (object(), "other"),
        (torch.ones(2).to_sparse(), "other"),
        (torch.ones(2, device="meta"), "other"),
        (torch.zeros(1).expand(10**12), "too_large"),
        (list(range(20_000)), "too_large"),
        ("x" * 20_000, "too_large"),
        (10**5000, "too_large"),
    ],
    ids=["object", "sparse", "meta", "expanded", "long list", "long text", "long int"],
)
def test_what_cannot_be_compared_equals_nothing(value, kind):
    node = sent(value)
    assert node["kind"] == kind
    assert difference(node, node, EXACT) is not None


def test_depth_is_bounded():
    value = 1
    for _ in range(50):
        value = [value]
    assert "too_large" in json.dumps(sent(value))


def test_a_list_that_holds_itself_ends():
    value = []
    value.append(value)
    assert "too_large" in json.dumps(sent(value))


def test_an_always_equal_object_equals_nothing():
    class Yes:
        def __eq__(self, other):
            return True

        __hash__ = None

    assert differs(torch.ones(2), Yes()) is not None
    assert differs(3, Yes()) is not None


class Subclassed(torch.Tensor):
    pass


def test_a_parameter_and_a_subclass_are_tensors():
    plain = torch.ones(2)
    assert differs(plain, torch.nn.Parameter(plain)) is None
    assert differs(plain, plain.as_subclass(Subclassed)) is None


def test_conjugate_and_negative_views_arrive_resolved():
    tensor = torch.tensor([1 + 2j, 3 - 1j])
    assert differs(tensor.conj().resolve_conj(), tensor.conj()) is None
    assert differs(tensor.conj().imag.clone(), tensor.conj().imag) is None


def exception(error, facts=()):
    node = encode_exception(error, facts)
    return parse({"version": 1, "name": "x", "observed": node}).observed


def test_exceptions_are_compared_by_type():
    wanted = exception(ValueError("a"))
    assert difference(wanted, exception(ValueError("b")), EXACT) is None
    assert difference(exception(LookupError()), exception(KeyError()), EXACT) is None
    how = difference(wanted, exception(TypeError()), EXACT)
    assert how == "it should raise ValueError, and raised TypeError"
    how = difference(wanted, sent(None), EXACT)
    assert how == "it returned None: is there a `return`? It should raise ValueError."
    how = difference(sent(1), exception(TypeError()), EXACT)
    assert how == "it raised TypeError where it should return a value"


def test_an_unwritten_answer_is_not_taken_for_its_base_class():
    how = difference(exception(RuntimeError()), exception(NotImplementedError()), EXACT)
    assert how == "it is not written yet (NotImplementedError)"


def test_messages_of_exceptions_are_judged_when_asked_for():
    wanted, other = (exception(ValueError(text), ["message"]) for text in ("a", "b"))
    policy = Policy(facts=("message",))
    assert difference(wanted, wanted, policy) is None
    assert "another message" in difference(wanted, other, policy)


def test_one_sided_bounds():
    policy = Policy(at_least=0.9)
    assert differs(1.0, 0.95, policy=policy) is None
    assert differs(1.0, torch.tensor([0.91, 1.0]), policy=policy) is None
    assert differs(1.0, 10**400, policy=policy) is None
    assert differs(1.0, 0.5, policy=policy) == "it is 0.5, below 0.9"
    assert "below 0.9" in differs(1.0, torch.tensor([math.nan]), policy=policy)
    assert differs(1.0, torch.ones(0), policy=policy) == "it is empty"
    assert "where a number" in differs(1.0, "1.0", policy=policy)


def test_shape_is_told_before_dtype_and_dtype_before_entries():
    wanted = torch.zeros(2, 3)
    assert differs(wanted, torch.ones(3, 2, dtype=torch.int64)) == (
        "its shape is (3, 2), expected (2, 3)"
    )
    assert differs(wanted, torch.ones(2, 3).double()) == "its dtype is float64, expected float32"
    assert differs(wanted, wanted + 0.5) == (
        "6 of 6 entries differ; the first at [0, 0]: it is 0.5, off by 0.5"
    )
    assert differs(2.0, 2.5) == "it is 2.5, off by 0.5"
    assert differs(7, 9) == "it is 9, off by 2"
    assert differs((1, 2), (1, 2, 3)) == "it has 3 items, expected 2"
    assert differs([1, 5], [1, 7]) == "item 1: it is 7, off by 2"


def test_no_text_of_a_submission_reaches_the_words():
    secret = "observe-the-hidden-input"
    error = type(secret, (Exception,), {})(secret)
    for wanted in (sent("a"), sent(1), sent(torch.ones(1)), exception(ValueError()), sent({1: 2})):
        for found in (sent(secret), exception(error, ["message"]), sent({secret: secret})):
            assert secret not in difference(wanted, found, EXACT)


def test_an_observation_survives_the_key():
    observation = Observation("n", "f()", sent((1.5, "x")), Policy(("stride",), (0.1, 0.2), 3.0))
    assert parse(json.loads(json.dumps(observation.to_json()))) == observation
