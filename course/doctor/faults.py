"""Facts to findings: for each fault one sentence and the command that mends it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from course.doctor.facts import Facts, Torch

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
OLDEST_TORCH = (2, 6)
NEEDED_GIB, FREE_GIB = 4.0, 1.0
NEEDED = ("numpy", "matplotlib", "ipywidgets", "jupyterlab", "ipykernel", "scikit-learn")
PIP = "python -m pip install"
WHEELS = "https://download.pytorch.org/whl"
REINSTALL = f"{PIP} --force-reinstall torch --index-url {WHEELS}"


class Level(StrEnum):
    """How much a finding matters: a fault stops the course, a warning makes it slower."""

    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One sentence, and the command (or the step) that mends it."""

    level: Level
    sentence: str
    mend: str


def examine(facts: Facts) -> tuple[Finding, ...]:
    """Everything that is wrong, faults first."""
    found = [finding for rule in RULES for finding in rule(facts)]
    return tuple(sorted(found, key=lambda finding: finding.level is not Level.FAULT))


def _fault(sentence: str, mend: str) -> Finding:
    return Finding(Level.FAULT, sentence, mend)


def _warning(sentence: str, mend: str) -> Finding:
    return Finding(Level.WARNING, sentence, mend)


def _python(facts: Facts) -> Iterator[Finding]:
    if not OLDEST_PYTHON <= facts.python[:2] <= NEWEST_PYTHON:
        version = ".".join(map(str, facts.python))
        yield _fault(
            f"This is Python {version}; the course runs on Python 3.11 to 3.13.",
            "install Python 3.13 from https://www.python.org/downloads/, then "
            "python3.13 -m venv .venv",
        )


def _packages(facts: Facts) -> Iterator[Finding]:
    for name in NEEDED:
        if facts.packages.get(name) is None:
            yield _fault(f"{name} is not installed; the lessons use it.", f"{PIP} {name}")


def _torch(facts: Facts) -> Iterator[Finding]:
    if facts.torch is not None:
        if _numbers(facts.torch.version) < OLDEST_TORCH:
            yield _fault(
                f"torch {facts.torch.version} is too old; the course needs torch 2.6 or newer.",
                f'{PIP} --upgrade "torch>=2.6"',
            )
    elif facts.packages.get("torch") is None:
        yield _fault("torch is not installed.", f'{PIP} "torch>=2.6"')
    else:
        yield _fault(
            f"torch {facts.packages['torch']} is installed but can't be used: "
            f"{(facts.torch_error or 'it gives no reason').rstrip('.')}.",
            f'{PIP} --force-reinstall --no-cache-dir "torch>=2.6"',
        )


def _numbers(version: str) -> tuple[int, int]:
    found = re.match(r"(\d+)\.(\d+)", version)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def _without_accelerator(facts: Facts) -> Torch | None:
    """The torch that found no accelerator; None also if it is too old to look for one."""
    torch = facts.torch
    if torch is None or torch.accelerator or _numbers(torch.version) < OLDEST_TORCH:
        return None
    return torch


def _memory(facts: Facts) -> Iterator[Finding]:
    if facts.memory_gib is not None and facts.memory_gib < NEEDED_GIB:
        yield _warning(
            f"This machine has {facts.memory_gib:.1f} GiB of memory; "
            f"some lessons need {NEEDED_GIB:.0f} GiB.",
            "run one notebook at a time: in JupyterLab, Kernel > Shut Down All Kernels",
        )
    elif facts.free_gib is not None and facts.free_gib < FREE_GIB:
        yield _warning(
            f"Only {facts.free_gib:.1f} GiB of memory are free; a lesson takes about 1 GiB.",
            "close other programs; in JupyterLab, Kernel > Shut Down All Kernels",
        )


def _nvidia(facts: Facts) -> Iterator[Finding]:
    torch = _without_accelerator(facts)
    if torch is None:
        return
    if facts.driver is not None and not torch.build.startswith("cuda"):
        yield _warning(
            f"There is an {facts.driver.name}, but torch {torch.version} is built for "
            f"{torch.build}, so it is not used.",
            f"{REINSTALL}/{_cuda_wheel(facts.driver.cuda)}",
        )
    elif facts.driver is not None:
        yield _driver_too_old(facts, torch)
    elif "nvidia" in facts.adapters:
        yield _warning(
            "There is an NVIDIA GPU but no working driver: nvidia-smi does not run.",
            "install the driver from https://www.nvidia.com/drivers and restart",
        )


def _driver_too_old(facts: Facts, torch: Torch) -> Finding:
    driver = facts.driver
    assert driver is not None  # noqa: S101  the caller looked
    built = torch.build.removeprefix("cuda ")
    if driver.cuda and _numbers(driver.cuda)[0] < _numbers(built)[0]:
        return _warning(
            f"The NVIDIA driver {driver.version} runs CUDA up to {driver.cuda}, and this torch "
            f"is built for CUDA {built}: the driver is too old for it.",
            f"{REINSTALL}/{_cuda_wheel(driver.cuda)}  "
            "(or a newer driver: https://www.nvidia.com/drivers)",
        )
    reason = f" ({torch.cuda_error.rstrip('.')})" if torch.cuda_error else ""
    return _warning(
        f"torch is built for CUDA {built} and finds no GPU, though nvidia-smi does{reason}.",
        "restart the machine; if CUDA_VISIBLE_DEVICES is set, unset it",
    )


def _cuda_wheel(cuda: str | None) -> str:
    """The build to install for a driver: any 12.x driver runs 12.6 wheels (minor compatibility)."""
    return "cu130" if cuda and _numbers(cuda)[0] >= 13 else "cu126"


def _amd(facts: Facts) -> Iterator[Finding]:
    torch = _without_accelerator(facts)
    if torch is None:
        return
    if torch.build.startswith("rocm"):
        yield _warning(
            "torch is built for ROCm and finds no AMD GPU that it can use.",
            "sudo usermod -aG render,video $USER, log in again, and look at what rocminfo says",
        )
    elif "amd" in facts.adapters and facts.driver is None and facts.system == "Linux":
        yield _warning(
            f"There is an AMD GPU, but torch is built for {torch.build}, so it is not used. "
            "If ROCm supports the GPU, a ROCm build uses it.",
            f"{REINSTALL}/rocm6.4",
        )


def _intel(facts: Facts) -> Iterator[Finding]:
    torch = _without_accelerator(facts)
    if torch is not None and torch.build == "xpu":
        yield _warning(
            "torch is built for Intel GPUs (XPU) and finds none that it can use.",
            "install Intel's GPU driver: "
            "https://docs.pytorch.org/docs/stable/notes/get_start_xpu.html",
        )


def _apple(facts: Facts) -> Iterator[Finding]:
    torch = _without_accelerator(facts)
    if facts.system != "Darwin" or torch is None:
        return
    if facts.machine != "arm64":
        yield _warning(
            "This Python is built for Intel Macs, so torch can't use an Apple GPU.",
            "on a Mac with an Apple chip: install the arm64 Python from "
            "https://www.python.org/downloads/macos/ and make the venv anew",
        )
    elif torch.mps_built:
        yield _warning(
            "torch is built for Apple's GPU (MPS), but macOS does not offer it.",
            "update macOS to 14 or newer: softwareupdate --install --all",
        )


def _product(facts: Facts) -> Iterator[Finding]:
    speed = facts.torch.speed if facts.torch else None
    if speed is None or speed.error is None:
        return
    sentence = f"A matrix product on {speed.device} fails: {speed.error.rstrip('.')}."
    if speed.device == "cpu":
        yield _fault(sentence, f'{PIP} --force-reinstall --no-cache-dir "torch>=2.6"')
    else:
        yield _fault(
            sentence,
            f"update the GPU's driver and restart; to go on without the GPU: {REINSTALL}/cpu",
        )


RULES: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    _python,
    _torch,
    _packages,
    _memory,
    _nvidia,
    _amd,
    _intel,
    _apple,
    _product,
)
