"""The likely cause when type, shape and dtype are right and the entries are not.

Each rule looks at the two tensors in a wide dtype and gives a sentence or None. The first rule
that holds speaks: a rule stands before another when it says more.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

Same = Callable[[Tensor, Tensor], bool]


def of_values(actual: Tensor, expected: Tensor, rtol: float, atol: float) -> str | None:
    """Why other entries came. Both tensors have one shape and one wide dtype, on the CPU."""

    def same(a: Tensor, b: Tensor) -> bool:
        if a.shape != b.shape:
            return False
        if a.dtype == torch.bool:
            return torch.equal(a, b)
        wide = torch.complex128 if a.is_complex() else torch.float64
        return torch.allclose(a.to(wide), b.to(wide), rtol=rtol, atol=atol, equal_nan=True)

    if actual.dtype == torch.bool:
        rules: tuple[Rule, ...] = (_inverted, _transposed, _order)
    elif actual.is_complex():
        rules = (_conjugated, _not_finite, _transposed, _factor)
    else:
        rules = NUMBER_RULES
    return next((cause for rule in rules if (cause := rule(actual, expected, same))), None)


def of_numbers(actual: Any, expected: Any) -> str | None:
    """Why another number came, for plain Python numbers."""
    if not isinstance(expected, float):  # of small integers any rule would hold by chance
        return "the sign is reversed." if actual == -expected else None
    try:
        mine, theirs = (torch.tensor(float(one), dtype=torch.float64) for one in (actual, expected))
        return of_values(mine, theirs, rtol=1e-6, atol=0.0)
    except (OverflowError, TypeError):
        return None


Rule = Callable[[Tensor, Tensor, Same], str | None]


def _not_finite(actual: Tensor, expected: Tensor, _: Same) -> str | None:
    if bool((actual.isnan() & ~expected.isnan()).any()):
        return "NaN comes from 0/0, inf - inf, 0·inf, or the log or root of a negative number."
    if bool((actual.isinf() & expected.isfinite()).any()):
        return "inf comes from a division by 0, log(0), or an exp that overflows."
    return None


def _rounding(actual: Tensor, expected: Tensor, _: Same) -> str | None:
    both = actual.double(), expected.double()
    if not actual.is_floating_point() or not torch.allclose(*both, rtol=1e-5, atol=0.0):
        return None
    return "only rounding: the same numbers added in another order, or in another precision."


def _untouched(actual: Tensor, expected: Tensor, _: Same) -> str | None:
    if actual.numel() < 2 or _constant(expected):
        return None
    if bool((actual == 0).all()):
        return "everything is 0, as `torch.zeros` made it: was it filled?"
    if _constant(actual):
        return "every entry is the same number: was one value copied to all places?"
    return None


def _constant(tensor: Tensor) -> bool:
    return bool((tensor == tensor.flatten()[0]).all())


def _transposed(actual: Tensor, expected: Tensor, same: Same) -> str | None:
    if actual.ndim >= 2 and same(actual.mT, expected):
        return "transposed: rows and columns changed places."
    return None


def _reshaped(actual: Tensor, expected: Tensor, same: Same) -> str | None:
    if actual.ndim < 2 or not same(actual, expected.mT.contiguous().view(expected.shape)):
        return None
    return (
        "`reshape` or `view` was used where `transpose` was meant: "
        "one keeps the order in memory, the other moves the axes."
    )


def _order(actual: Tensor, expected: Tensor, same: Same) -> str | None:
    flat, wanted = actual.flatten(), expected.flatten()
    if flat.numel() < 2 or not same(flat.sort().values, wanted.sort().values):
        return None
    for dim in range(actual.ndim):
        if same(actual.flip(dim), expected):
            return f"the values are right, in reverse order along dimension {dim}."
        if same(actual.roll(1, dim), expected) or same(actual.roll(-1, dim), expected):
            return f"the values are right, shifted by one along dimension {dim}."
    return "the values are right, their order is not."


def _softmax_axis(actual: Tensor, expected: Tensor, same: Same) -> str | None:
    sums = [[d for d in range(t.ndim) if _sums_to_one(t, d, same)] for t in (actual, expected)]
    if not (sums[0] and sums[1]) or set(sums[0]) & set(sums[1]):
        return None
    return f"your entries sum to 1 along dim={sums[0][0]}; along dim={sums[1][0]} was expected."


def _sums_to_one(tensor: Tensor, dim: int, same: Same) -> bool:
    total = tensor.double().sum(dim)
    return tensor.numel() > 0 and same(total, torch.ones_like(total))


def _sign(actual: Tensor, expected: Tensor, same: Same) -> str | None:
    if same(-actual, expected):
        return "the sign is reversed: were the two sides of a subtraction swapped?"
    if same(actual, expected.abs()):
        return "the signs are lost: an `abs` or a square root of a square too many."
    return None


def _factor(actual: Tensor, expected: Tensor, same: Same) -> str | None:
    at = expected.abs().argmax()
    wanted, mine = expected.flatten()[at].item(), actual.flatten()[at].item()
    if not wanted or not mine:
        return None
    factor = mine / wanted
    if not same(actual.to(torch.complex128), expected.to(torch.complex128) * factor):
        return None
    named = _factor_name(factor, expected) if not isinstance(factor, complex) else None
    if named:
        return named
    if expected.numel() < 2:  # any two numbers differ by some factor: it says nothing
        return None
    return f"every entry is the expected one times {factor:.4g}."


def _factor_name(factor: float, expected: Tensor) -> str | None:
    for n in sorted({expected.numel(), *expected.shape} - {0, 1, 2}):
        if math.isclose(factor, n, rel_tol=1e-4):
            return f"every entry is {n} times too large: a sum where a mean was expected?"
        if math.isclose(factor, 1 / n, rel_tol=1e-4):
            return f"every entry is {n} times too small: a mean where a sum was expected?"
    known = {2.0: "twice the expected", 0.5: "half the expected"}
    named = next((word for one, word in known.items() if math.isclose(factor, one)), None)
    return f"off by a constant factor: {named}." if named else None


def _offset(actual: Tensor, expected: Tensor, same: Same) -> str | None:
    gap = (actual - expected).flatten()[0]
    if expected.numel() < 2 or not bool(gap.isfinite()) or not same(actual, expected + gap):
        return None
    return f"off by a constant: every entry is {gap.item():+.4g} away."


def _power(actual: Tensor, expected: Tensor, same: Same) -> str | None:
    if same(actual, expected * expected):
        return "the square of what was expected: is a square root missing?"
    if same(actual * actual, expected):
        return "the square root of what was expected: is a square missing?"
    return "the reciprocal of what was expected." if _reciprocal(actual, expected, same) else None


def _reciprocal(actual: Tensor, expected: Tensor, same: Same) -> bool:
    return bool((actual != 0).all()) and same(1 / actual, expected.double())


def _rounded(actual: Tensor, expected: Tensor, same: Same) -> str | None:
    if expected.is_floating_point() and same(actual, expected.floor()):
        return "everything after the point is lost: `//`, or integers before the division."
    return None


def _edge(actual: Tensor, expected: Tensor, _: Same) -> str | None:
    wrong = (actual != expected).flatten()
    if wrong.numel() < 3 or int(wrong.sum()) != 1:
        return None
    if bool(wrong[-1]):
        return "only the last entry differs: does a loop or a slice stop one early?"
    return "only the first entry differs: does a loop start at 1?" if bool(wrong[0]) else None


def _inverted(actual: Tensor, expected: Tensor, same: Same) -> str | None:
    if actual.numel() > 1 and same(~actual, expected):
        return "the mask is inverted: True and False changed places."
    return None


def _conjugated(actual: Tensor, expected: Tensor, same: Same) -> str | None:
    return "the complex conjugate of what was expected." if same(actual.conj(), expected) else None


NUMBER_RULES: tuple[Rule, ...] = (
    _not_finite,
    _rounding,
    _transposed,
    _reshaped,
    _untouched,
    _sign,
    _softmax_axis,
    _order,
    _factor,
    _offset,
    _power,
    _rounded,
    _edge,
)
