"""The words that a student reads, to the letter."""

from textwrap import dedent

import numpy as np
import pytest
import torch

from course import check

MATRIX = torch.arange(6.0).reshape(2, 3)
SQUARE = torch.arange(9.0).reshape(3, 3)


def message(function, *args, **kwargs) -> str:
    with pytest.raises(check.CheckFailed) as caught:
        function(*args, **kwargs)
    return str(caught.value)


def cause(actual, expected, compare=check.equal) -> str:
    said = message(compare, actual, expected)
    return said.rpartition("Likely cause: ")[2] if "Likely cause" in said else ""


def test_shape():
    def distance(a, b):
        return a - b

    with pytest.raises(check.CheckFailed) as caught:
        check.equal(distance(torch.ones(3, 1), torch.ones(3)), torch.zeros(3))
    assert str(caught.value) == dedent("""\
        ✗ distance(torch.ones(3, 1), torch.ones(3)): the shape differs
            yours:    (3, 3)
            expected: (3,)
          Likely cause: a (3, 1) met a (3,) and broadcast to (3, 3). \
Give both operands the same shape first.""")


def test_dtype():
    actual = torch.from_numpy(np.ones(2))
    with pytest.raises(check.CheckFailed) as caught:
        check.equal(actual, torch.ones(2))
    assert str(caught.value) == dedent("""\
        ✗ actual: the dtype differs
            yours:    torch.float64
            expected: torch.float32
          Likely cause: float64: this came from NumPy, or float64 met it and won. \
`.to(torch.float32)` after NumPy brings it back.""")


def test_entries():
    actual = torch.tensor([[1.0, 2.0], [3.0, 4.5]])
    with pytest.raises(check.CheckFailed) as caught:
        check.equal(actual, torch.tensor([[1.0, 2.25], [3.0, 4.0]]))
    assert str(caught.value) == dedent("""\
        ✗ actual: 2 of 4 entries differ
             index   yours   expected   off by
            [0, 1]     2.0       2.25    -0.25
            [1, 1]     4.5        4.0     +0.5""")


def test_entries_are_shown_with_the_digits_that_tell_them_apart():
    actual = torch.tensor(1.0, dtype=torch.float64)
    assert "1.0000000000000002" in message(check.equal, actual, actual + 2.3e-16)


def test_none():
    answer = None
    with pytest.raises(check.CheckFailed) as caught:
        check.equal(answer, torch.ones(2))
    assert str(caught.value) == dedent("""\
        ✗ answer: this is None
            yours:    None
            expected: tensor([1.0, 1.0]), torch.float32
          Likely cause: a function that ends without `return` gives None. Is there a `return`?""")


def test_nested_values_name_their_place():
    state = {"layer": [torch.ones(2), torch.ones(3)]}
    with pytest.raises(check.CheckFailed) as caught:
        check.equal(state, {"layer": [torch.ones(2), torch.ones(2)]})
    assert str(caught.value).startswith("✗ state['layer'][1]: the shape differs\n")


def test_keys():
    state = {"weight": 1, "bais": 2}
    with pytest.raises(check.CheckFailed) as caught:
        check.equal(state, {"weight": 1, "bias": 2})
    assert str(caught.value) == dedent("""\
        ✗ state: the keys differ
            yours:    ['weight', 'bais']
            expected: ['weight', 'bias']
          Likely cause: missing: ['bias']; not expected: ['bais'].""")


def test_sequences_are_shown_whole():
    strides = (1, 4)
    with pytest.raises(check.CheckFailed) as caught:
        check.equal(strides, (4, 1))
    assert str(caught.value) == dedent("""\
        ✗ strides: entry [0] differs
            yours:    (1, 4)
            expected: (4, 1)
          Likely cause: the values are right, in reverse order.""")


def test_raises():
    def careful(n):
        if n == 1:
            raise TypeError("an int is wanted")
        if n == 2:
            raise NotImplementedError
        return n

    assert message(check.raises, ValueError, careful, 3) == dedent("""\
        ✗ careful(3): nothing was raised
            yours:    returned 3
            expected: ValueError""")
    assert message(check.raises, ValueError, careful, 1) == dedent("""\
        ✗ careful(1): another exception was raised
            yours:    TypeError: an int is wanted
            expected: ValueError""")
    assert message(check.raises, ValueError, careful, 2).endswith(
        "Likely cause: the exercise is not written yet: replace `raise NotImplementedError()`."
    )
    assert message(check.raises, TypeError, careful, 1, match="float") == dedent("""\
        ✗ careful(1): TypeError was raised, with another message
            yours:    'an int is wanted'
            expected: text that matches 'float'""")


def test_parity(capsys):
    def mine(x):
        return x.abs()

    check.parity(mine, torch.abs, [(torch.tensor([-1.0]),), (torch.ones(2),)])
    assert capsys.readouterr().out == "✓ mine agrees with abs on 2 inputs\n"
    inputs = [(torch.tensor([1.0, 2.0]),), (torch.tensor([-1.0, 2.0]),)]
    assert message(check.parity, mine, torch.positive, inputs) == dedent("""\
        ✗ mine(tensor([-1.0, 2.0]), torch.float32): 1 of 2 entries differ
            index   yours   expected   off by
              [0]     1.0       -1.0       +2
          Likely cause: the signs are lost: an `abs` or a square root of a square too many.""")


def test_parity_says_that_a_stub_is_a_stub():
    def stub(x):
        raise NotImplementedError

    assert message(check.parity, stub, abs, [(1,)]) == dedent("""\
        ✗ stub(1): it raises NotImplementedError
          Likely cause: the exercise is not written yet: replace `raise NotImplementedError()`.""")


def test_pass_names_what_was_checked(capsys):
    check.equal(
        MATRIX.sum(
            0
        ),
        torch.tensor([3.0, 5.0, 7.0]),
    )  # fmt: skip
    assert capsys.readouterr().out == "✓ MATRIX.sum( 0 )\n"


def test_without_source_the_value_is_shown(capsys):
    exec("check.equal((1, 2), (1, 2))", {"check": check})
    assert capsys.readouterr().out == "✓ (1, 2)\n"


def test_hostile_repr_is_named():
    class Silent:
        def __repr__(self) -> str:
            raise RuntimeError

    assert "<Silent that cannot be shown: its __repr__ fails>" in message(check.equal, Silent(), 3)


def test_a_long_repr_stays_on_one_line():
    assert max(map(len, message(check.equal, "a\n" * 500, "b").splitlines())) < 100


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        (..., 3, "the `...` is still there"),
        (len, 3, "are the parentheses `()` missing"),
        (3.0, torch.tensor(3.0), "`.item()` or Python's own arithmetic left the tensor"),
        (np.ones(2), torch.ones(2), "`torch.from_numpy(...)` comes back"),
        ([1.0], torch.ones(1), "`torch.stack(...)` joins"),
        (torch.ones(2, 2).max(0), torch.ones(2), "take `.values`"),
        (torch.tensor(3), 3, "`.item()` takes the number out"),
        (torch.ones(3), 3.0, "a reduction such as"),
        (torch.ones(1), [1.0], "`.tolist()` makes it a list"),
        ([1], (1,), "`tuple(...)` around your result"),
        ("3", 3, "this is text"),
        (3.0, 3, "`/` always gives a float"),
        ((i for i in "a"), ["a"], "a generator has no values yet"),
    ],
)
def test_cause_of_a_type(actual, expected, words):
    assert words in cause(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        ((4, 4), (4, 1), "a (4, 1) met a (4,) and broadcast to (4, 4)"),
        ((), (3,), "a reduction without `dim=`"),
        ((3,), (), "one number was expected"),
        ((3,), (3, 1), "`keepdim=True` keeps it"),
        ((3, 1), (3,), "`keepdim=True` kept it"),
        ((3, 2), (2, 3), "transposed"),
        ((5, 3, 2), (5, 2, 3), "transposed"),
        ((2, 3, 4), (4, 2, 3), "in another order"),
        ((6,), (2, 3), "flattened"),
        ((4, 3), (2, 6), "cut up differently"),
        ((4,), (5,), "one too few in dimension 0"),
        ((2, 6), (2, 5), "one too many in dimension 1"),
        ((7, 2), (3, 5), ""),
    ],
)
def test_cause_of_a_shape(actual, expected, words):
    said = cause(torch.zeros(actual), torch.zeros(expected))
    assert words in said
    assert bool(words) == bool(said)


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        (torch.float64, torch.float32, "float64: this came from NumPy"),
        (torch.int64, torch.float32, "integers stayed integers"),
        (torch.float32, torch.int64, "`/` and `.mean()` always give floats"),
        (torch.int64, torch.bool, "a comparison"),
        (torch.bool, torch.int64, "this is what a comparison gives"),
        (torch.complex64, torch.float32, "`.real` or `.abs()`"),
        (torch.bfloat16, torch.float32, "reduced precision stayed"),
    ],
)
def test_cause_of_a_dtype(actual, expected, words):
    assert words in cause(torch.ones(2, dtype=actual), torch.ones(2, dtype=expected))


RAMP = torch.tensor([1.0, 2.0, 4.0, 7.0])


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        (RAMP / 0 * 0, RAMP, "NaN comes from"),
        (RAMP / 0, RAMP, "inf comes from"),
        (RAMP * (1 + 2e-6), RAMP, "only rounding"),
        (SQUARE.T, SQUARE, "transposed: rows and columns"),
        (torch.arange(6).view(2, 3), torch.arange(6).view(3, 2).T, "`reshape` or `view` was used"),
        (torch.zeros(4), RAMP, "everything is 0"),
        (torch.full((4,), 2.0), RAMP, "every entry is the same number"),
        (-RAMP, RAMP, "the sign is reversed"),
        (RAMP.flip(0), RAMP, "in reverse order along dimension 0"),
        (RAMP.roll(1), RAMP, "shifted by one along dimension 0"),
        (RAMP[[1, 0, 3, 2]], RAMP, "their order is not"),
        (RAMP * 4, RAMP, "a sum where a mean was expected?"),
        (RAMP / 4, RAMP, "a mean where a sum was expected?"),
        (RAMP * 2, RAMP, "twice the expected"),
        (RAMP * 0.3, RAMP, "times 0.3"),
        (RAMP + 5, RAMP, "off by a constant: every entry is +5 away"),
        (RAMP**2, RAMP, "is a square root missing?"),
        (RAMP.sqrt(), RAMP, "is a square missing?"),
        (1 / RAMP, RAMP, "the reciprocal"),
        ((RAMP / 2).floor(), RAMP / 2, "after the point is lost"),
        (torch.tensor([1.0, 2.0, 4.0, 0.0]), RAMP, "only the last entry differs"),
        (torch.tensor([0.0, 2.0, 4.0, 7.0]), RAMP, "only the first entry differs"),
        (MATRIX.softmax(0), MATRIX.softmax(1), "sum to 1 along dim=0; along dim=1 was expected"),
        (RAMP < 3, RAMP >= 3, "the mask is inverted"),
        (RAMP * 1j, RAMP * -1j, "the complex conjugate"),
        (2.0, -2.0, "the sign is reversed"),
    ],
)
def test_cause_of_entries(actual, expected, words):
    assert words in cause(actual, expected)


def test_no_cause_is_made_up():
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, 4, 5, generator=generator)
    assert cause(a, b) == ""
    assert cause(3, 5) == ""
