"""Compare what a submission observed with what the reference did, and say how it differs.

The words are for the student: structure first (type, shape, dtype, facts), then the first
entry that differs and by how much. They hold nothing of the hidden code, and no text that
the submission sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.observations import STORED_AS, Node, Policy, entries
from autograder.wording import (
    exception,
    fact,
    integer,
    number,
    plain,
    shape,
    text,
    value,
    with_article,
    words,
)

# torch.testing.assert_close's (relative, absolute) by dtype; what is not named is exact.
TOLERANCES = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
    "complex64": (1.3e-6, 1e-5),
    "complex128": (1e-7, 1e-7),
}
# A Python number often left a float32 tensor by .item().
NUMBER_TOLERANCE = (1.3e-6, 1e-7)
# torch.Size is a tuple, and a student may return either.
SAME_KIND = {"size": "tuple"}


def difference(expected: Node, observed: Node, policy: Policy) -> str | None:
    """How `observed` differs from `expected`, in words; None when it does not."""
    if policy.at_least is not None:
        return _below(observed, policy.at_least)
    if _kind(expected) != _kind(observed):
        return _kinds_differ(expected, observed)
    return COMPARISONS[_kind(expected)](expected, observed, policy)


def _kind(node: Node) -> str:
    kind: str = node["kind"]
    return SAME_KIND.get(kind, kind)


def _kinds_differ(expected: Node, observed: Node) -> str:
    if observed["kind"] == "exception":
        if observed["type"] == "NotImplementedError":
            return "it is not written yet (NotImplementedError)"
        return f"it raised {exception(observed)} where it should return a value"
    if observed["kind"] == "none":
        return "it returned None: is there a `return`?" + (
            f" It should raise {exception(expected)}." if expected["kind"] == "exception" else ""
        )
    if observed["kind"] == "malformed":
        return "what came back is not an observation"
    if expected["kind"] == "exception":
        return f"it should raise {exception(expected)}, and returned {words(observed)}"
    wanted = "None" if expected["kind"] == "none" else with_article(_kind(expected))
    return f"it returned {words(observed)} where {wanted} was expected"


def _same_exception(expected: Node, observed: Node, policy: Policy) -> str | None:
    stub = observed["type"] == "NotImplementedError" != expected["type"]
    if stub:  # it derives from RuntimeError, and would pass for one
        return "it is not written yet (NotImplementedError)"
    if expected["type"] not in observed["bases"]:
        return f"it should raise {exception(expected)}, and raised {exception(observed)}"
    if "message" in policy.facts and expected.get("message") != observed.get("message"):
        return f"it raised {exception(expected)}, with another message than asked for"
    return None


def _same_array(expected: Node, observed: Node, policy: Policy) -> str | None:
    if expected["shape"] != observed["shape"]:
        found, wanted = shape(observed["shape"]), shape(expected["shape"])
        return f"its shape is {found}, expected {wanted}"
    if expected["dtype"] != observed["dtype"]:
        return f"its dtype is {observed['dtype']}, expected {expected['dtype']}"
    return _same_facts(expected, observed) or _same_entries(expected, observed, policy)


def _same_facts(expected: Node, observed: Node) -> str | None:
    found = observed.get("facts", {})
    for name, wanted in expected.get("facts", {}).items():
        got = found.get(name)
        if got != wanted:
            return f"its {name} is {fact(got)}, expected {wanted}"
    return None


def _same_entries(expected: Node, observed: Node, policy: Policy) -> str | None:
    wanted, found = entries(expected), entries(observed)
    differs = ~_close(wanted, found, policy.tolerance or TOLERANCES.get(expected["dtype"]))
    if not differs.any():
        return None
    where = tuple(int(i) for i in np.argwhere(differs)[0])
    at = f"the first at {list(where)}: " if where else ""
    count = f"{int(differs.sum())} of {differs.size} entries differ; " if where else ""
    return f"{count}{at}{_off(wanted[where], found[where])}"


def _close(wanted: Any, found: Any, tolerance: tuple[float, float] | None) -> Any:
    if tolerance is None or np.asarray(wanted).dtype.kind not in "fc":
        return np.equal(wanted, found)
    relative, absolute = tolerance
    # In the widest type of its kind: a float16's difference may overflow.
    wide = np.complex128 if np.asarray(wanted).dtype.kind == "c" else np.float64
    return np.isclose(
        np.asarray(found, wide), np.asarray(wanted, wide), relative, absolute, equal_nan=True
    )


def _off(wanted: Any, found: Any) -> str:
    if np.asarray(found).dtype.kind == "b":
        return f"it is {bool(found)}"
    wide = complex if np.asarray(wanted).dtype.kind == "c" else float
    told = number(wide(found))
    if not np.isfinite(found) or not np.isfinite(wanted):
        return f"it is {told}"
    return f"it is {told}, off by {number(abs(wide(found) - wide(wanted)), 3)}"


def _same_number(expected: Node, observed: Node, policy: Policy) -> str | None:
    wanted, found = _value(expected), _value(observed)
    tolerance = None if expected["kind"] == "int" else policy.tolerance or NUMBER_TOLERANCE
    if tolerance is None:
        return None if wanted == found else _off_integer(wanted, found)
    return None if _close(wanted, found, tolerance) else _off(np.asarray(wanted)[()], found)


def _off_integer(wanted: int, found: int) -> str:
    return f"it is {integer(found)}, off by {integer(abs(found - wanted))}"


def _value(node: Node) -> Any:
    return int(node["value"]) if node["kind"] == "int" else value(node)


def _same_plain(expected: Node, observed: Node, _: Policy) -> str | None:
    if expected.get("value") == observed.get("value"):
        return None
    if expected["kind"] == "bool":
        return f"it is {observed['value']}"
    return f"it is {text(observed['value']) or 'another ' + expected['kind']}"


def _same_items(expected: Node, observed: Node, policy: Policy) -> str | None:
    wanted, found = expected["items"], observed["items"]
    if len(wanted) != len(found):
        return f"it has {len(found)} items, expected {len(wanted)}"
    for index, (left, right) in enumerate(zip(wanted, found, strict=True)):
        how = difference(left, right, policy)
        if how:
            return f"item {index}: {how}"
    return None


def _same_dict(expected: Node, observed: Node, policy: Policy) -> str | None:
    found = {str(key): value for key, value in observed["items"]}
    if len(found) != len(expected["items"]):
        return f"it has {len(found)} keys, expected {len(expected['items'])}"
    for place, (key, wanted) in enumerate(expected["items"], 1):
        if str(key) not in found:
            return f"key {place} is missing"
        how = difference(wanted, found[str(key)], policy)
        if how:
            return f"under key {place}: {how}"
    return None


def _below(observed: Node, bound: float) -> str | None:
    if observed["kind"] in ("float", "int"):
        return None if _value(observed) >= bound else f"it is {plain(observed)}, below {bound:g}"
    if observed["kind"] in ("tensor", "ndarray") and STORED_AS[observed["dtype"]].kind in "fiu":
        found = entries(observed).astype(np.float64)
        if not found.size:
            return "it is empty"
        least = f"the least entry is {number(float(found.min()))}, below {bound:g}"
        return None if bool((found >= bound).all()) else least
    return f"it returned {words(observed)} where a number was expected"


def _never(_expected: Node, _observed: Node, _policy: Policy) -> str:
    return "it returned something that can't be compared"


COMPARISONS: dict[str, Callable[[Node, Node, Policy], str | None]] = {
    **dict.fromkeys(("none", "bool", "str", "dtype", "device", "layout"), _same_plain),
    "memory_format": _same_plain,
    **dict.fromkeys(("int", "float", "complex"), _same_number),
    **dict.fromkeys(("tensor", "ndarray"), _same_array),
    **dict.fromkeys(("list", "tuple", "range", "set"), _same_items),
    "dict": _same_dict,
    "exception": _same_exception,
    **dict.fromkeys(("other", "too_large", "malformed"), _never),
}
