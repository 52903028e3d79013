"""A kernel's supervisor: it shuts the kernel in, watches over it, and ends all that it started.

It stays outside of the kernel's PID namespace and keeps the machine's own view of /proc.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import socket
import time
from contextlib import suppress
from typing import Any

from autograder.kernels import kernel
from autograder.kernels.sandbox import Policy, Watch, end, enter_namespaces, libc
from autograder.kernels.sandbox.watch import descendants

_PR_SET_CHILD_SUBREAPER = 36
_WATCH_EVERY_MS = 200
_MAX_ENDING_S = 5.0
CPU = "cpu"


def prepare() -> None:
    """Import what a kernel needs before it is forked."""
    kernel.prepare()


def refuse(channel: socket.socket, why: str) -> None:
    """Tell the client that there is no kernel."""
    _say(channel, {"refused": why})


def supervise(request: dict[str, Any], channel: socket.socket) -> None:
    """Fork a kernel, serve the client until it has ended, leave nothing of it behind."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    policy = Policy.from_json(request["policy"])
    entered = enter_namespaces(policy)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        kernel.become(request, policy, entered, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        report = pipe.readline()
    if b"given" in report:
        _say(channel, {"started": pid, **json.loads(report)}, os.pidfd_open(os.getpid()))
        _Supervision(pid, policy, entered, channel).until_it_ends()
    else:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        why = json.loads(report)["refused"] if report else "the kernel ended while it started"
        refuse(channel, why)


def _say(channel: socket.socket, content: dict[str, Any], *descriptors: int) -> None:
    line = json.dumps(content).encode() + b"\n"
    with suppress(OSError):  # a client that is gone
        socket.send_fds(channel, [line], descriptors)


class _Supervision:
    """One kernel that has started."""

    def __init__(
        self, pid: int, policy: Policy, entered: tuple[str, ...], channel: socket.socket
    ) -> None:
        self.pid = pid
        self.policy = policy
        self.channel = channel
        self.own_pids = "pid" in entered
        self.watch = Watch(pid, policy, own_root=bool(entered))
        self.exceeded: str | None = None
        self.killed = False

    def until_it_ends(self) -> None:
        """Pass signals on and watch; then tell how it ended and what it took."""
        status = self._wait()
        self._end_the_rest()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s = used.ru_utime + used.ru_stime
        if status == -signal.SIGKILL and not self.killed and cpu_s >= self.policy.cpu_s - 1:
            self.exceeded = CPU
        ended = {"ended": status, "exceeded": self.exceeded}
        _say(self.channel, {**ended, "cpu_s": round(cpu_s, 3), "peak_kb": used.ru_maxrss})

    def _wait(self) -> int:
        waiting = select.poll()
        process = os.pidfd_open(self.pid)
        waiting.register(process, select.POLLIN)
        waiting.register(self.channel, select.POLLIN)
        while True:
            events = {descriptor for descriptor, _ in waiting.poll(_WATCH_EVERY_MS)}
            if process in events:
                return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            if events and not self._obey():
                waiting.unregister(self.channel)
                self._kill()
            found = self.watch.check()
            if found and not self.exceeded:
                self.exceeded = found.value
                self._kill()

    def _obey(self) -> bool:
        """Do what the client asks; False when it is gone."""
        try:
            lines = self.channel.recv(4096)
        except OSError:
            return False
        for line in lines.splitlines():
            number = json.loads(line)["signal"]
            if number == signal.SIGKILL:
                self._kill()
            else:
                with suppress(ProcessLookupError):
                    os.killpg(self.pid, number)
        return bool(lines)

    def _kill(self) -> None:
        self.killed = True
        if self.own_pids:  # the system ends what is in its namespace with it
            os.kill(self.pid, signal.SIGKILL)
        else:
            end(self.pid)

    def _end_the_rest(self) -> None:
        """What the kernel left behind has become this process's own children."""
        deadline = time.monotonic() + _MAX_ENDING_S
        while time.monotonic() < deadline:
            for each in descendants(os.getpid()):
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return
