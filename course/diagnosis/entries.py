"""The entries of two tensors of one shape: made comparable, compared, and shown side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from course.show import entries

ROWS_SHOWN = 3


def plain_pair(actual: torch.Tensor, expected: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Both tensors detached, dense, on the CPU, in the one wide dtype that holds either exactly."""
    a, b = dense(actual), dense(expected)
    if a.dtype == b.dtype == torch.uint64:  # int64 can't hold it, but tells equal from unequal
        return a.view(torch.int64), b.view(torch.int64)
    wide = _wide(a.dtype, b.dtype)
    return a.to(wide), b.to(wide)


def dense(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor detached from its graph, strided, on the CPU."""
    tensor = tensor.detach()
    tensor = tensor.dequantize() if tensor.is_quantized else tensor
    tensor = tensor if tensor.layout is torch.strided else tensor.to_dense()
    return tensor.cpu().resolve_conj().resolve_neg()


def _wide(a: torch.dtype, b: torch.dtype) -> torch.dtype:
    if a == b == torch.bool:
        return torch.bool
    if a.is_complex or b.is_complex:
        return torch.complex128
    return torch.float64 if a.is_floating_point or b.is_floating_point else torch.int64


def same(a: torch.Tensor, b: torch.Tensor, rtol: float = 0.0, atol: float = 0.0) -> torch.Tensor:
    """Entry by entry, is `a` equal to `b` (same shape and dtype)? NaN equals NaN."""
    if not (a.is_floating_point() or a.is_complex()):
        if not (rtol or atol) or a.dtype == torch.bool:
            return a == b
        a, b = a.double(), b.double()
    return torch.isclose(a, b, rtol=rtol, atol=atol, equal_nan=True)


def table(actual: torch.Tensor, expected: torch.Tensor, wrong: torch.Tensor) -> tuple[str, ...]:
    """The first wrong entries: index, yours, expected, off by."""
    mine, theirs = dense(actual), dense(expected)
    lines = [("index", "yours", "expected", "off by")]
    for position in wrong.nonzero()[:ROWS_SHOWN].tolist():
        yours, wanted = mine[tuple(position)].item(), theirs[tuple(position)].item()
        where = str(position) if position else "()"
        lines.append((where, *entries(yours, wanted), gap(yours, wanted)))
    return _columns(lines)


def _columns(lines: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    rows = ("   ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)) for line in lines)
    return tuple(row.rstrip() for row in rows)


def gap(yours: Any, wanted: Any) -> str:
    """By how much a number is off, signed; nothing for truth values, NaN and infinities."""
    if isinstance(yours, bool) or isinstance(wanted, bool):
        return ""
    away = yours - wanted
    if isinstance(away, int):
        return f"{away:+d}"
    return f"{away:+.3g}" if abs(away) < float("inf") else ""
