"""What torch tells of itself and the machine, as one line of JSON.

Run as `python -m course.doctor.torch_probe`: a process of its own, because a broken driver can
hang or end the process that imports torch.
"""

from __future__ import annotations

import json
import statistics
import time
import warnings
from dataclasses import asdict
from typing import Any

from course.doctor.facts import Accelerator, Speed, Torch

GIB = 2**30
CPU_SIZE, ACCELERATOR_SIZE = 1024, 4096
WARM_UPS, REPEATS = 2, 7
# float32, also where the hardware rounds the factors to 10 bits (TF32)
LARGEST_ERROR = 1e-2


def main() -> None:
    """Print the facts, or {"error": why torch can't be imported}."""
    try:
        import torch  # noqa: F401
    except (ImportError, OSError) as error:
        print(json.dumps({"error": str(error) or type(error).__name__}))
        return
    print(json.dumps(asdict(look())))


def look() -> Torch:
    """Torch's facts, with one measured matrix product on the best device."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a driver that is too old is told by _cuda_error
        accelerator = _accelerator()
    device = accelerator.kind if accelerator else "cpu"
    return Torch(
        version=torch.__version__,
        build=_build(),
        cuda_error=None if accelerator else _cuda_error(),
        mps_built=torch.backends.mps.is_built(),
        accelerator=accelerator,
        speed=measure(device, ACCELERATOR_SIZE if accelerator else CPU_SIZE),
    )


def _build() -> str:
    import torch

    if torch.version.hip:
        return f"rocm {torch.version.hip}"
    if torch.version.cuda:
        return f"cuda {torch.version.cuda}"
    if getattr(torch.version, "xpu", None):
        return "xpu"
    return "mps" if torch.backends.mps.is_built() else "cpu"


def _cuda_error() -> str | None:
    """Why a CUDA build has no device, in torch's own words."""
    import torch

    cuda: Any = torch.cuda
    if torch.version.cuda is None:
        return None
    try:
        cuda.init()
    except Exception as error:  # its type differs by version and cause
        return str(error).splitlines()[0] if str(error) else type(error).__name__
    return None


def _accelerator() -> Accelerator | None:
    import torch

    if not hasattr(torch, "accelerator") or not torch.accelerator.is_available():
        return None
    device = torch.accelerator.current_accelerator()
    if device is None:
        return None
    module: Any = torch.get_device_module(device)
    if not hasattr(module, "get_device_properties"):
        return Accelerator(device.type, device.type)
    told = module.get_device_properties(torch.accelerator.current_device_index())
    return Accelerator(device.type, told.name, told.total_memory / GIB)


def measure(device: str, size: int) -> Speed:
    """The median speed of a float32 matrix product, and whether its numbers are right."""
    import torch

    try:
        a, b = (torch.randn(size, size, device=device) for _ in range(2))
        seconds = _median_time(a, b)
        problem = wrong(a, b, a @ b)
    except Exception as error:  # whatever a driver makes of it is the finding
        return Speed(device, "float32", size, error=str(error).splitlines()[0])
    return Speed(device, "float32", size, 2 * size**3 / seconds / 1e9, problem)


def _median_time(a: Any, b: Any) -> float:
    for _ in range(WARM_UPS):
        _ = a @ b
    return statistics.median(_time(a, b) for _ in range(REPEATS))


def _time(a: Any, b: Any) -> float:
    _synchronize(a)
    begun = time.perf_counter()
    _ = a @ b
    _synchronize(a)
    return time.perf_counter() - begun


def _synchronize(tensor: Any) -> None:
    import torch

    if tensor.device.type != "cpu":
        torch.accelerator.synchronize()


def wrong(a: Any, b: Any, product: Any) -> str | None:
    """Compare some rows of `a @ b` with the same in float64 on the CPU; why they are wrong."""
    mine = product[:4].cpu().double()
    if not bool(mine.isfinite().all()):
        return "its result is not finite"
    theirs = a[:4].cpu().double() @ b.cpu().double()
    error = ((mine - theirs).norm() / theirs.norm()).item()
    return f"its result is off by {error:.0%}" if error > LARGEST_ERROR else None


if __name__ == "__main__":
    main()
