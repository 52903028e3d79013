"""What passes, what fails, and what a check does in a notebook and in a graded kernel."""

import math

import nbformat
import numpy as np
import pytest
import torch

from course import check
from course.errors import CourseError
from course.runner import execute

NAN = float("nan")
CLASSES = torch.tensor([[1, 2, 4], [5, 3, 0]])


class Hostile:
    """Says that it equals everything, and can't be shown."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        raise RuntimeError("no")


SAME = [
    (3, 3),
    (NAN, NAN),
    (math.inf, math.inf),
    (True, True),
    (None, None),
    ("a", "a"),
    (2**60 + 1, 2**60 + 1),
    (np.float32(0.5), 0.5),
    (np.int64(3), 3),
    (np.bool_(True), True),
    (1 + 2j, 1 + 2j),
    ((3, 4), torch.Size((3, 4))),
    (torch.Size((3, 4)), (3, 4)),
    ({"a": [torch.ones(2)]}, {"a": [torch.ones(2)]}),
    (torch.float32, torch.float32),
    (torch.device("cpu"), torch.device("cpu")),
    (int, int),
    (torch.tensor([NAN, 1.0]), torch.tensor([NAN, 1.0])),
    (torch.tensor(-0.0), torch.tensor(0.0)),
    (torch.ones(2, requires_grad=True), torch.ones(2)),
    (torch.nn.Parameter(torch.ones(2)), torch.ones(2)),
    (CLASSES.T.contiguous().T, CLASSES),
    (CLASSES[:, ::2], torch.tensor([[1, 4], [5, 0]])),
    (torch.ones(1).expand(3), torch.ones(3)),
    (torch.empty(0, 3), torch.empty(0, 3)),
    (torch.tensor([1 + 1j]).conj(), torch.tensor([1 - 1j])),
    (torch.ones(3).to_sparse(), torch.ones(3)),
    (np.ones((2, 1)), np.ones((2, 1))),
    (np.array(["a"]), np.array(["a"])),
    (torch.empty(2, device="meta"), torch.empty(2, device="meta")),
]
DIFFERENT = [
    (3, 4),
    (3.0, 3),
    (True, 1),
    (1, True),
    (NAN, 0.0),
    (math.inf, -math.inf),
    (2**60, 2**60 + 1),
    ("a", "b"),
    (None, 0),
    ([1], (1,)),
    ((1,), [1]),
    ((1, 2), (1, 2, 3)),
    ({"a": 1}, {"b": 1}),
    ({"a": 1}, {"a": 2}),
    (Hostile(), 3),
    (Hostile(), torch.ones(1)),
    (Hostile(), "a"),
    ((Hostile(),), (3,)),
    (torch.float32, torch.float64),
    (torch.ones(3, 1), torch.ones(3)),
    (torch.ones(()), torch.ones(1)),
    (torch.ones(()), 1.0),
    (torch.ones(2), torch.ones(2).double()),
    (torch.ones(2), torch.tensor([1.0, NAN])),
    (torch.tensor([True]), torch.tensor([1])),
    (torch.empty(0, 3), torch.empty(3, 0)),
    (np.ones(2), torch.ones(2)),
    (torch.ones(2), np.ones(2)),
    (np.ones(2), np.ones(2, dtype="f4")),
    (torch.tensor([2**63 - 1]), torch.tensor([2**63 - 2])),
]


@pytest.mark.parametrize(("actual", "expected"), SAME)
def test_equal_accepts(actual, expected):
    check.equal(actual, expected)


@pytest.mark.parametrize(("actual", "expected"), DIFFERENT)
def test_equal_refuses(actual, expected):
    with pytest.raises(check.CheckFailed):
        check.equal(actual, expected)


@pytest.mark.parametrize("dtype", [torch.float8_e4m3fn, torch.float16, torch.bfloat16, torch.uint8])
def test_equal_compares_small_dtypes(dtype):
    check.equal(torch.tensor([1.0, 2.0]).to(dtype), torch.tensor([1.0, 2.0]).to(dtype))
    with pytest.raises(check.CheckFailed, match=r"1 of 2 entries differ"):
        check.equal(torch.tensor([1.0, 2.0]).to(dtype), torch.tensor([1.0, 4.0]).to(dtype))


def test_equal_tells_large_unsigned_integers_apart():
    large = torch.tensor([2**63 - 1]).to(torch.uint64)
    check.equal(large, large.clone())
    with pytest.raises(check.CheckFailed):
        check.equal(large, torch.tensor([2**63 - 2]).to(torch.uint64))


def test_close_uses_the_tolerance_of_the_dtype():
    one = torch.ones(2)
    check.close(one + 5e-6, one)
    with pytest.raises(check.CheckFailed):
        check.close(one.double() + 5e-6, one.double())
    check.close(one.double() + 5e-6, one.double(), atol=1e-5)
    check.close(one.half() + 1e-3, one.half())


def test_close_takes_numbers_that_left_a_float32_tensor():
    check.close(torch.tensor(0.1).item(), 0.1)
    with pytest.raises(check.CheckFailed):
        check.close(0.1001, 0.1)


def test_close_keeps_integers_exact_unless_told():
    with pytest.raises(check.CheckFailed):
        check.close(torch.tensor([100]), torch.tensor([101]))
    check.close(torch.tensor([100]), torch.tensor([101]), atol=1)


def test_close_does_not_take_an_int_for_a_float():
    with pytest.raises(check.CheckFailed, match="the type differs"):
        check.close(2, 2.0)


def test_same_values_ignores_the_dtype():
    check.same_values(torch.tensor([1, 2]), torch.tensor([1.0, 2.0]))
    check.same_values(2, 2.0)
    with pytest.raises(check.CheckFailed, match="the shape differs"):
        check.same_values(torch.tensor([[1, 2]]), torch.tensor([1.0, 2.0]))


def test_true():
    check.true(torch.tensor(1) > 0, "positive")
    with pytest.raises(check.CheckFailed, match="✗ positive: this does not hold"):
        check.true(False, "positive")
    with pytest.raises(check.CheckFailed, match="no single truth value"):
        check.true(torch.ones(2) > 0, "positive")


def test_shares_memory(capsys):
    base = torch.zeros(4)
    check.shares_memory(base[1:], base.view(2, 2))
    check.shares_memory(base[2:], base.numpy()[::-1])
    check.shares_memory(base, base.clone(), expected=False)
    check.shares_memory(base[:0], torch.zeros(0), expected=False)
    assert "✓ base[1:] and base.view(2, 2) share memory" in capsys.readouterr().out
    with pytest.raises(check.CheckFailed, match="one is a copy"):
        check.shares_memory(base, base.clone())
    with pytest.raises(check.CheckFailed, match="writing to one changes the other"):
        check.shares_memory(base, base[1:], expected=False)
    with pytest.raises(check.CheckFailed, match="has no memory to share"):
        check.shares_memory(base, [1])


def test_requires_grad():
    leaf = torch.ones(2, requires_grad=True)
    check.requires_grad(leaf * 2)
    check.requires_grad(leaf.detach(), expected=False)
    with pytest.raises(check.CheckFailed, match="requires_grad is lost"):
        check.requires_grad(leaf.detach())
    with pytest.raises(check.CheckFailed, match="still attached"):
        check.requires_grad(leaf, expected=False)
    with pytest.raises(check.CheckFailed, match="this is None"):
        check.requires_grad(None)


def test_parity_gives_each_side_its_own_copy():
    seen = []

    def careless(x):
        seen.append(x.stride())
        return x.add_(1)

    value = torch.arange(6.0).view(2, 3).T
    check.parity(careless, lambda x: x + 1, [(value,)])
    assert seen == [value.stride()]
    assert value[0, 0] == 0


def test_parity_refuses_no_inputs():
    with pytest.raises(check.CheckFailed, match="no inputs"):
        check.parity(abs, abs, [])


def test_check_failed_is_a_course_error_and_an_assertion():
    assert issubclass(check.CheckFailed, CourseError)
    assert issubclass(check.CheckFailed, AssertionError)


@pytest.mark.parametrize(
    ("predicted", "actual"),
    [
        ((3, 4), torch.Size((3, 4))),
        ([3, 4], (3, 4)),
        ("raises", ValueError("x")),
        ("RuntimeError", RuntimeError),
        (Exception, ValueError("x")),
        ("float32", torch.float32),
        ("torch.float32", torch.float32),
        ([[1, 2]], torch.tensor([[1, 2]])),
        (0.333333, 1 / 3),
        (NAN, NAN),
        (" Copy ", "copy"),
        (True, np.bool_(True)),
    ],
)
def test_prediction_is_right(predicted, actual, capsys):
    check.prediction(predicted, actual)
    assert capsys.readouterr().out.startswith("✓ You predicted ")


@pytest.mark.parametrize(
    ("predicted", "actual"),
    [((3,), (3, 3)), (1, True), (3, ValueError("x")), ("raises", 3), (0.3, 1 / 3)],
)
def test_prediction_is_wrong(predicted, actual, capsys):
    check.prediction(predicted, actual)
    assert capsys.readouterr().out.startswith("✗ You predicted ")


def test_prediction_wants_to_be_written_first(capsys):
    check.prediction(..., 3)
    said = capsys.readouterr().out
    assert said == "→ Write your prediction in place of `...` first, then run this cell again.\n"


def test_graded_kernel_neither_stops_nor_prints(monkeypatch, capsys):
    monkeypatch.setenv("PYTORCH_MECHANICS_JUDGE", "1")
    called = []
    check.equal(1, 2)
    check.equal(1, 1)
    check.true(False, "no")
    check.raises(ValueError, called.append, 1)
    check.parity(called.append, abs, [(2,)])
    check.prediction(1, 2)
    check.shares_memory(1, 2)
    assert called == [1, 2]
    assert capsys.readouterr().out == ""


def test_a_notebook_shows_only_the_message(tmp_path):
    code = "from course import check\ndef f(x):\n    return 1\ncheck.equal(f(2),\n    2)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    execute(notebook, tmp_path, 60)
    (error,) = notebook.cells[0].outputs
    assert (error.output_type, error.ename) == ("error", "CheckFailed")
    assert error.traceback == [
        "✗ f(2): the value differs",
        "    yours:    1",
        "    expected: 2",
        "    off by:   -1",
    ]
