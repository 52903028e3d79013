"""The warm process and its kernels: signals, ends, and what becomes of them when one dies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from autograder.errors import ExecutionError
from autograder.kernels.client import Zygote
from autograder.kernels.process import KernelProcess
from autograder.kernels.sandbox import Policy, clean_environment

from .running import Left, results, run

PORTS = ("shell", "iopub", "stdin", "hb", "control")


async def fork(zygote: Zygote, scratch: Path, **bounds: int) -> KernelProcess:
    work, sockets = scratch / "work", scratch / "sockets"
    for folder in (work, sockets):
        folder.mkdir(exist_ok=True)
    ports = {f"{name}_port": number for number, name in enumerate(PORTS, 1)}
    connection = {"transport": "ipc", "ip": f"{sockets}/k", "key": "secret", **ports}
    policy = Policy(workdir=str(work), sockets=str(sockets), **bounds)
    return await zygote.fork(connection, clean_environment(os.environ, str(work)), policy)


Use = Callable[[Zygote, KernelProcess], Awaitable[None]]
WithKernel = Callable[[Use], None]


@pytest.fixture
def with_kernel(scratch: Path, left: Left) -> WithKernel:
    """Give a zygote and a kernel of its to a function; nothing of them is left then."""

    async def all_of_it(use: Use) -> None:
        with Zygote() as zygote:
            kernel = await fork(zygote, scratch)
            try:
                await use(zygote, kernel)
            finally:
                kernel.close()

    def call(use: Use) -> None:
        asyncio.run(all_of_it(use))
        assert left() == []

    return call


def test_it_runs_until_it_is_killed(with_kernel: WithKernel) -> None:
    async def use(_: Zygote, kernel: KernelProcess) -> None:
        assert kernel.poll() is None
        assert psutil.pid_exists(kernel.pid)
        assert await kernel.wait(0.2) is None
        await kernel.kill()
        assert kernel.end is not None
        assert kernel.end.status == -signal.SIGKILL
        assert kernel.end.cpu_s > 0
        assert kernel.end.peak_mb > 50
        assert not psutil.pid_exists(kernel.pid)

    with_kernel(use)


def test_its_end_is_noticed_at_once(with_kernel: WithKernel) -> None:
    async def use(_: Zygote, kernel: KernelProcess) -> None:
        waiting = asyncio.ensure_future(kernel.wait(30))
        await asyncio.sleep(0)
        kernel.send_signal(signal.SIGKILL)
        end = await asyncio.wait_for(waiting, 10)
        assert end is not None
        assert end.status == -signal.SIGKILL

    with_kernel(use)


def test_what_it_started_ends_with_it(left: Left) -> None:
    command = ["sleep", f"999.{os.getpid()}"]  # no other's
    code = f"import subprocess; p = subprocess.Popen({command}, start_new_session=True); 1"
    assert results(run(code)) == ["1"]
    assert left() == []
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == command]


def test_closing_its_channel_ends_it(with_kernel: WithKernel) -> None:
    async def use(_: Zygote, kernel: KernelProcess) -> None:
        kernel.close()
        for _attempt in range(200):
            if not psutil.pid_exists(kernel.pid):
                return
            await asyncio.sleep(0.05)
        raise AssertionError("it still runs")

    with_kernel(use)


def test_it_outlives_its_zygote_and_the_next_is_started(
    scratch: Path, with_kernel: WithKernel
) -> None:
    async def use(zygote: Zygote, kernel: KernelProcess) -> None:
        first = zygote.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert await kernel.wait(0.3) is None
        await kernel.kill()
        again = await fork(zygote, scratch)
        try:
            assert zygote.pid not in (None, first)
            assert again.poll() is None
        finally:
            await again.kill()
            again.close()

    with_kernel(use)


def test_a_killed_supervisor_takes_its_kernel_along(with_kernel: WithKernel) -> None:
    async def use(_: Zygote, kernel: KernelProcess) -> None:
        supervisor = psutil.Process(kernel.pid).parent()
        assert supervisor is not None
        supervisor.kill()
        end = await kernel.wait(10)
        assert end is not None
        assert end.status == -signal.SIGKILL
        for _attempt in range(200):
            if not psutil.pid_exists(kernel.pid):
                return
            await asyncio.sleep(0.05)
        raise AssertionError("it still runs")

    with_kernel(use)


def test_too_little_memory_is_said_and_not_waited_for(scratch: Path, left: Left) -> None:
    async def all_of_it() -> None:
        with Zygote() as zygote:
            await fork(zygote, scratch, memory_bytes=1 << 20)

    with pytest.raises(ExecutionError, match="No kernel could be"):
        asyncio.run(all_of_it())
    assert left() == []


def test_a_zygote_that_can_t_start_is_said(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.kernels.client._MODULE", "autograder.errors")

    async def all_of_it() -> None:
        with Zygote() as zygote:
            await fork(zygote, scratch)

    with pytest.raises(ExecutionError, match="ends as soon as it starts"):
        asyncio.run(all_of_it())


def test_it_has_one_thread_and_no_secret(
    with_kernel: WithKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_TOKEN", "hunter2")

    async def use(zygote: Zygote, _: KernelProcess) -> None:
        process = psutil.Process(zygote.pid)
        assert process.num_threads() == 1
        assert "REGISTRY_TOKEN" not in process.environ()

    with_kernel(use)


def test_it_ends_with_the_process_that_started_it(scratch: Path) -> None:
    code = f"""
import asyncio, json, os, sys, time
from pathlib import Path
from kernels.test_zygote import fork
from autograder.kernels.client import Zygote
async def main():
    zygote = Zygote()
    kernel = await fork(zygote, Path({str(scratch)!r}))
    print(json.dumps([zygote.pid, kernel.pid]), flush=True)
    time.sleep(60)
asyncio.run(main())
"""
    tests = str(Path(__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": tests},
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        family = json.loads(parent.stdout.readline())
        assert all(map(psutil.pid_exists, family))
        parent.kill()
    for _ in range(200):
        if not any(map(psutil.pid_exists, family)):
            return
        time.sleep(0.05)
    raise AssertionError("they still run")
