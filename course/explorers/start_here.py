"""The explorers of lesson 00: a report of this machine, and a first training."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import ipywidgets as ipw
import torch
from torch import nn

from course.data import plane
from course.explorers.base import Explorer, Frame
from course.figures.start_here import accuracy, decision_regions

ASK = "Press the button in JupyterLab; the report of your machine appears under it."
RATE = 1e-3


class TinyNet(nn.Module):
    """2 → `units` → 1 with a ReLU, its numbers drawn from a seed of its own."""

    def __init__(self, units: int, seed: int) -> None:
        """Leave the global generator as it was."""
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.hidden = nn.Linear(2, units)
            self.output = nn.Linear(units, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Points (N, 2) to logits (N, 1)."""
        logits: torch.Tensor = self.output(torch.relu(self.hidden(x)))
        return logits


@lru_cache(maxsize=64)
def trained(units: int, steps: int, seed: int) -> TinyNet:
    """Return a net after `steps` steps of Adam, 0.001, on the whole of `plane(200, 0)`."""
    x, y = plane(200, 0)
    net = TinyNet(units, seed)
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    for _ in range(steps):
        optimizer.zero_grad()
        criterion(net(x), y).backward()
        optimizer.step()
    return net


def training_frame(units: int, steps: int, seed: int) -> Frame:
    """Return the region of a net of `units` hidden units after `steps` steps."""
    x, y = plane(200, 0)
    net = trained(units, steps, seed)
    wrong = round(len(x) * (1 - accuracy(net, x, y)))
    numbers = sum(p.numel() for p in net.parameters())
    picture = decision_regions({f"{units} units, step {steps}, seed {seed}": net}, x, y)
    return picture, f"{numbers} numbers to learn; {wrong} of {len(x)} points are wrong."


def training() -> Explorer:
    """Explore what a net of one hidden layer learns: its width, its steps, its start."""
    return Explorer(
        training_frame,
        units=ipw.Dropdown(options=[1, 2, 4, 8, 32], value=8, description="hidden units"),
        steps=ipw.Dropdown(options=[0, 100, 500, 1000, 2000], value=0, description="steps"),
        seed=ipw.Dropdown(options=[0, 1, 2, 3, 4], value=4, description="seed"),
    )


def _report() -> str:
    """The doctor's report of this machine, in plain text."""
    from rich.console import Console

    from course.doctor import report

    console = Console(width=100, color_system=None, file=None, force_terminal=False)
    with console.capture() as capture:
        report(console)
    return capture.get()


class Machine(ipw.VBox):  # type: ignore[misc]
    """A button, and under it the doctor's report: what it says differs from machine to machine."""

    def __init__(self, report: Callable[[], str] = _report) -> None:
        """Ask nothing of the machine before the button is pressed."""
        self._report = report
        self.button = ipw.Button(description="Look at this machine", button_style="primary")
        self.button.layout.width = "220px"
        self.said = ipw.Textarea(value=ASK, disabled=True)
        self.said.layout = ipw.Layout(width="95%", height="60px")
        self.button.on_click(self._look)
        super().__init__([self.button, self.said])

    def _look(self, _button: object) -> None:
        self.said.value = "Looking; this takes a few seconds ..."
        try:
            text = self._report().rstrip()
        except Exception as error:  # a notebook must not break for want of a report
            text = f"No report: {error}. Run `course doctor` in a terminal."
        self.said.value = text
        self.said.layout.height = f"{20 * (text.count(chr(10)) + 2)}px"

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        live = super()._repr_mimebundle_(**options) or {}
        return {**live, "text/plain": ASK}


def machine() -> Machine:
    """Show what `course doctor` finds on this machine, once a button is pressed."""
    return Machine()
