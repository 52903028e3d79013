"""Collects the facts. Nothing else in the doctor looks at the machine, and nothing here hangs."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from course.doctor.facts import Accelerator, Driver, Facts, Speed, Torch

PACKAGES = ("torch", "numpy", "matplotlib", "ipywidgets", "jupyterlab", "ipykernel", "scikit-learn")
MAKERS = {"0x10de": "nvidia", "0x1002": "amd", "0x8086": "intel"}
GIB = 2**30
DISPLAY_CLASS = "0x03"
QUICK_S = 10.0


def collect(timeout_s: float = 90.0) -> Facts:
    """The facts of this machine, in at most about `timeout_s` seconds."""
    torch, error = _torch(timeout_s)
    total, free = _memory()
    return Facts(
        python=(sys.version_info.major, sys.version_info.minor, sys.version_info.micro),
        executable=sys.executable,
        system=platform.system(),
        machine=platform.machine(),
        memory_gib=total,
        free_gib=free,
        packages={name: _version(name) for name in PACKAGES},
        adapters=adapters(Path("/sys/bus/pci/devices")),
        driver=parse_driver(_nvidia_smi()),
        torch=torch,
        torch_error=error,
    )


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _memory() -> tuple[float | None, float | None]:
    """Total and free memory in GiB, by psutil, which ipykernel brings."""
    try:
        import psutil
    except ImportError:
        return None, None
    memory = psutil.virtual_memory()
    return memory.total / GIB, memory.available / GIB


def adapters(devices: Path) -> tuple[str, ...]:
    """Makers of the display adapters under Linux's list of PCI devices; none elsewhere."""
    found = set()
    for device in devices.glob("*"):
        try:
            is_display = (device / "class").read_text().startswith(DISPLAY_CLASS)
            maker = MAKERS.get((device / "vendor").read_text().strip())
        except OSError:
            continue
        if is_display and maker:
            found.add(maker)
    return tuple(sorted(found))


def _nvidia_smi() -> str:
    try:
        done = subprocess.run(
            ["nvidia-smi", "-q"],  # noqa: S607  wherever the driver put it
            capture_output=True,
            text=True,
            timeout=QUICK_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    return done.stdout if done.returncode == 0 else ""


def parse_driver(text: str) -> Driver | None:
    """The driver from the text of `nvidia-smi -q`, or None if that names none."""
    version = re.search(r"Driver Version\s*:\s*(\S+)", text)
    name = re.search(r"Product Name\s*:\s*(.+)", text)
    cuda = re.search(r"CUDA Version\s*:\s*([\d.]+)", text)
    if version is None or name is None:
        return None
    return Driver(name.group(1).strip(), version.group(1), cuda.group(1) if cuda else None)


def _torch(timeout_s: float) -> tuple[Torch | None, str | None]:
    """What a process that imports torch says, or why it says nothing."""
    command = [sys.executable, "-m", "course.doctor.torch_probe"]
    # the folder that `course` was imported from, so that the other process finds the same one
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    try:
        done = subprocess.run(  # noqa: S603  our own module
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
            env={**os.environ, "PYTHONPATH": path},
        )
    except subprocess.TimeoutExpired:
        return None, f"no answer within {timeout_s:g} s"
    if done.returncode:
        return None, _last_line(done.stderr) or f"it ended with status {done.returncode}"
    return parse_torch(done.stdout)


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def parse_torch(text: str) -> tuple[Torch | None, str | None]:
    """The JSON on the last line of the process, as facts."""
    try:
        told: dict[str, Any] = json.loads(_last_line(text))
    except ValueError:
        return None, "its answer could not be read"
    if "error" in told:
        return None, str(told["error"])
    accelerator, speed = told.pop("accelerator"), told.pop("speed")
    return Torch(
        **told,
        accelerator=Accelerator(**accelerator) if accelerator else None,
        speed=Speed(**speed) if speed else None,
    ), None
