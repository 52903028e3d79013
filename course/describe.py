"""Inputs in words: what a student is told a check was called with.

Structure is told (types, dtypes, shapes, ints, bools), entries and texts are not: a hidden
input is not given away by the message of the check that used it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

MAX_ITEMS = 8


def describe_call(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> str:
    """The call in words: `softmax(a float32 tensor of shape (2, 3), dim=1)`."""
    parts = [describe(value) for value in args]
    parts += [f"{name}={describe(value)}" for name, value in kwargs.items()]
    name = getattr(function, "__name__", type(function).__name__)
    # A lambda's name says nothing; the check's own name does.
    return "" if name == "<lambda>" else f"{name}({', '.join(parts)})"


def describe(value: object) -> str:
    """A value's structure in words."""
    torch = sys.modules.get("torch")
    if value is None or isinstance(value, (bool, int)):
        return repr(value)
    if torch is not None and isinstance(value, torch.Tensor):
        return _tensor(value)
    if torch is not None and isinstance(value, (torch.dtype, torch.device, torch.Size)):
        return str(value)
    if isinstance(value, (tuple, list)) and len(value) <= MAX_ITEMS:
        inside = ", ".join(describe(item) for item in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' * (len(value) == 1)})"
    return getattr(value, "__name__", None) or _with_article(type(value).__name__)


def _tensor(tensor: Any) -> str:
    dtype = str(tensor.dtype).removeprefix("torch.")
    layout = "" if tensor.is_contiguous() else ", not contiguous"
    grad = ", requires_grad" if tensor.requires_grad else ""
    return f"{_with_article(dtype)} tensor of shape {tuple(tensor.shape)}{layout}{grad}"


def _with_article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
