"""Does a prediction, as a student writes one, say the same as what came?"""

from __future__ import annotations

import math
from typing import Any

import torch


def unwritten(predicted: Any) -> bool:
    """Is the `...` of the stub still there?"""
    return predicted is ... or (isinstance(predicted, str) and predicted.strip() in ("", "..."))


def agrees(predicted: Any, actual: Any) -> bool:
    """Is it a fair way to write `actual`? A value that can't be compared does not agree."""
    try:
        return _agrees(predicted, actual)
    except Exception:
        return False


def _agrees(predicted: Any, actual: Any) -> bool:
    if isinstance(actual, BaseException) or _is_exception_class(actual):
        return _exception(predicted, actual)
    if isinstance(actual, torch.dtype | torch.device | str):
        return _word(predicted) == _word(actual)
    return _value(_plain(predicted), _plain(actual))


def _is_exception_class(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)


def _exception(predicted: Any, actual: Any) -> bool:
    name = actual.__name__ if isinstance(actual, type) else type(actual).__name__
    if _is_exception_class(predicted):
        return issubclass(actual if isinstance(actual, type) else type(actual), predicted)
    return _word(predicted) in {"raises", "error", name.lower()}


def _word(value: Any) -> str:
    return str(value).strip().lower().removeprefix("torch.")


def _plain(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return _plain(value.detach().cpu().tolist())
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.item() if type(value).__module__ == "numpy" else value


def _value(predicted: Any, actual: Any) -> bool:
    if isinstance(predicted, list) and isinstance(actual, list):
        pairs = zip(predicted, actual, strict=False)
        return len(predicted) == len(actual) and all(_value(p, a) for p, a in pairs)
    if isinstance(predicted, bool) != isinstance(actual, bool):
        return False
    if isinstance(predicted, int | float) and isinstance(actual, int | float):
        both_nan = math.isnan(predicted) and math.isnan(actual)
        return both_nan or math.isclose(predicted, actual, rel_tol=1e-4)
    return bool(predicted == actual)
