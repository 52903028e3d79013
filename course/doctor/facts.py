"""What is known of the machine, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Driver:
    """What `nvidia-smi` tells: the first GPU, the driver, the newest CUDA that it can run."""

    name: str
    version: str
    cuda: str | None = None


@dataclass(frozen=True)
class Accelerator:
    """The device that `torch.accelerator` would use. Memory in GiB, None where it isn't told."""

    kind: str
    name: str
    memory_gib: float | None = None


@dataclass(frozen=True)
class Speed:
    """One measured product of two (size, size) matrices: the median of several, in GFLOP/s.

    `error` says why there is no figure, or why the figure is of no use.
    """

    device: str
    dtype: str
    size: int
    gflops: float | None = None
    error: str | None = None


@dataclass(frozen=True)
class Torch:
    """What an imported torch tells. `build`: "cpu", "cuda 12.6", "rocm 6.4", "xpu" or "mps"."""

    version: str
    build: str
    cuda_error: str | None = None
    mps_built: bool = False
    accelerator: Accelerator | None = None
    speed: Speed | None = None


@dataclass(frozen=True)
class Facts:
    """Everything that the doctor looks at.

    `adapters`: makers of the graphics adapters that the system lists ("nvidia", "amd",
    "intel"), whether or not they have a driver. `torch` is None where it could not be
    imported, and `torch_error` says why.
    """

    python: tuple[int, int, int]
    executable: str
    system: str
    machine: str
    memory_gib: float | None
    free_gib: float | None
    packages: dict[str, str | None] = field(default_factory=dict)
    adapters: tuple[str, ...] = ()
    driver: Driver | None = None
    torch: Torch | None = None
    torch_error: str | None = None
