"""ipykernel's application for a kernel that was forked with the imports done."""

from __future__ import annotations

import logging
import sys
from types import SimpleNamespace
from typing import Any

from ipykernel import ipkernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.connect import KernelConnectionInfo
from traitlets.config import Config

# Nobody reads a kernel's log; to configure one writes to memory that is shared with others'.
_LOG = logging.getLogger("pytorch-mechanics")
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False


class WarmKernelApp(IPKernelApp):
    """Takes its connection from the client's request: no file holds its key."""

    def __init__(self, connection: KernelConnectionInfo, **options: Any) -> None:
        """connection: as in a Jupyter connection file."""
        self._connection = connection
        # No history of another's, and no file for it.
        config = Config({"HistoryManager": {"hist_file": ":memory:"}})
        options.setdefault("log", _LOG)
        super().__init__(config=config, **options)  # type: ignore[no-untyped-call]  # ipykernel's

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """There is none."""

    def load_config_file(self, *_: Any, **__: Any) -> None:
        """Nothing: what a submission brings along configures no kernel."""

    def init_connection_file(self) -> None:
        """Listen where the client said."""
        self.load_connection_info(self._connection)

    def _bind_socket(self, s: Any, port: int) -> Any:
        """Listen; whatever is put out is kept until it is sent, so a flood hides nothing.

        (By default a socket for output drops messages where a thousand wait.)
        """
        s.sndhwm = 0
        return super()._bind_socket(s, port)  # type: ignore[no-untyped-call]  # ipykernel's

    def write_connection_file(self, **_: Any) -> None:
        """Nothing: the client has it."""

    def init_kernel(self) -> None:
        """Start it without a list of every module's file, which is for debuggers.

        To touch each module would copy six megabytes that kernels otherwise share.
        """
        vars(ipkernel)["sys"] = SimpleNamespace(modules={})
        try:
            super().init_kernel()  # type: ignore[no-untyped-call]  # ipykernel's
        finally:
            vars(ipkernel)["sys"] = sys

    def init_shell(self) -> None:
        """Tie what was imported before there was a shell to this one."""
        super().init_shell()  # type: ignore[no-untyped-call]  # ipykernel's
        widgets = sys.modules.get("ipywidgets")
        if widgets:
            widgets.register_comm_target()
