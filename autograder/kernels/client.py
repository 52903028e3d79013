"""Our side of the warm kernels: start the zygote when it is needed, and again when it died."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.errors import ExecutionError
from autograder.kernels.process import Channel, Gone, KernelProcess
from autograder.kernels.sandbox import Policy, clean_environment, refuse_at_first_sight

_ENDING_S = 5.0
_ATTEMPTS = 3
_MODULE = "autograder.kernels.zygote"


class Zygote:
    """The warm process of this process: started at the first fork, a context manager to end it.

    Any thread may ask it for kernels.
    """

    def __init__(self) -> None:
        """No process is started yet."""
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """The process as it is now; None while there is none."""
        return self._process.pid if self._process else None

    async def fork(
        self, connection: Mapping[str, Any], environment: Mapping[str, str], policy: Policy
    ) -> KernelProcess:
        """A kernel that listens where `connection` says. ExecutionError when it can't be had.

        A zygote that died is started again.
        """
        content = {"connection": connection, "environment": environment}
        request = json.dumps({**content, "policy": policy.to_json()}).encode()
        for _ in range(_ATTEMPTS):
            channel = Channel(self._ask(request))
            try:
                return await KernelProcess.started(channel)
            except Gone:
                channel.close()
            except BaseException:
                channel.close()
                raise
        raise ExecutionError(f"No kernel could be forked: {self._why_not()}")

    def _ask(self, request: bytes) -> socket.socket:
        ours, theirs = socket.socketpair()
        with ExitStack() as stack:
            stack.enter_context(ours)
            with theirs, self._lock:
                try:
                    self._send(request, theirs)
                except OSError:
                    self._end()  # it has died
                    self._send(request, theirs)
            stack.pop_all()
        return ours

    def _send(self, request: bytes, channel: socket.socket) -> None:
        control = self._control or self._start()
        socket.send_fds(control, [request], [channel.fileno()])

    def _start(self) -> socket.socket:
        refuse_at_first_sight()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-P", "-m", _MODULE, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                env=_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the coordinator alone
            )
        return self._control

    def _why_not(self) -> str:
        with self._lock, suppress(OSError, ValueError, KeyError):
            if self._control is not None:
                said = self._control.recv(1 << 16, socket.MSG_DONTWAIT)
                return str(json.loads(said)["failed"])
        return "the process that forks kernels ends as soon as it starts."

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(_ENDING_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None

    def close(self) -> None:
        """End the process; it may be started again."""
        with self._lock:
            self._end()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self.close()


def shared() -> Zygote:
    """The zygote of this process, ended with it."""
    return _of_process(os.getpid())


@cache
def _of_process(_: int) -> Zygote:
    zygote = Zygote()
    Finalize(None, zygote.close, exitpriority=0)
    return zygote


def _environment() -> dict[str, str]:
    """A kernel inherits the zygote's memory, so that holds no secret either."""
    return {
        **clean_environment(os.environ, "/nonexistent"),
        "MPLCONFIGDIR": str(_font_cache()),
        # What figures are drawn with in a notebook; read when matplotlib is imported.
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # NumPy's library would start threads when it is loaded.
        "OPENBLAS_NUM_THREADS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def _font_cache() -> Path:
    """Where matplotlib keeps its list of fonts: making a new one takes seconds."""
    given = os.environ.get("MPLCONFIGDIR")
    cache_home = os.environ.get("XDG_CACHE_HOME")
    return Path(given or Path(cache_home or Path.home() / ".cache") / "matplotlib")


__all__ = ["KernelProcess", "Zygote", "shared"]
