"""A kernel that was forked for us: not our child, so its supervisor tells us of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from autograder.errors import ExecutionError

# A cold import of torch from a slow disk takes a minute.
STARTING_S = 180.0
_ENDING_S = 8.0


class Gone(Exception):  # noqa: N818  what happened, never seen outside of this package
    """The other end closed without its last word."""


@dataclass(frozen=True)
class End:
    """How a kernel ended, and what it and all that it started took.

    status: its exit code, or a signal's number, negative. exceeded: which bound it was ended
    for ("memory", "disk", "cpu"), if any.
    """

    status: int
    exceeded: str | None = None
    cpu_s: float = 0.0
    peak_mb: float = 0.0


class Channel:
    """Our end of a kernel's channel: lines of JSON, and a descriptor with the first."""

    def __init__(self, channel: socket.socket) -> None:
        """Our end of a pair of stream sockets."""
        channel.setblocking(False)
        self._socket = channel
        self._text = b""
        self.descriptors: list[int] = []

    def read(self) -> dict[str, Any] | None:
        """The next object, None when there is none yet. Gone when there will be none."""
        if b"\n" not in self._text:
            try:
                more, descriptors, _, _ = socket.recv_fds(self._socket, 1 << 16, 1)
            except BlockingIOError:
                return None
            except OSError as error:
                raise Gone from error
            self.descriptors += descriptors
            if not more:
                raise Gone
            self._text += more
        line, newline, rest = self._text.partition(b"\n")
        if not newline:
            return None
        self._text = rest
        content: dict[str, Any] = json.loads(line)
        return content

    async def readable(self, timeout_s: float) -> None:
        """Return when there is something to read, or when the time is over."""
        loop = asyncio.get_running_loop()
        ready = loop.create_future()
        loop.add_reader(self._socket, _settle(ready))
        try:
            await asyncio.wait({ready}, timeout=timeout_s)
        finally:
            loop.remove_reader(self._socket)

    def send(self, content: dict[str, Any]) -> None:
        """Say something; nothing happens when the other end is gone."""
        with suppress(OSError):
            self._socket.send(json.dumps(content).encode() + b"\n")

    def close(self) -> None:
        """Let go of it, which ends the kernel."""
        self._socket.close()
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors = []


def _settle(ready: asyncio.Future[None]) -> Callable[[], None]:
    return lambda: None if ready.done() else ready.set_result(None)


class KernelProcess:
    """A kernel under a supervisor. `close` ends it; nothing of it stays."""

    def __init__(self, channel: Channel, pid: int, given: dict[str, Any]) -> None:
        """pid: as seen from here. given: what of the sandbox is in force."""
        self._channel = channel
        self.pid = pid
        self.given = given
        self.end: End | None = None

    @classmethod
    async def started(cls, channel: Channel) -> Self:
        """Wait until it listens. ExecutionError when it was refused; Gone when all died."""
        deadline = time.monotonic() + STARTING_S
        while (said := channel.read()) is None:
            if time.monotonic() > deadline:
                raise ExecutionError(f"No kernel started within {STARTING_S:.0f} s.")
            await channel.readable(deadline - time.monotonic())
        if "refused" in said:
            raise ExecutionError(f"No kernel could be started: {said['refused']}")
        return cls(channel, said["started"], said["given"])

    def poll(self) -> End | None:
        """How it ended; None while it runs."""
        if self.end is None:
            try:
                said = self._channel.read()
            except Gone:
                # Its supervisor was killed, and the system then kills the kernel.
                self.end = End(-signal.SIGKILL)
            else:
                if said is not None:
                    self.end = _end(said)
        return self.end

    async def wait(self, timeout_s: float) -> End | None:
        """How it ended; None when it still runs after `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        while self.poll() is None and (left := deadline - time.monotonic()) > 0:
            await self._channel.readable(left)
        return self.end

    def send_signal(self, number: int) -> None:
        """To the kernel and its process group."""
        self._channel.send({"signal": int(number)})

    async def kill(self) -> None:
        """End it with all that it started, and wait until it is gone."""
        self.send_signal(signal.SIGKILL)
        if await self.wait(_ENDING_S) is None:
            for descriptor in self._channel.descriptors:
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            await self.wait(_ENDING_S)

    def close(self) -> None:
        """Let go of it: what still runs of it is ended."""
        self._channel.close()


def _end(said: dict[str, Any]) -> End:
    return End(said["ended"], said["exceeded"], said["cpu_s"], said["peak_kb"] / 1024)
