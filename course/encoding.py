"""Values as plain data: what `observe` sends and the autograder's judge reads.

A value becomes a small dict with a "kind". Tensors keep dtype, shape and bytes (little
endian, row by row), so that they are compared bit by bit or within a tolerance elsewhere;
floats keep their bits as hex text; anything unknown keeps the name of its type alone.

Sizes are bounded. What is past a bound becomes {"kind": "too_large"}, which equals nothing.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterable, Mapping
from typing import Any

MAX_DEPTH = 8
MAX_ITEMS = 10_000  # of all sequences and dicts of one value together
MAX_TEXT = 10_000  # characters of one string
MAX_BYTES = 1 << 20  # of all tensors of one value together
MAX_DIGITS = 1_000

# What can be observed of a tensor besides its dtype, shape and entries.
TENSOR_FACTS = ("contiguous", "device", "is_leaf", "requires_grad", "stride")
FACTS = (*TENSOR_FACTS, "message")

Node = dict[str, Any]


def encode(value: object, facts: Iterable[str] = ()) -> Node:
    """The value as plain data; `facts` names what to add of each tensor in it."""
    return _Encoder(facts).encode(value, 0)


def encode_exception(error: BaseException, facts: Iterable[str] = ()) -> Node:
    """An exception by its type, the types it derives from, and its text."""
    bases = [base.__name__ for base in type(error).__mro__ if base is not object]
    node: Node = {"kind": "exception", "type": type(error).__name__, "bases": bases}
    if "message" in facts:
        node["message"] = str(error)[:MAX_TEXT]
    return node


def _torch() -> Any:
    """Torch if the notebook has imported it: a value can't be a tensor otherwise."""
    return sys.modules.get("torch")


def _numpy() -> Any:
    return sys.modules.get("numpy")


class _Encoder:
    """Encodes one value within one budget of bytes and items."""

    def __init__(self, facts: Iterable[str]) -> None:
        self.facts = frozenset(facts)
        self.items = MAX_ITEMS
        self.bytes = MAX_BYTES

    def encode(self, value: object, depth: int) -> Node:
        if depth > MAX_DEPTH:
            return too_large("nested deeper than it should be")
        for encoder in (self._scalar, self._torch_value, self._numpy_value):
            node = encoder(value)
            if node is not None:
                return node
        return self._container(value, depth) or {"kind": "other", "type": type(value).__name__}

    def _scalar(self, value: object) -> Node | None:
        if value is None or isinstance(value, bool):
            return {"kind": "none"} if value is None else {"kind": "bool", "value": bool(value)}
        if isinstance(value, int):
            return _integer(int(value))
        if isinstance(value, float):
            return {"kind": "float", "value": float(value).hex()}
        if isinstance(value, complex):
            return {"kind": "complex", "value": [value.real.hex(), value.imag.hex()]}
        if isinstance(value, str):
            if len(value) > MAX_TEXT:
                return too_large("a string")
            return {"kind": "str", "value": str(value)}
        return None

    def _torch_value(self, value: object) -> Node | None:
        torch = _torch()
        if torch is None:
            return None
        if isinstance(value, torch.Tensor):
            return self._tensor(value)
        if isinstance(value, torch.Size):
            return {"kind": "size", "items": [_integer(int(length)) for length in value]}
        if isinstance(value, torch.device):
            return {"kind": "device", "value": value.type}
        for kind in ("dtype", "layout", "memory_format"):
            if isinstance(value, getattr(torch, kind)):
                return {"kind": kind, "value": str(value).removeprefix("torch.")}
        return None

    def _tensor(self, tensor: Any) -> Node:
        torch = _torch()
        if tensor.layout != torch.strided or tensor.is_meta or tensor.is_quantized:
            return {"kind": "other", "type": f"{tensor.layout} tensor on {tensor.device.type}"}
        # Measured before anything is copied: an expanded tensor can be far larger than its storage.
        if not self._take(tensor.numel() * tensor.element_size()):
            return too_large(f"a tensor of {tensor.numel()} entries")
        plain = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
        raw = plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""
        node = _array("tensor", str(tensor.dtype).removeprefix("torch."), tensor.shape, raw)
        known = {
            "contiguous": tensor.is_contiguous,
            "device": lambda: tensor.device.type,
            "is_leaf": lambda: tensor.is_leaf,
            "requires_grad": lambda: tensor.requires_grad,
            "stride": lambda: list(tensor.stride()),
        }
        node["facts"] = {fact: known[fact]() for fact in TENSOR_FACTS if fact in self.facts}
        return node

    def _numpy_value(self, value: object) -> Node | None:
        numpy = _numpy()
        if numpy is None:
            return None
        if isinstance(value, numpy.generic) and value.dtype.kind in "biufc":
            return self._scalar(value.item())
        if not isinstance(value, numpy.ndarray) or value.dtype.kind not in "biufc":
            return None
        if not self._take(value.nbytes):
            return too_large(f"an array of {value.size} entries")
        little = value.astype(value.dtype.newbyteorder("<"), copy=False)
        return _array("ndarray", value.dtype.name, value.shape, little.tobytes())

    def _container(self, value: object, depth: int) -> Node | None:
        if isinstance(value, Mapping):
            pairs = [
                [self.encode(key, depth + 1), self.encode(item, depth + 1)]
                for key, item in self._bounded(value.items())
            ]
            return {"kind": "dict", "items": pairs} if self.items >= 0 else too_large("a dict")
        for kind, cls in (("tuple", tuple), ("list", list), ("range", range)):
            if isinstance(value, cls):
                return self._sequence(kind, value, depth)
        if isinstance(value, (set, frozenset)):
            node = self._sequence("set", value, depth)
            node.get("items", []).sort(key=str)
            return node
        return None

    def _sequence(self, kind: str, value: Iterable[object], depth: int) -> Node:
        items = [self.encode(item, depth + 1) for item in self._bounded(value)]
        return {"kind": kind, "items": items} if self.items >= 0 else too_large(f"a {kind}")

    def _bounded(self, values: Iterable[Any]) -> Iterable[Any]:
        for value in values:
            self.items -= 1
            if self.items < 0:
                return
            yield value

    def _take(self, size: int) -> bool:
        self.bytes -= size
        return self.bytes >= 0


def too_large(what: str) -> Node:
    """The node of a value past a bound: it equals nothing."""
    return {"kind": "too_large", "what": what}


def _integer(value: int) -> Node:
    # Text, since JSON readers keep no more than 53 bits of a number.
    if value.bit_length() > MAX_DIGITS * 3:
        return too_large("an int")
    return {"kind": "int", "value": str(value)}


def _array(kind: str, dtype: str, shape: Iterable[int], raw: bytes) -> Node:
    data = base64.b64encode(raw).decode("ascii")
    return {"kind": kind, "dtype": dtype, "shape": [int(n) for n in shape], "data": data}
