"""Run a command and measure it with all that it starts, kernels that live for 0.1 s included."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_EVERY_S = 0.05
_ZYGOTE = "autograder.kernels.zygote"


@dataclass(frozen=True)
class Run:
    """What one run took.

    wall_s: the whole command. cpu_s: of all its processes. steady: submissions a second from
    the first result to the last, so without the start. peak_pss_mb: of all together.
    """

    wall_s: float
    cpu_s: float
    steady: float
    peak_pss_mb: float


class _Family:
    """The processor time of a process and all below it, read while they are alive.

    Kernels are too short-lived to be read: their parent has waited for them and holds their
    time (a zygote, or stock nbgrader itself), so of it the children's time counts too, and
    what is below it is passed over.
    """

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._seen: dict[tuple[int, float], float] = {}
        self.peak_pss = 0

    def read(self, waits_for_kernels: bool) -> None:
        try:
            self._read(self._root, waits_for_kernels)
        except psutil.Error:
            return

    def _read(self, process: psutil.Process, collects: bool) -> None:
        times = process.cpu_times()
        own = times.user + times.system
        if collects:
            own += times.children_user + times.children_system
        self._seen[process.pid, process.create_time()] = own
        if collects:
            return
        for child in process.children():
            try:
                self._read(child, _ZYGOTE in " ".join(child.cmdline()))
            except psutil.Error:
                continue

    def read_memory(self) -> None:
        total = 0
        for process in [self._root, *self._root.children(recursive=True)]:
            total += pss_bytes(process.pid)
        self.peak_pss = max(self.peak_pss, total)

    @property
    def cpu_s(self) -> float:
        return sum(self._seen.values())


def pss_bytes(pid: int) -> int:
    """The proportional set size of a process; 0 when it is gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0


def run(
    command: Sequence[str], folder: Path, graded: str, *, stock: bool, cores: int, memory: bool
) -> Run:
    """Run in `folder`; `graded` is the pattern of the notebooks that it writes.

    memory: read PSS too, which slows what is measured; its times are then not to be quoted.
    """
    environment = {**os.environ, "PYTORCH_MECHANICS_JUDGE": "1"} if stock else dict(os.environ)
    chosen = sorted(os.sched_getaffinity(0))[:cores]
    begun = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=said,
            preexec_fn=lambda: os.sched_setaffinity(0, chosen),
        )  # fmt: skip
        family = _Family(process.pid)
        while _is_running(process.pid):
            family.read(waits_for_kernels=False)
            if memory:
                family.read_memory()
            time.sleep(_EVERY_S)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{said.read().decode()[-2000:]}")
    wall_s = time.monotonic() - begun
    # nbgrader waits for its kernels, so the system has counted all that it took.
    cpu_s = used.ru_utime + used.ru_stime if stock else family.cpu_s
    return Run(wall_s, cpu_s, _steady(folder, graded), family.peak_pss / 2**20)


def _is_running(pid: int) -> bool:
    return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def _steady(folder: Path, graded: str) -> float:
    at = sorted(path.stat().st_mtime for path in folder.glob(graded))
    return (len(at) - 1) / (at[-1] - at[0])
