"""What a student is told of a value that came back: all that a submission can put on a page.

Who writes a submission decides what it observes, and its kernel holds the hidden tests. So no
text of an observation is ever shown, and of its numbers only a few digits: whoever would carry
the hidden tests out through the feedback gets a few bytes a check. Names are told when they
are among those known here; sizes and numbers when they are of a likely size.
"""

from __future__ import annotations

import builtins
import math

from autograder.observations import STORED_AS, Node

SEQUENCES = {"list", "tuple", "size", "range", "set"}
MAX_RANK = 6
MAX_LENGTH = 9_999
MAX_INTEGER = 10**8
LEAST, MOST = 1e-12, 1e12
# PyTorch's own, besides Python's.
_EXCEPTIONS = {"OutOfMemoryError"}


def words(node: Node) -> str:
    """A value in words: its type and size, and for a small plain one itself."""
    kind = node["kind"]
    if kind in ("tensor", "ndarray"):
        return f"{with_article(node['dtype'])} {kind} of shape {shape(node['shape'])}"
    if kind in SEQUENCES or kind == "dict":
        count = len(node["items"])
        return f"a {kind} of {count} item{'s' * (count != 1)}"
    if kind == "exception":
        return f"the exception {exception(node)}"
    if kind in ("float", "int", "bool"):
        return f"{with_article(kind)} ({plain(node)})"
    named = {"none": "None", "too_large": "more than a check may return", "str": "a string"}
    return named.get(kind, f"a {kind}" if kind != "other" else "an object of another type")


def with_article(noun: str) -> str:
    """The noun after "a" or "an"."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def exception(node: Node) -> str:
    """An exception's name; a class of the student's own could carry any text in its."""
    name: str = node["type"]
    known = getattr(builtins, name, None)
    is_known = isinstance(known, type) and issubclass(known, BaseException)
    return name if is_known or name in _EXCEPTIONS else "an exception of another type"


def shape(lengths: list[int]) -> str:
    """A shape of a likely size, else its number of dimensions."""
    if len(lengths) > MAX_RANK or any(length > MAX_LENGTH for length in lengths):
        return f"with {len(lengths)} dimensions, too large to tell"
    return str(tuple(lengths))


def fact(value: object) -> str:
    """A fact of a tensor: a flag, or strides of a likely size."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and len(value) <= MAX_RANK:
        likely = all(isinstance(step, int) and 0 <= step <= MAX_LENGTH for step in value)
        return str(value) if likely else "another"
    return "another"


def text(value: object) -> str | None:
    """The name of a dtype; None for any other text, which is the submission's own."""
    return value if isinstance(value, str) and value in STORED_AS else None


def plain(node: Node) -> str:
    """The value of a bool, an int or a float node."""
    if node["kind"] == "bool":
        return str(node["value"])
    return integer(int(node["value"])) if node["kind"] == "int" else number(value(node))


def integer(number: int) -> str:
    """An int of a likely size."""
    return str(number) if abs(number) <= MAX_INTEGER else "a very large number"


def number(found: complex, digits: int = 4) -> str:
    """A number of a likely size, in four digits."""
    if isinstance(found, complex):
        return f"{number(found.real, digits)} + {number(found.imag, digits)}j"
    if not math.isfinite(found) or found == 0:
        return f"{found:g}"
    if abs(found) < LEAST:
        return "almost 0"
    return f"{found:.{digits}g}" if abs(found) <= MOST else "a very large number"


def value(node: Node) -> complex:
    """The number of a float or complex node."""
    if node["kind"] == "complex":
        return complex(*(float.fromhex(part) for part in node["value"]))
    return float.fromhex(node["value"])
