"""Over many tensors, PyTorch's own comparison is the oracle."""

import contextlib
import io

import hypothesis.strategies as st
import torch
from hypothesis import given, settings

from course import check

DTYPES = [
    torch.bool,
    torch.uint8,
    torch.int32,
    torch.int64,
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
    torch.complex64,
]
shapes = st.lists(st.integers(0, 3), max_size=3).map(tuple)
entries = st.sampled_from([0.0, 1.0, 2.0, -1.0, 1.001, float("nan"), float("inf")])


@st.composite
def tensors(draw, shape=None, dtype=None):
    size = draw(shapes) if shape is None else shape
    kind = draw(st.sampled_from(DTYPES)) if dtype is None else dtype
    exact = not (kind.is_floating_point or kind.is_complex)
    values = st.integers(0, 3) if exact else entries
    count = torch.Size(size).numel()
    flat = draw(st.lists(values, min_size=count, max_size=count))
    tensor = torch.tensor(flat).to(kind).reshape(size)
    return tensor.mT.contiguous().mT if tensor.ndim > 1 and draw(st.booleans()) else tensor


@st.composite
def pairs(draw):
    """Two tensors that often agree in shape, dtype or entries."""
    first = draw(tensors())
    return first, draw(
        st.one_of(
            st.just(first.clone()),
            tensors(shape=tuple(first.shape), dtype=first.dtype),
            tensors(shape=tuple(first.shape)),
            tensors(),
        )
    )


def holds(compare, *args, **kwargs) -> bool:
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            compare(*args, **kwargs)
        except check.CheckFailed:
            return False
    return True


def oracle(actual, expected, **tolerance) -> bool:
    try:
        torch.testing.assert_close(actual, expected, equal_nan=True, **tolerance)
    except AssertionError:
        return False
    return True


@given(pairs())
@settings(max_examples=300, deadline=None)
def test_equal_iff_torch_says_so(pair):
    assert holds(check.equal, *pair) == oracle(*pair, rtol=0, atol=0)


@given(pairs())
@settings(max_examples=300, deadline=None)
def test_close_iff_torch_says_so(pair):
    assert holds(check.close, *pair) == oracle(*pair)


@given(pairs(), st.sampled_from([0.0, 1e-4, 1e-2, 0.3]))
@settings(max_examples=200, deadline=None)
def test_close_with_a_tolerance_iff_torch_says_so(pair, tolerance):
    given_ = {"rtol": tolerance, "atol": tolerance}
    assert holds(check.close, *pair, **given_) == oracle(*pair, **given_)


@given(tensors())
@settings(max_examples=100, deadline=None)
def test_requires_grad_and_nesting_change_nothing(tensor):
    tracked = tensor.clone()
    if tensor.is_floating_point() or tensor.is_complex():
        tracked.requires_grad_()
    assert holds(check.equal, {"a": [tracked]}, {"a": [tensor]})


@given(pairs())
@settings(max_examples=100, deadline=None)
def test_nothing_is_changed_by_being_checked(pair):
    before = [tensor.clone() for tensor in pair]
    holds(check.equal, *pair)
    assert all(holds(check.equal, *both) for both in zip(pair, before, strict=True))
