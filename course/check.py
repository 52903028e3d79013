"""Visible checks: they pass with one line, or fail with a message that teaches.

A message says first what differs (type, shape, dtype, then the first entries and by how much),
then the likely cause. In a graded kernel the checks say nothing and never stop a cell, so that
the hidden tests behind them still run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import torch

from course.diagnosis import Rule, difference
from course.memory import copies, share_memory
from course.predict import agrees, unwritten
from course.reporting import CheckFailed, fail, report, say, visible
from course.show import kind, show
from course.spelling import argument

__all__ = [
    "CheckFailed",
    "close",
    "equal",
    "parity",
    "prediction",
    "raises",
    "requires_grad",
    "same_values",
    "shares_memory",
    "true",
]


@visible
def equal(actual: Any, expected: Any) -> None:
    """Type, shape, dtype and every entry are the same; NaN equals NaN, a torch.Size its tuple.

    Takes tensors, arrays, numbers, strings, and lists, tuples and dicts of them. Raises
    CheckFailed.
    """
    report(argument(0, actual), difference(actual, expected, Rule()))


@visible
def close(actual: Any, expected: Any, rtol: float | None = None, atol: float | None = None) -> None:
    """As `equal`, with |actual - expected| <= atol + rtol·|expected| for each entry.

    A tolerance left out is `torch.testing.assert_close`'s for the dtype. Raises CheckFailed.
    """
    report(argument(0, actual), difference(actual, expected, Rule(False, rtol, atol)))


@visible
def same_values(
    actual: Any, expected: Any, rtol: float | None = None, atol: float | None = None
) -> None:
    """As `close`, whatever the dtypes. Raises CheckFailed."""
    rule = Rule(False, rtol, atol, judge_dtype=False)
    report(argument(0, actual), difference(actual, expected, rule))


@visible
def true(condition: Any, message: str) -> None:
    """The condition holds (one truth value: a tensor of many is refused). Raises CheckFailed."""
    many = isinstance(condition, torch.Tensor) and condition.numel() != 1
    if many:
        fail(message, f"{show(condition)} has no single truth value", cause="`.all()` or `.any()`")
    if not condition:
        fail(message, "this does not hold")
    say(f"✓ {message}")


@visible
def raises(
    expected: type[BaseException] | tuple[type[BaseException], ...],
    function: Callable[..., Any],
    *args: Any,
    match: str | None = None,
    **kwargs: Any,
) -> None:
    """`function(*args, **kwargs)` raises `expected`, its text matching the pattern `match`."""
    call = f"{getattr(function, '__name__', kind(function))}({', '.join(map(show, args))})"
    wanted = _names(expected)
    try:
        result = function(*args, **kwargs)
    except expected as error:
        if match is not None and not re.search(match, str(error)):
            rows = (f"yours:    {show(str(error))}", f"expected: text that matches {show(match)}")
            fail(call, f"{type(error).__name__} was raised, with another message", rows)
    except Exception as error:
        rows = (f"yours:    {type(error).__name__}: {error}", f"expected: {wanted}")
        fail(call, "another exception was raised", rows, _stub(error))
    else:
        rows = (f"yours:    returned {show(result)}", f"expected: {wanted}")
        fail(call, "nothing was raised", rows)
    say(f"✓ {call} raises {wanted}")


def _names(expected: type[BaseException] | tuple[type[BaseException], ...]) -> str:
    classes = expected if isinstance(expected, tuple) else (expected,)
    return " or ".join(one.__name__ for one in classes)


def _stub(error: BaseException) -> str | None:
    if isinstance(error, NotImplementedError):
        return "the exercise is not written yet: replace `raise NotImplementedError()`."
    return None


@visible
def shares_memory(a: Any, b: Any, expected: bool = True) -> None:
    """Two tensors (or arrays) lie in the same storage; `expected=False` for the opposite."""
    what = f"{argument(0, a)} and {argument(1, b)}"
    try:
        shared = share_memory(a, b)
    except TypeError as error:
        fail(what, str(error))
    if shared == expected:
        say(f"✓ {what} {'share' if expected else 'do not share'} memory")
    elif expected:
        cause = "`clone`, `torch.tensor`, `.to(...)`, advanced indexing, or a reshape that copies."
        fail(what, "they do not share memory: one is a copy", cause=cause)
    else:
        cause = "slices, `view`, `.T`, `expand` and `from_numpy` copy nothing: `.clone()` does."
        fail(what, "they share memory: writing to one changes the other", cause=cause)


@visible
def requires_grad(tensor: Any, expected: bool = True) -> None:
    """The tensor takes part in a graph; `expected=False`: it is detached. Raises CheckFailed."""
    what = argument(0, tensor)
    if not isinstance(tensor, torch.Tensor):
        report(what, difference(tensor, torch.tensor(0.0), Rule()))
    if tensor.requires_grad == expected:
        say(f"✓ {what}: requires_grad is {expected}")
    elif expected:
        cause = "`.detach()`, `.data`, `.item()`, `torch.tensor(t)` or `no_grad` cut the graph."
        fail(what, "requires_grad is lost", cause=cause)
    else:
        cause = "`.detach()` or `no_grad` is missing."
        fail(what, "it is still attached to the graph", cause=cause)


@visible
def parity(
    mine: Callable[..., Any],
    oracle: Callable[..., Any],
    inputs: Iterable[tuple[Any, ...]],
    rtol: float | None = None,
    atol: float | None = None,
) -> None:
    """`mine(*args)` is close to `oracle(*args)` for every `args` of `inputs`; each gets a copy.

    One line for all of them; the first one that differs is shown. Raises CheckFailed.
    """
    name, count = getattr(mine, "__name__", kind(mine)), 0
    for count, args in enumerate(inputs, start=1):  # noqa: B007  counted after the loop
        call = f"{name}({', '.join(map(show, args))})"
        try:
            actual = mine(*copies(args))
        except NotImplementedError as error:
            fail(call, "it raises NotImplementedError", cause=_stub(error))
        found = difference(actual, oracle(*copies(args)), Rule(False, rtol, atol))
        if found:
            report(call, found)
    if not count:
        fail(name, "there were no inputs to compare on")
    theirs = getattr(oracle, "__name__", kind(oracle))
    say(f"✓ {name} agrees with {theirs} on {count} inputs")


def prediction(predicted: Any, actual: Any) -> None:
    """Says what was predicted and what it is. Never raises.

    `...` is no prediction yet. An `actual` that is an exception is met by "raises", its class or
    its name; a dtype by its name; a tensor by its nested list.
    """
    if unwritten(predicted):
        say("→ Write your prediction in place of `...` first, then run this cell again.")
        return
    mark = "✓" if agrees(predicted, actual) else "✗"
    say(f"{mark} You predicted {show(predicted)}; it is {show(actual)}.")
