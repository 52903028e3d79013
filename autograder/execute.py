"""Run a notebook in a kernel of its own and bring back what it put out.

This is the seam for other kernels: whatever `kernel_name` names (a kernelspec, with the
provisioner that it asks for) runs the cells; nothing else in the autograder starts one.

A kernel that ends before the notebook does is started again, and the cells that had run to
their end are run once more, for their state alone; then the next cell has its turn.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_client.kernelspec import NoSuchKernel
from nbformat import NotebookNode

from autograder.errors import ExecutionError
from autograder.fates import Fate
from autograder.kernels.session import TIMEOUT_NAME, Session

JUDGE_VARIABLE = "PYTORCH_MECHANICS_JUDGE"
MAX_RESTARTS = 3

__all__ = ["JUDGE_VARIABLE", "TIMEOUT_NAME", "Execution", "Fate", "execute"]


@dataclass
class Execution:
    """An executed notebook and what running it took."""

    nb: NotebookNode
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    fates: dict[int, Fate] = field(default_factory=dict)


def execute(
    nb: NotebookNode,
    *,
    workdir: Path,
    judged: bool,
    timeout_s: int,
    total_s: float = math.inf,
    kernel_name: str = "python3",
    env: Mapping[str, str] | None = None,
    allow_errors: bool = True,
) -> Execution:
    """Run every code cell of `nb` (changed in place) in a fresh kernel.

    workdir: the kernel's current folder. judged: `observe` reports to the judge.
    timeout_s: seconds a cell may take; then it is interrupted, and if it does not stop,
    its kernel is ended. total_s: seconds of the whole notebook from its first cell on, with
    what is run again; cells after it are not run. allow_errors=False raises nbclient's
    CellExecutionError at the first cell that raises. ExecutionError when no kernel can be had.
    """
    variables = {**os.environ, **(env or {})}
    variables.pop(JUDGE_VARIABLE, None)
    if judged:
        variables[JUDGE_VARIABLE] = "1"
    run = _Run(Execution(nb), timeout_s, total_s, allow_errors)
    try:
        asyncio.run(run.all(lambda: Session(nb, kernel_name, variables, workdir)))
    except (NoSuchKernel, ModuleNotFoundError, RuntimeError) as error:
        raise ExecutionError(
            f"The kernel {kernel_name} can't be started ({error}). `pip install --force-reinstall "
            "--no-deps` of this package registers the course's own, `python -m ipykernel install "
            "--sys-prefix` registers python3."
        ) from error
    return run.execution


@dataclass
class _Run:
    """One notebook, in one kernel after another."""

    execution: Execution
    timeout_s: int
    total_s: float
    allow_errors: bool
    restarts: int = 0
    session: Session | None = None
    # What a new kernel's state is rebuilt from: the cells that ran to their end, in order.
    replayable: list[int] = field(default_factory=list)
    # Of the whole notebook; set when its first kernel is there.
    deadline: float = math.inf

    async def all(self, make_session: Callable[[], Session]) -> None:
        """Run the cells, each at most once for its outputs."""
        begun = time.monotonic()
        count = 0
        try:
            for index, cell in enumerate(self.execution.nb.cells):
                if cell.cell_type != "code":
                    continue
                cell.outputs, cell.execution_count = [], None
                if cell.source.strip():
                    count += 1
                    await self._cell(cell, index, count, make_session)
        finally:
            await self._end_session()
            self.execution.wall_s = time.monotonic() - begun

    async def _cell(
        self, cell: NotebookNode, index: int, count: int, make_session: Callable[[], Session]
    ) -> None:
        if self._left_s() <= 0:
            fate: Fate | None = Fate.OVERTIME
        elif self.session is None and not await self._begin(make_session):
            fate = Fate.UNREACHED
        else:
            fate = await self._session.run(cell, index, count, self._limit_s())
            if fate is not None and fate.ends_kernel:
                await self._end_session()
        if fate is not None:
            self.execution.fates[index] = fate
        else:
            self.replayable.append(index)

    @property
    def _session(self) -> Session:
        if self.session is None:
            raise ExecutionError("There is no kernel.")
        return self.session

    async def _begin(self, make_session: Callable[[], Session]) -> bool:
        """Start a kernel, and bring it where the last one was; False when that can't be."""
        first = not self.execution.fates
        while first or self.restarts < self._max_restarts:
            self.restarts += not first
            session = make_session()
            session.client.allow_errors = self.allow_errors
            self.session = await session.__aenter__()
            self.deadline = min(self.deadline, time.monotonic() + self.total_s)
            if await self._replay():
                return True
            first = False
        return False

    @property
    def _max_restarts(self) -> int:
        return MAX_RESTARTS if self.allow_errors else 0

    async def _replay(self) -> bool:
        """Run what ran before, for its state alone; False when that ended the kernel."""
        original = self._session.client.nb
        self._session.client.nb = deepcopy(original)
        for index in list(self.replayable):
            if self._left_s() <= 0:
                break
            again = self._session.client.nb.cells[index]
            fate = await self._session.run(again, index, index + 1, self._limit_s())
            if fate is not None:
                self.replayable.remove(index)  # it does so now, whatever it did before
                if fate.ends_kernel:
                    await self._end_session()
                    return False
        self._session.forget(original)
        return True

    def _left_s(self) -> float:
        return self.deadline - time.monotonic()

    def _limit_s(self) -> int:
        return max(1, math.ceil(min(self.timeout_s, self._left_s())))

    async def _end_session(self) -> None:
        if self.session is not None:
            session, self.session = self.session, None
            await session.__aexit__(None, None, None)
            self.execution.cpu_s += session.usage.cpu_s
            self.execution.peak_mb = max(self.execution.peak_mb, session.usage.peak_mb)
