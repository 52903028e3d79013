"""Memory: do two tensors or arrays lie in the same, and copies that lie elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


def share_memory(a: Any, b: Any) -> bool:
    """Do the storages of two tensors or arrays overlap? Empty ones never do.

    Raises:
        TypeError: one of them is neither a tensor nor a NumPy array.
    """
    (device_a, start_a, end_a), (device_b, start_b, end_b) = _span(a), _span(b)
    return device_a == device_b and max(start_a, start_b) < min(end_a, end_b)


def _span(value: Any) -> tuple[str, int, int]:
    if isinstance(value, torch.Tensor):
        storage = value.untyped_storage()
        return str(value.device), storage.data_ptr(), storage.data_ptr() + storage.nbytes()
    if isinstance(value, np.ndarray):
        owner = value.base  # a slice's array, or the tensor that `numpy()` shows
        if isinstance(owner, np.ndarray | torch.Tensor):
            return _span(owner)
        start = value.__array_interface__["data"][0]
        return "cpu", start, start + value.nbytes
    raise TypeError(f"a {type(value).__name__} has no memory to share; a tensor or NumPy array has")


def copies(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments, each tensor among them as a copy with the same strides."""
    return tuple(_copy(one) if isinstance(one, torch.Tensor) else one for one in args)


def _copy(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.layout is not torch.strided:
        return tensor.detach().clone().requires_grad_(tensor.requires_grad)
    # the storage is copied whole, so that strides and offset stay, which `clone` may change
    copy = torch.empty(0, dtype=tensor.dtype, device=tensor.device)
    storage: Any = tensor.untyped_storage()
    copy.set_(storage.clone(), tensor.storage_offset(), tensor.shape, tensor.stride())
    return copy.requires_grad_(tensor.requires_grad)
