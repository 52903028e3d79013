"""How jupyter_client comes by a warm kernel: the kernelspec names this provisioner."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from traitlets import Integer

from autograder.errors import ExecutionError
from autograder.kernels.client import shared
from autograder.kernels.process import End, KernelProcess
from autograder.kernels.sandbox import Policy, clean_environment

# Room for "/k-12345" in the 108 bytes of a socket's name.
_MAX_FOLDER = 95
_DEFAULTS = Policy(workdir="")


class WarmProvisioner(KernelProvisionerBase):
    """A kernel forked from this process's zygote, in the sandbox, over sockets in a folder."""

    memory_bytes = Integer(_DEFAULTS.memory_bytes, help="Memory of a kernel.").tag(config=True)
    cpu_s = Integer(_DEFAULTS.cpu_s, help="Seconds of processor time.").tag(config=True)
    file_bytes = Integer(_DEFAULTS.file_bytes, help="Size of a file.").tag(config=True)
    work_bytes = Integer(_DEFAULTS.work_bytes, help="Of the work folder.").tag(config=True)
    processes = Integer(_DEFAULTS.processes, help="Processes and threads.").tag(config=True)

    kernel: KernelProcess | None = None
    end: End | None = None
    pid: int | None = None
    _sockets: str | None = None
    _workdir: str | None = None

    @property
    def has_process(self) -> bool:
        """Whether a kernel was launched and not waited for yet."""
        return self.kernel is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose where the kernel will listen; no port is open to anyone else."""
        manager = self._manager()
        if self._sockets is None:  # not a restart
            self._sockets = _folder("kernel-")
            manager.transport, manager.ip = "ipc", os.path.join(self._sockets, "k")
        kwargs.pop("extra_arguments", None)
        manager.write_connection_file()
        self.connection_info = manager.get_connection_info()
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(
        self,
        cmd: list[str],  # noqa: ARG002  what another provisioner would run
        **kwargs: Any,
    ) -> KernelConnectionInfo:
        """Fork a kernel and wait until it listens."""
        manager = self._manager()
        workdir = kwargs.get("cwd") or self._own_workdir()
        policy = self._policy(os.path.realpath(workdir))
        environment = clean_environment(kwargs["env"], policy.workdir)
        connection: dict[str, Any] = {**self.connection_info, "key": manager.session.key.decode()}
        self.end = None
        self.kernel = await shared().fork(connection, environment, policy)
        self.pid = self.kernel.pid
        return self.connection_info

    def _manager(self) -> Any:
        if self.parent is None:
            raise ExecutionError("A warm kernel is started by a jupyter_client.KernelManager.")
        return self.parent

    def _policy(self, workdir: str) -> Policy:
        names = ("memory_bytes", "cpu_s", "file_bytes", "work_bytes", "processes")
        bounds = {name: getattr(self, name) for name in names}
        return Policy(workdir=workdir, sockets=self._sockets, **bounds)

    def _own_workdir(self) -> str:
        if self._workdir is None:
            self._workdir = tempfile.mkdtemp(prefix="work-")
        return self._workdir

    async def poll(self) -> int | None:
        """None while it runs, else how it ended: an exit code, or a signal's negative number."""
        if self.kernel is None:
            return self.end.status if self.end else 0
        self.end = self.kernel.poll()
        return self.end.status if self.end else None

    async def ended(self, timeout_s: float) -> End | None:
        """Wait for the end, which is noticed at once; None when it still runs."""
        if self.kernel is not None:
            self.end = await self.kernel.wait(timeout_s)
        return self.end

    async def wait(self) -> int | None:
        """Wait for the end and let go of the kernel."""
        if self.kernel is not None:
            while await self.ended(60.0) is None:
                pass
            self._let_go()
        return await self.poll()

    async def send_signal(self, signum: int) -> None:
        """To the kernel and its process group."""
        if self.kernel is not None:
            self.kernel.send_signal(signum)

    async def kill(self, restart: bool = False) -> None:  # noqa: ARG002  the base's
        """End the kernel with all that it started, and wait until that is done."""
        if self.kernel is not None:
            await self.kernel.kill()
            self.end = self.kernel.poll()

    async def terminate(self, restart: bool = False) -> None:
        """The same: a student's code has no say in its end."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Leave no process, socket or folder behind."""
        self._let_go()
        if not restart:
            for folder in (self._sockets, self._workdir):
                if folder:
                    shutil.rmtree(folder, ignore_errors=True)
            self._sockets = self._workdir = None

    def _let_go(self) -> None:
        if self.kernel is not None:
            self.kernel.close()
            self.end = self.kernel.end or self.end
            self.kernel = None


def _folder(prefix: str) -> str:
    """A private folder whose name leaves room for sockets."""
    folder = tempfile.mkdtemp(prefix=prefix)
    if len(folder) <= _MAX_FOLDER:
        return folder
    os.rmdir(folder)
    return tempfile.mkdtemp(prefix=prefix, dir="/tmp")
