"""Read what test cells observed, as strangers' data.

Everything here may come from a kernel that a student owns: it is bounded, checked against a
schema and never executed or unpickled. What does not pass becomes a node of kind "malformed",
which equals nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import fastjsonschema
import numpy as np
from nbformat import NotebookNode

MIME = "application/vnd.pytorch-mechanics.observation+json"
MAX_PAYLOAD_NODES = 200_000
MAX_PAYLOAD_DEPTH = 64
MAX_PAYLOAD_TEXT = 4 << 20
MAX_PER_CELL = 500

Node = dict[str, Any]

# bfloat16 and the 8-bit floats have no NumPy dtype of their own: their bits are kept.
STORED_AS = {
    **{name: np.dtype(name) for name in ("bool", "int8", "uint8")},
    **{name: np.dtype(name).newbyteorder("<") for name in ("int16", "int32", "int64")},
    **{name: np.dtype(name).newbyteorder("<") for name in ("uint16", "uint32", "uint64")},
    **{name: np.dtype(name).newbyteorder("<") for name in ("float16", "float32", "float64")},
    **{name: np.dtype(name).newbyteorder("<") for name in ("complex64", "complex128")},
    "bfloat16": np.dtype("<u2"),
    "complex32": np.dtype("<u4"),
    **{f"float8_{kind}": np.dtype("u1") for kind in ("e4m3fn", "e5m2", "e4m3fnuz", "e5m2fnuz")},
}


@dataclass(frozen=True)
class Policy:
    """How an observation is to be judged; only the answer key's is ever used."""

    facts: tuple[str, ...] = ()
    tolerance: tuple[float, float] | None = None
    at_least: float | None = None
    because: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Observation:
    """What came back from one call in a test cell."""

    name: str
    called: str
    observed: Node
    policy: Policy = Policy()

    def to_json(self) -> dict[str, Any]:
        """The form in which it is sent, and kept in the key."""
        policy = {
            "facts": list(self.policy.facts),
            "tolerance": list(self.policy.tolerance) if self.policy.tolerance else None,
            "at_least": self.policy.at_least,
            "because": self.policy.because,
        }
        return {
            "version": 1,
            "name": self.name,
            "called": self.called,
            "observed": self.observed,
            "policy": policy,
        }


def read(cell: NotebookNode) -> list[Observation]:
    """The observations among a cell's outputs, in their order."""
    payloads = [output.data[MIME] for output in cell.get("outputs", []) if _carries_one(output)]
    return [parse(payload) for payload in payloads[:MAX_PER_CELL]]


def _carries_one(output: NotebookNode) -> bool:
    return output.output_type == "display_data" and MIME in output.get("data", {})


def parse(payload: object) -> Observation:
    """One observation from its JSON; what breaks a rule is kept as malformed, with the rule."""
    name = payload.get("name") if isinstance(payload, dict) else None
    name = name[:200] if isinstance(name, str) else ""
    try:
        sent = _checked(payload)
        for node in nodes(sent["observed"]):
            if node["kind"] in ("tensor", "ndarray"):
                entries(node)
    except (fastjsonschema.JsonSchemaException, ValueError, RecursionError) as error:
        return Observation(name, "", malformed(str(error)))
    policy = sent.get("policy") or {}
    tolerance = policy.get("tolerance")
    return Observation(
        sent["name"],
        sent.get("called", ""),
        sent["observed"],
        Policy(
            facts=tuple(policy.get("facts", ())),
            tolerance=(tolerance[0], tolerance[1]) if tolerance else None,
            at_least=policy.get("at_least"),
            because=dict(policy.get("because", {})),
        ),
    )


def malformed(what: str) -> Node:
    """The node of something that broke a rule: it equals nothing."""
    return {"kind": "malformed", "what": what[:200]}


def entries(node: Node) -> np.ndarray[Any, Any]:
    """A tensor's entries as a NumPy array; ValueError when the bytes don't fit the shape."""
    stored = STORED_AS.get(node["dtype"])
    if stored is None:
        raise ValueError(f"no such dtype: {node['dtype'][:40]!r}")
    try:
        raw = base64.b64decode(node["data"], validate=True)
    except binascii.Error as error:
        raise ValueError("the entries are not base64") from error
    shape = node["shape"]
    if len(raw) != math.prod(shape) * stored.itemsize:
        raise ValueError("the entries don't fit the shape")
    array = np.frombuffer(raw, dtype=stored).reshape(shape)
    if node["dtype"] == "bfloat16":  # the upper half of a float32
        return (array.astype(np.uint32) << 16).view(np.float32)
    return array


def nodes(node: Node) -> Iterator[Node]:
    """The node itself and every node inside it."""
    yield node
    for item in node.get("items", []):
        for inner in item if isinstance(item, list) else [item]:
            yield from nodes(inner)


def _checked(payload: object) -> dict[str, Any]:
    _bound(payload)
    return dict(_schema()(payload))


def _bound(payload: object) -> None:
    """ValueError for more depth, items or text than any honest observation has."""
    level, count, text = [payload], 0, 0
    for _ in range(MAX_PAYLOAD_DEPTH):
        count += len(level)
        text += sum(len(item) for item in level if isinstance(item, str))
        if count > MAX_PAYLOAD_NODES or text > MAX_PAYLOAD_TEXT:
            raise ValueError("larger than an observation may be")
        level = [inner for item in level for inner in _inside(item)]
        if not level:
            return
    raise ValueError("nested deeper than an observation may be")


def _inside(item: object) -> list[object]:
    if isinstance(item, dict):
        return [*item.keys(), *item.values()]
    return list(item) if isinstance(item, list) else []


@cache
def _schema() -> Any:
    text = files("autograder").joinpath("observation.schema.json").read_text("utf-8")
    return fastjsonschema.compile(json.loads(text))
