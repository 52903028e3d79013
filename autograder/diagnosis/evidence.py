"""How much it tells, in bits, that two wrong answers observed the same.

That both raised, returned None or gave zeros tells next to nothing; that both gave 2.3479
where the key has 1.129 tells a lot. The same value in many places is one coincidence, so what
is told is kept by value: joining the findings of several checks counts each value once.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from itertools import islice

import numpy as np

from autograder.compare import NUMBER_TOLERANCE, TOLERANCES
from autograder.observations import Node, Observation, entries

Findings = dict[str, float]

MAX_LEAVES = 2_000
WEAK, PATTERN_MOST = 1.0, 6.0
# A small whole number or a quarter comes about by chance sooner than any other number does.
SMALL, ROUND, LARGE, ANY_NUMBER = 2.0, 3.0, 4.0, 10.0

Leaf = str | int | float | complex | None


def evidence(wanted: Observation, agreed: Node) -> Findings:
    """What agreeing on `agreed`, where the key wants another value, tells: bits by value."""
    found, key = _leaves(agreed), _leaves(wanted.observed)
    if not found:
        return {f"empty {agreed['kind']}": WEAK}
    differing = _differing(wanted, key, found)
    if not differing:
        return {f"structure {_structure(agreed)}": WEAK}
    return {**_pattern(found, len(differing)), **_numbers(wanted, differing)}


def total(findings: Findings) -> float:
    """The bits of all findings."""
    return sum(findings.values())


def _leaves(node: Node) -> list[Leaf]:
    return list(islice(_walk(node), MAX_LEAVES))


def _walk(node: Node) -> Iterator[Leaf]:
    kind = node["kind"]
    if kind in ("tensor", "ndarray"):
        yield from entries(node).ravel()[:MAX_LEAVES].tolist()
    elif "items" in node:
        for item in node["items"]:
            for inner in item if isinstance(item, list) else [item]:
                yield from _walk(inner)
    elif kind == "int":
        yield int(node["value"])
    elif kind == "float":
        yield float.fromhex(node["value"])
    elif kind == "complex":
        yield complex(*(float.fromhex(part) for part in node["value"]))
    else:
        yield json.dumps(node, sort_keys=True)


def _differing(wanted: Observation, key: list[Leaf], found: list[Leaf]) -> list[tuple[Leaf, Leaf]]:
    """(key's, agreed) for each place where they differ; all of them where no place is shared."""
    if len(key) != len(found):
        return [(None, leaf) for leaf in found]
    pairs = list(zip(key, found, strict=True))
    return [(left, right) for left, right in pairs if _bits(wanted, left, right) > 0]


def _bits(wanted: Observation, key: Leaf, found: Leaf) -> float:
    """How far two leaves are apart, in steps of the tolerance, as a power of two."""
    if isinstance(key, str | None) or isinstance(found, str | None):
        return 0.0 if key == found else ANY_NUMBER
    if key == found or (_is_nan(key) and _is_nan(found)):
        return 0.0
    if isinstance(key, bool | int) and isinstance(found, bool | int):
        return ANY_NUMBER
    relative, absolute = _tolerance(wanted)
    step = absolute + relative * min(abs(key), 1e300) or 1e-12
    off = abs(complex(found) - complex(key)) if abs(found) < 1e300 else math.inf
    return min(ANY_NUMBER, max(0.0, math.log2(off / step))) if math.isfinite(off) else ANY_NUMBER


def _tolerance(wanted: Observation) -> tuple[float, float]:
    dtype = str(wanted.observed.get("dtype"))
    return wanted.policy.tolerance or TOLERANCES.get(dtype, NUMBER_TOLERANCE)


def _numbers(wanted: Observation, differing: list[tuple[Leaf, Leaf]]) -> Findings:
    """The telling numbers among the leaves; 0, 1, infinities and texts tell nothing."""
    findings: Findings = {}
    for key, found in differing:
        if isinstance(found, str | bool | None) or not np.isfinite(complex(found)):
            continue
        most = _bits(wanted, key, found) if key is not None else ANY_NUMBER
        if abs(found) not in (0, 1) and (bits := min(most, _rarity(found))) > 0:
            findings[f"{found:.3g}"] = bits
    return findings


def _rarity(number: complex) -> float:
    if number == round(number.real):
        return SMALL if abs(number) <= 16 else LARGE if abs(number) <= 1000 else 2 * LARGE
    return ROUND if number * 4 == round(number.real * 4) and abs(number) <= 16 else ANY_NUMBER


def _pattern(found: list[Leaf], differing: int) -> Findings:
    """Which of the leaves differ from the key; little when all that came back is the same."""
    if len({str(leaf) for leaf in found}) == 1:
        return {f"constant {found[0]}": WEAK}
    bits = max(WEAK, min(choice(len(found), differing), PATTERN_MOST))
    return {f"pattern {found}": bits}


def choice(size: int, chosen: int) -> float:
    """The bits that tell which `chosen` of `size` places it is."""
    return math.log2(math.comb(size, chosen))


def _structure(node: Node) -> str:
    inside = [node.get(part) for part in ("kind", "dtype", "shape", "facts")]
    return json.dumps([*inside, len(node.get("items", []))], sort_keys=True)


def _is_nan(number: complex) -> bool:
    return number != number
