"""What the attackers are after: all of it planted by the test, and reachable for this user."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from jupyter_client.manager import KernelManager

from .lesson import ASSIGNMENT

SECRET = "PLANTED" + "_SECRET_VALUE"
# It lets anyone trace it, where Yama asks, and takes note of a signal.
_VICTIM = """
import ctypes, pathlib, signal, sys
ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)
for number in (signal.SIGUSR1, signal.SIGCONT):
    signal.signal(number, lambda *_: pathlib.Path(sys.argv[1]).touch())
print("up", flush=True)
while True:
    signal.pause()
"""


@dataclass(frozen=True)
class Targets:
    """Where they are, and what has become of them."""

    root: Path
    planted: Path
    listeners: dict[str, socket.socket]
    victim: subprocess.Popen[bytes]
    kernel: KernelManager

    def to_json(self) -> str:
        """What an attacker who knows the machine would know."""
        places = {
            "gradebook": self.root / "gradebook.db",
            "key": self.root / f".autograder/keys/{ASSIGNMENT}/tiny.json",
            "submitted": self.root / "submitted",
            "home": self.planted / "home",
            "writable": self.planted / "writable",
            "named": self.planted / "named",
            "touched": self.planted / "touched",
        }
        ports = {name: self.listeners[name].getsockname()[1] for name in ("tcp", "udp")}
        known = {"pid": self.victim.pid, "abstract": self.planted.name, **ports}
        known["kernel"] = self.kernel.get_connection_info(session=False)
        known["kernel"]["key"] = known["kernel"]["key"].decode()
        return json.dumps({**{name: str(path) for name, path in places.items()}, **known})

    def harm(self) -> set[str]:
        """What an attack has done, seen from outside."""
        return {*self._contacted(), *self._changed()}

    def _contacted(self) -> Iterator[str]:
        for name, listener in self.listeners.items():
            with suppress(BlockingIOError):
                if listener.type == socket.SOCK_DGRAM:
                    listener.recv(10)
                else:
                    listener.accept()[0].close()
                yield name

    def _changed(self) -> Iterator[str]:
        if (self.planted / "writable").read_text() != "untouched":
            yield "writable"
        if (self.root / f".autograder/keys/{ASSIGNMENT}/made").exists():
            yield "made"
        if (self.planted / "touched").exists():
            yield "kernel"
        if (self.planted / "signalled").exists() or self.victim.poll() is not None:
            yield "victim"


@contextmanager
def planted(root: Path) -> Iterator[Targets]:
    """Targets for the attackers of the course at `root`, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="p-") as folder:
        place = Path(folder)
        (place / "home/.ssh").mkdir(parents=True)
        (place / "home/.ssh/id_planted").write_text(SECRET)
        (place / "writable").write_text("untouched")
        (place / "writable").chmod(0o666)
        command = [sys.executable, "-c", _VICTIM, str(place / "signalled")]
        victim = subprocess.Popen(command, stdout=subprocess.PIPE)
        listeners = {name: _listen(name, place) for name in ("tcp", "udp", "abstract", "named")}
        kernel = KernelManager(kernel_name="python3", transport="ipc", ip=str(place / "k"))
        try:
            assert victim.stdout
            victim.stdout.readline()
            kernel.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            os.environ["PLANTED_SECRET"] = SECRET
            yield Targets(root, place, listeners, victim, kernel)
        finally:
            os.environ.pop("PLANTED_SECRET", None)
            kernel.shutdown_kernel(now=True)
            kernel.cleanup_resources()
            victim.kill()
            victim.communicate()
            for each in listeners.values():
                each.close()


def _listen(name: str, place: Path) -> socket.socket:
    internet = name in ("tcp", "udp")
    kind = socket.SOCK_DGRAM if name == "udp" else socket.SOCK_STREAM
    made = socket.socket(socket.AF_INET if internet else socket.AF_UNIX, kind)
    made.bind(
        ("127.0.0.1", 0)
        if internet
        else str(place / name)
        if name == "named"
        else f"\0{place.name}"
    )
    if kind == socket.SOCK_STREAM:
        made.listen()
    made.setblocking(False)
    return made
