"""The likely cause of a wrong type, shape or dtype, in one sentence, or None."""

from __future__ import annotations

import types
from collections import Counter
from typing import Any

import torch

from course.show import kind, show

Shape = tuple[int, ...]


def of_type(actual: Any, expected: Any) -> str | None:
    """Why a value of another type came."""
    if actual is None:
        return "a function that ends without `return` gives None. Is there a `return`?"
    if actual is ...:
        return "the `...` is still there: write your answer in its place."
    if isinstance(actual, types.FunctionType | types.BuiltinFunctionType | types.MethodType):
        return "this is the function, not its result: are the parentheses `()` missing?"
    if isinstance(expected, torch.Tensor):
        return _tensor_expected(actual)
    if isinstance(actual, torch.Tensor):
        return _tensor_unexpected(actual, expected)
    if isinstance(actual, types.GeneratorType):
        return "a generator has no values yet: `list(...)` or `tuple(...)` takes them out."
    if isinstance(actual, list | tuple) and isinstance(expected, list | tuple):
        name = "list" if isinstance(expected, list) else "tuple"
        return f"`{name}(...)` around your result makes it a {name}."
    if isinstance(actual, str) and not isinstance(expected, str):
        return "this is text: are there quotes that should not be there, or a `str(...)`?"
    if isinstance(expected, int) and isinstance(actual, float):
        return "`/` always gives a float; `//` or `int(...)` gives an int."
    return None


def _tensor_expected(actual: Any) -> str | None:
    if isinstance(actual, tuple) and hasattr(actual, "values") and hasattr(actual, "indices"):
        return "max, min, sort and topk over a `dim` give (values, indices): take `.values`."
    if isinstance(actual, int | float | complex):
        return "`.item()` or Python's own arithmetic left the tensor. Stay with tensor operations."
    if kind(actual) == "NumPy array":
        return "`.numpy()` or a NumPy function left PyTorch: `torch.from_numpy(...)` comes back."
    if isinstance(actual, list | tuple):
        return "`torch.stack(...)` joins a list of tensors, `torch.tensor(...)` a list of numbers."
    return None


def _tensor_unexpected(actual: torch.Tensor, expected: Any) -> str | None:
    if isinstance(expected, bool | int | float | complex):
        if actual.numel() == 1:
            return "a tensor with one entry is still a tensor: `.item()` takes the number out."
        return "a reduction such as `.sum()` or `.mean()` is missing, and then `.item()`."
    if kind(expected) == "NumPy array":
        return "`.numpy()` makes it an array."
    return "`.tolist()` makes it a list." if isinstance(expected, list) else None


def of_shape(actual: Shape, expected: Shape) -> str | None:
    """Why another shape came."""
    rules = (_broadcast, _reduced, _ones, _permuted, _rearranged, _one_off)
    return next((cause for rule in rules if (cause := rule(actual, expected))), None)


def _broadcast(actual: Shape, expected: Shape) -> str | None:
    sizes = [size for size in expected if size != 1]
    if len(sizes) == 1 and len(expected) <= 2 and actual == (sizes[0], sizes[0]):
        n = sizes[0]
        return (
            f"a ({n}, 1) met a ({n},) and broadcast to ({n}, {n}). "
            "Give both operands the same shape first."
        )
    return None


def _reduced(actual: Shape, expected: Shape) -> str | None:
    if actual == () and expected:
        return "everything was reduced to one number: a reduction without `dim=` does that."
    if expected == ():
        return "one number was expected: a reduction such as `.sum()` or `.mean()` is missing."
    return None


def _ones(actual: Shape, expected: Shape) -> str | None:
    squeezed = [tuple(size for size in one if size != 1) for one in (actual, expected)]
    if squeezed[0] != squeezed[1] or len(actual) == len(expected):
        return None
    if len(actual) < len(expected):
        return (
            "a dimension of size 1 was removed: `keepdim=True` keeps it, "
            "`.unsqueeze(dim)` puts it back."
        )
    return (
        "a dimension of size 1 is left over: `keepdim=True` kept it, or an index was a slice. "
        "`.squeeze(dim)` removes it."
    )


def _permuted(actual: Shape, expected: Shape) -> str | None:
    if len(actual) < 2 or sorted(actual) != sorted(expected):
        return None
    if actual == (*expected[:-2], expected[-1], expected[-2]):
        return "transposed: the last two dimensions changed places."
    return "the dimensions came in another order: `permute` or `transpose` moves them."


def _rearranged(actual: Shape, expected: Shape) -> str | None:
    if torch.Size(actual).numel() != torch.Size(expected).numel():
        return None
    if len(actual) == 1:
        return "the same number of entries, flattened: `.reshape(...)` or `.view(...)` is missing."
    return "the same number of entries, cut up differently: look at the sizes given to `reshape`."


def _one_off(actual: Shape, expected: Shape) -> str | None:
    if len(actual) != len(expected):
        return None
    off = [i for i, pair in enumerate(zip(actual, expected, strict=True)) if pair[0] != pair[1]]
    if len(off) != 1 or abs(actual[off[0]] - expected[off[0]]) != 1:
        return None
    word = "few" if actual[off[0]] < expected[off[0]] else "many"
    return f"one too {word} in dimension {off[0]}: a `range` or a slice stops before its end."


def of_dtype(actual: torch.dtype, expected: torch.dtype) -> str | None:
    """Why another dtype came."""
    if expected == torch.bool:
        return "a comparison (`==`, `>`, `&`, `~`) gives bool; arithmetic gives numbers."
    if actual == torch.bool:
        return f"this is what a comparison gives: `.to({expected})` makes numbers of it."
    if actual.is_complex != expected.is_complex:
        return "`.real` or `.abs()` is missing." if actual.is_complex else None
    if actual.is_floating_point != expected.is_floating_point:
        return _float_or_int(actual, expected)
    if actual == torch.float64:
        return (
            "float64: this came from NumPy, or float64 met it and won. "
            f"`.to({expected})` after NumPy brings it back."
        )
    if actual in (torch.float16, torch.bfloat16):
        return "reduced precision stayed: a `.half()`, `.bfloat16()` or autocast came before."
    return None


def _float_or_int(actual: torch.dtype, expected: torch.dtype) -> str:
    if actual.is_floating_point:
        return "`/` and `.mean()` always give floats: `//` or an index operation keeps integers."
    return (
        "integers stayed integers: made from Python ints or `torch.arange(n)`, or divided by `//`. "
        f"Give `dtype={expected}` or write 1.0 for 1."
    )


def of_keys(missing: list[Any], extra: list[Any]) -> str:
    """Which keys of a dict are missing, which are too many."""
    parts = [f"missing: {show(missing)}"] if missing else []
    parts += [f"not expected: {show(extra)}"] if extra else []
    return "; ".join(parts) + "."


def of_order(actual: list[Any], expected: list[Any]) -> str | None:
    """Are the values of two flat sequences the same ones, in another order?"""
    if actual == expected[::-1]:
        return "the values are right, in reverse order."
    try:
        return "the values are right, their order is not." if _same_bag(actual, expected) else None
    except TypeError:  # something unhashable is in there
        return None


def _same_bag(actual: list[Any], expected: list[Any]) -> bool:
    return Counter(actual) == Counter(expected)
