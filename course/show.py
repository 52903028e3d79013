"""How a value is shown to a student: short, on one line, whatever its own repr does."""

from __future__ import annotations

from typing import Any

import torch

LONGEST = 70


def show(value: object, longest: int = LONGEST) -> str:
    """A value in one line of at most `longest` characters."""
    if isinstance(value, torch.Tensor):
        return _tensor(value, longest)
    if isinstance(value, torch.Size):
        return str(tuple(value))
    try:
        return _one_line(str(repr(value)), longest)
    except Exception:
        return f"<{kind(value)} that cannot be shown: its __repr__ fails>"


def kind(value: object) -> str:
    """The name of a value's type, as the course calls it: 'tensor', 'NumPy array', 'int', …."""
    if isinstance(value, torch.Tensor):
        return "tensor"
    if type(value).__module__ == "numpy" and type(value).__name__ == "ndarray":
        return "NumPy array"
    return type(value).__name__


def shape(value: torch.Tensor | torch.Size) -> str:
    """A shape as a tuple: '(3, 4)'."""
    return str(tuple(value.shape if isinstance(value, torch.Tensor) else value))


def entries(yours: Any, wanted: Any) -> tuple[str, str]:
    """Two numbers of a tensor, with as many digits as tell them apart."""
    if f"{yours:.8g}" == f"{wanted:.8g}":
        return repr(yours), repr(wanted)
    return _number(yours), _number(wanted)


def _number(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e8:
        return f"{value:.1f}"
    return str(value) if isinstance(value, int) else f"{value:.8g}"


def _tensor(value: torch.Tensor, longest: int) -> str:
    about = f"tensor of shape {shape(value)}, {value.dtype}"
    if value.numel() > 12 or value.is_meta or value.layout is not torch.strided:
        return about
    try:
        values = _one_line(str(value.detach().cpu().tolist()), longest)
    except Exception:
        return about
    return f"tensor({values}), {value.dtype}"


def _one_line(text: str, longest: int) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
