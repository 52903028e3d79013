"""What a kernel took."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.manager import AsyncKernelManager


@dataclass
class Usage:
    """CPU time (seconds) and peak resident memory (megabytes)."""

    cpu_s: float = 0.0
    peak_mb: float = 0.0

    def read(self, manager: AsyncKernelManager) -> None:
        """Of a kernel that is our own child, while it is alive: nobody tells us afterwards."""
        provisioner = manager.provisioner
        if hasattr(provisioner, "end") or (pid := getattr(provisioner, "pid", None)) is None:
            return
        try:
            times = psutil.Process(pid).cpu_times()
            self.peak_mb = _peak_mb(pid)
        except (psutil.Error, OSError):
            return
        self.cpu_s = times.user + times.system + times.children_user + times.children_system

    def read_end(self, provisioner: Any) -> None:
        """Of a kernel that ended, where its supervisor told."""
        end = getattr(provisioner, "end", None)
        if end is not None:
            self.cpu_s, self.peak_mb = end.cpu_s, end.peak_mb


def _peak_mb(pid: int) -> float:
    """The largest resident size so far where the system keeps it, else the present one."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return float(psutil.Process(pid).memory_info().rss) / 2**20
