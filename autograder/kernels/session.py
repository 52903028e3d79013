"""A kernel with a client on it, from its start to its end."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from queue import Empty
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from autograder.fates import Fate, of_end
from autograder.kernels.outputs import MAX_MESSAGE_BYTES, BoundedClient, Bounds, TolerantChannel
from autograder.kernels.usage import Usage

TIMEOUT_NAME = "CellTimeoutError"
_STARTING_S = 60.0
# How long a kernel may take to answer after its cell was interrupted (a moment has passed).
_INTERRUPT_GRACE_S = 4.0
_DRAINING_S = 0.1


class Session:
    """Runs cells of `nb` in one kernel; an async context manager."""

    def __init__(
        self, nb: NotebookNode, kernel_name: str, env: Mapping[str, str], workdir: Path
    ) -> None:
        """Nothing is started yet."""
        self.usage = Usage()
        self.manager = AsyncKernelManager(kernel_name=kernel_name)
        self.client = BoundedClient(
            nb,
            km=self.manager,
            interrupt_on_timeout=True,
            error_on_timeout={"ename": TIMEOUT_NAME, "evalue": "", "traceback": []},
            record_timing=False,
            on_cell_executed=self._note_timeout,
        )
        self._env, self._workdir = dict(env), workdir
        self._timed_out = False
        self._exit = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start the kernel and wait until it answers.

        It works in a copy: the next one finds the folder as this one did, whatever was done to it.
        """
        async with AsyncExitStack() as stack:
            work = TemporaryDirectory(prefix="work-", ignore_cleanup_errors=True)
            cwd = shutil.copytree(
                self._workdir, stack.enter_context(work), symlinks=True, dirs_exist_ok=True
            )
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="connection-")))
            self.manager.connection_file = str(folder / "kernel.json")
            self.manager.transport, self.manager.ip = "ipc", str(folder / "k")
            stack.push_async_callback(self._end_kernel)
            await self.manager.start_kernel(env=self._env, cwd=cwd)
            client = self._connect()
            stack.callback(client.stop_channels)
            await _answering(client)
            self.client.kc = client
            self._exit = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the kernel with all that it started."""
        await self._exit.aclose()

    def _connect(self) -> AsyncKernelClient:
        client = self.manager.client(context=self.manager.context)
        client.shell_channel_class = client.iopub_channel_class = TolerantChannel
        client.allow_stdin = False
        client.start_channels(stdin=False, hb=False, control=False)
        client.iopub_channel.socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        return client

    async def _end_kernel(self) -> None:
        provisioner = self.manager.provisioner
        try:
            if provisioner is not None and provisioner.has_process:
                await provisioner.kill()
                await provisioner.wait()
            self.usage.read_end(provisioner)
        finally:
            await self.manager.cleanup_resources()

    async def run(self, cell: NotebookNode, index: int, count: int, timeout_s: int) -> Fate | None:
        """Run one cell; its fate when it did not run to its end."""
        self._timed_out = False
        self.client.timeout = timeout_s
        try:
            await self._run(cell, index, count)
        except DeadKernelError:
            return await self._how_it_ended()
        finally:
            self.client.finish(cell, index)
        self.usage.read(self.manager)
        if not self._timed_out:
            return None
        return Fate.TIMEOUT if await self._answers() else Fate.HUNG

    def forget(self, nb: NotebookNode) -> None:
        """Go on with `nb`, as if no cell had put anything out."""
        self.client.nb = nb
        self.client.reset_execution_trackers()
        self.client.bounds = Bounds()

    async def _run(self, cell: NotebookNode, index: int, count: int) -> None:
        """Run it, and notice at once when its kernel ends."""
        run = self.client.async_execute_cell(cell, index, execution_count=count)
        running = asyncio.ensure_future(run)
        ended = asyncio.ensure_future(self._ended())
        try:
            await asyncio.wait({running, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                await self._drain(running)
            await running
        finally:
            ended.cancel()
            running.cancel()
            await asyncio.gather(running, ended, return_exceptions=True)

    async def _ended(self) -> None:
        """Return when the kernel has ended; never where only nbclient's polling can tell."""
        provisioner = self.manager.provisioner
        wait = getattr(provisioner, "ended", None)
        while wait is None or await wait(3600.0) is None:
            await asyncio.sleep(3600.0 if wait is None else 0)

    async def _drain(self, running: asyncio.Future[Any]) -> None:
        """Take in what the kernel had sent before it ended."""
        before = -1
        while not running.done() and self.client.received != before:
            before = self.client.received
            await asyncio.wait({running}, timeout=_DRAINING_S)
        if not running.done() and self.client.task_poll_for_reply is not None:
            self.client.task_poll_for_reply.cancel()

    async def _how_it_ended(self) -> Fate:
        provisioner = self.manager.provisioner
        status = await provisioner.poll() if provisioner is not None else None
        return of_end(status, getattr(getattr(provisioner, "end", None), "exceeded", None))

    def _note_timeout(self, *, execute_reply: dict[str, Any], **_: Any) -> None:
        # The client's own reply has no header; one that a kernel sent under this name has.
        if execute_reply["content"].get("ename") == TIMEOUT_NAME:
            self._timed_out = "header" not in execute_reply

    async def _answers(self) -> bool:
        client = self.client.kc
        assert isinstance(client, AsyncKernelClient)  # noqa: S101  for the type checker
        try:
            await client.kernel_info(reply=True, timeout=_INTERRUPT_GRACE_S)
        except (TimeoutError, RuntimeError):
            return False
        return True


async def _answering(client: AsyncKernelClient) -> None:
    """Return when the kernel answers and what it puts out is heard."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _STARTING_S
    while loop.time() < deadline:
        try:
            await client.kernel_info(reply=True, timeout=1.0)
            await client.get_iopub_msg(timeout=0.1)
        except (TimeoutError, Empty):
            if not await client.is_alive():
                raise RuntimeError("it ended while it started") from None
        else:
            return
    raise RuntimeError(f"it did not answer within {_STARTING_S:.0f} s")
