"""Where to compute: the accelerator of this machine if it has one, else the CPU.

One call for CUDA, ROCm, MPS and XPU alike: https://docs.pytorch.org/docs/stable/accelerator.html
"""

from __future__ import annotations

import torch

__all__ = ["best", "describe", "synchronize"]

GIB = 2**30


def best() -> torch.device:
    """The accelerator that PyTorch can use now, or `torch.device("cpu")`."""
    if not torch.accelerator.is_available():
        return torch.device("cpu")
    return torch.accelerator.current_accelerator() or torch.device("cpu")


def synchronize(device: torch.device | str | None = None) -> None:
    """Wait until the device has done all that it was asked to; at once on the CPU.

    Without it a clock measures how long an accelerator took to be asked, not to compute.
    """
    chosen = best() if device is None else torch.device(device)
    if chosen.type != "cpu":
        torch.accelerator.synchronize(chosen)


def describe(device: torch.device | str | None = None) -> str:
    """The device in words: 'cpu, 8 threads' or 'cuda, NVIDIA H200, 139.8 GiB'."""
    chosen = best() if device is None else torch.device(device)
    if chosen.type == "cpu":
        threads = torch.get_num_threads()
        return f"cpu, {threads} thread{'s' if threads != 1 else ''}"
    return ", ".join([str(chosen), *_properties(chosen)])


def _properties(device: torch.device) -> list[str]:
    """Name and memory, where the backend tells them (MPS does not)."""
    module = torch.get_device_module(device)
    if not hasattr(module, "get_device_properties"):
        return []
    properties = module.get_device_properties(device)
    return [properties.name, f"{properties.total_memory / GIB:.1f} GiB"]
