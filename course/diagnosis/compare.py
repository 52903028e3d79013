"""Where two values first differ: type, then shape, then dtype, then entries. Never by broadcasting.

`difference(actual, expected, rule)` is pure: it returns a `Difference` or None, and the caller
decides what to do with it. PyTorch is the measure: NaN equals NaN in the same place, -0.0 equals
0.0, and the tolerances are those of `torch.testing.assert_close`.
"""

from __future__ import annotations

import cmath
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from course.diagnosis import causes, value_causes
from course.diagnosis.entries import gap, plain_pair, same, table
from course.show import kind, shape, show

# (rtol, atol) by dtype: https://docs.pytorch.org/docs/stable/testing.html
TOLERANCES: dict[torch.dtype, tuple[float, float]] = {
    torch.float16: (1e-3, 1e-5),
    torch.bfloat16: (1.6e-2, 1e-5),
    torch.float32: (1.3e-6, 1e-5),
    torch.float64: (1e-7, 1e-7),
    torch.complex32: (1e-3, 1e-5),
    torch.complex64: (1.3e-6, 1e-5),
    torch.complex128: (1e-7, 1e-7),
}
# a Python number often left a float32 tensor by .item()
NUMBER_TOLERANCE = (1.3e-6, 1e-7)


@dataclass(frozen=True)
class Rule:
    """What counts as equal. `exact` ignores the tolerances; None means the dtype's default."""

    exact: bool = True
    rtol: float | None = None
    atol: float | None = None
    judge_dtype: bool = True

    def tolerance(self, dtype: torch.dtype) -> tuple[float, float]:
        """(rtol, atol) for entries of this dtype."""
        return self._or_default(TOLERANCES.get(dtype, (0.0, 0.0)))

    def number_tolerance(self) -> tuple[float, float]:
        """(rtol, atol) for Python's numbers."""
        return self._or_default(NUMBER_TOLERANCE)

    def _or_default(self, default: tuple[float, float]) -> tuple[float, float]:
        if self.exact:
            return 0.0, 0.0
        rtol, atol = default
        return (
            rtol if self.rtol is None else self.rtol,
            atol if self.atol is None else self.atol,
        )


@dataclass(frozen=True)
class Difference:
    """The first thing that differs: where (`[1]['bias']`), what, the evidence, the likely cause."""

    path: str
    problem: str
    rows: tuple[str, ...]
    cause: str | None = None


def difference(actual: Any, expected: Any, rule: Rule, path: str = "") -> Difference | None:
    """The first difference, or None if `actual` is what was expected."""
    if isinstance(expected, torch.Tensor):
        return _tensor(actual, expected, rule, path)
    if kind(expected) == "NumPy array":
        return _array(actual, expected, rule, path)
    if isinstance(expected, Mapping):
        return _mapping(actual, expected, rule, path)
    if isinstance(expected, list | tuple):
        return _sequence(actual, expected, rule, path)
    if isinstance(expected, numbers.Number) and not isinstance(expected, bool):
        return _number(actual, expected, rule, path)
    return _plain(actual, expected, path)


def _two(yours: str, expected: str) -> tuple[str, ...]:
    return (f"yours:    {yours}", f"expected: {expected}")


def _type(actual: Any, expected: Any, path: str) -> Difference:
    cause = causes.of_type(actual, expected)
    if actual is None:
        return Difference(path, "this is None", _two("None", show(expected)), cause)
    rows = _two(f"{kind(actual)}  {show(actual)}", f"{kind(expected)}  {show(expected)}")
    return Difference(path, "the type differs", rows, cause)


def _tensor(actual: Any, expected: torch.Tensor, rule: Rule, path: str) -> Difference | None:
    if not isinstance(actual, torch.Tensor):
        return _type(actual, expected, path)
    if actual.shape != expected.shape:
        cause = causes.of_shape(tuple(actual.shape), tuple(expected.shape))
        rows = _two(shape(actual), shape(expected))
        return Difference(path, "the shape differs", rows, cause)
    if rule.judge_dtype and actual.dtype != expected.dtype:
        cause = causes.of_dtype(actual.dtype, expected.dtype)
        return Difference(
            path, "the dtype differs", _two(str(actual.dtype), str(expected.dtype)), cause
        )
    return _entries(actual, expected, rule, path)


def _entries(
    actual: torch.Tensor, expected: torch.Tensor, rule: Rule, path: str
) -> Difference | None:
    if actual.is_meta or expected.is_meta:  # no values to compare
        return None
    mine, theirs = plain_pair(actual, expected)
    tolerance = rule.tolerance(expected.dtype)
    wrong = ~same(mine, theirs, *tolerance)
    count = int(wrong.sum())
    if not count:
        return None
    total = mine.numel()
    problem = f"{count} of {total} entries differ" if total > 1 else "the value differs"
    rows = table(actual, expected, wrong)
    cause = value_causes.of_values(mine, theirs, max(tolerance[0], 1e-6), max(tolerance[1], 1e-8))
    return Difference(path, problem, rows, cause)


def _array(actual: Any, expected: Any, rule: Rule, path: str) -> Difference | None:
    if kind(actual) != "NumPy array":
        return _type(actual, expected, path)
    try:
        mine, theirs = torch.from_numpy(actual.copy()), torch.from_numpy(expected.copy())
    except TypeError:  # strings and objects have no tensor
        return _plain(actual.tolist(), expected.tolist(), path)
    return _tensor(mine, theirs, rule, path)


def _mapping(actual: Any, expected: Mapping[Any, Any], rule: Rule, path: str) -> Difference | None:
    if not isinstance(actual, Mapping):
        return _type(actual, expected, path)
    missing = [key for key in expected if key not in actual]
    extra = [key for key in actual if key not in expected]
    if missing or extra:
        rows = _two(show(list(actual)), show(list(expected)))
        return Difference(path, "the keys differ", rows, causes.of_keys(missing, extra))
    found = (
        difference(actual[key], value, rule, f"{path}[{show(key)}]")
        for key, value in expected.items()
    )
    return next((one for one in found if one), None)


def _sequence(actual: Any, expected: Sequence[Any], rule: Rule, path: str) -> Difference | None:
    family = list if isinstance(expected, list) else tuple  # torch.Size is a tuple
    if not isinstance(actual, family):
        return _type(actual, expected, path)
    if len(actual) != len(expected):
        rows = _two(f"{len(actual)}  {show(actual)}", f"{len(expected)}  {show(expected)}")
        return Difference(path, "the length differs", rows)
    found = (
        difference(mine, theirs, rule, f"{path}[{i}]")
        for i, (mine, theirs) in enumerate(zip(actual, expected, strict=True))
    )
    first = next((one for one in found if one), None)
    if first and all(isinstance(value, int | float | str) for value in [*actual, *expected]):
        rows = _two(show(actual), show(expected))
        cause = causes.of_order(list(actual), list(expected))
        return Difference(path, f"entry {first.path[len(path) :]} differs", rows, cause)
    return first


def _number(actual: Any, expected: Any, rule: Rule, path: str) -> Difference | None:
    if not isinstance(actual, numbers.Number) or isinstance(actual, bool):
        return _type(actual, expected, path)
    if rule.judge_dtype and _rank(actual) != _rank(expected):
        return _type(actual, expected, path)
    if _exact_ints(actual, expected, rule) and _close_numbers(actual, expected, rule):
        return None
    rows = (*_two(show(actual), show(expected)), f"off by:   {gap(actual, expected)}")
    return Difference(path, "the value differs", rows, value_causes.of_numbers(actual, expected))


def _rank(value: Any) -> int:
    kinds = (numbers.Integral, numbers.Real, numbers.Complex)
    return next((i for i, one in enumerate(kinds) if isinstance(value, one)), len(kinds))


def _exact_ints(actual: Any, expected: Any, rule: Rule) -> bool:
    """Integers past 2**53 are compared as integers: a float can't hold them."""
    both = isinstance(actual, numbers.Integral) and isinstance(expected, numbers.Integral)
    return not (rule.exact and both) or bool(actual == expected)


def _close_numbers(actual: Any, expected: Any, rule: Rule) -> bool:
    actual, expected = complex(actual), complex(expected)
    if cmath.isnan(expected) or cmath.isnan(actual):
        return cmath.isnan(expected) and cmath.isnan(actual)
    if actual == expected:
        return True
    if cmath.isinf(actual) or cmath.isinf(expected):
        return False
    rtol, atol = rule.number_tolerance()
    return bool(abs(actual - expected) <= atol + rtol * abs(expected))


def _plain(actual: Any, expected: Any, path: str) -> Difference | None:
    if isinstance(actual, np.bool_):
        actual = bool(actual)
    if not isinstance(actual, type(expected)):
        return _type(actual, expected, path)
    if _says_equal(actual, expected):
        return None
    return Difference(path, "the value differs", _two(show(actual), show(expected)))


def _says_equal(actual: Any, expected: Any) -> bool:
    try:
        return bool(expected == actual)
    except Exception:
        return False
