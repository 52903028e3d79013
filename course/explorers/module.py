"""The explorers of lesson 03: where a Module keeps things, and how large signals stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as ipw
import torch
from torch import nn

from course.explorers.base import Explorer, Frame
from course.figures.module import module_tree
from course.figures.signals import ACTIVATIONS, SCHEMES, signal_sizes, variance_through_depth


class Holder(nn.Module):
    """A Module that holds one thing, `kept`."""

    kept: Any


def _attribute(holder: Holder) -> None:
    holder.kept = nn.Linear(2, 3)


def _list(holder: Holder) -> None:
    holder.kept = [nn.Linear(2, 3)]


def _module_list(holder: Holder) -> None:
    holder.kept = nn.ModuleList([nn.Linear(2, 3)])


def _module_dict(holder: Holder) -> None:
    holder.kept = nn.ModuleDict({"first": nn.Linear(2, 3)})


def _parameter(holder: Holder) -> None:
    holder.kept = nn.Parameter(torch.zeros(3))


def _tensor(holder: Holder) -> None:
    holder.kept = torch.zeros(3, requires_grad=True)


def _buffer(holder: Holder) -> None:
    holder.register_buffer("kept", torch.zeros(3))


def _unsaved_buffer(holder: Holder) -> None:
    holder.register_buffer("kept", torch.zeros(3), persistent=False)


WAYS: dict[str, Callable[[Holder], None]] = {
    "nn.Linear(2, 3)": _attribute,
    "[nn.Linear(2, 3)]": _list,
    "nn.ModuleList([nn.Linear(2, 3)])": _module_list,
    'nn.ModuleDict({"first": nn.Linear(2, 3)})': _module_dict,
    "nn.Parameter(torch.zeros(3))": _parameter,
    "torch.zeros(3, requires_grad=True)": _tensor,
    "a buffer": _buffer,
    "a buffer, persistent=False": _unsaved_buffer,
}


def kept_frame(way: str) -> Frame:
    """Return the frame of a Module that holds `kept` in one of the `WAYS`."""
    holder = Holder()
    WAYS[way](holder)
    trained = len(list(holder.parameters()))
    saved = len(holder.state_dict())
    moved = saved + len(_unsaved(holder))
    found = f"parameters() finds {trained} · state_dict() saves {saved} · .to() moves {moved}"
    return module_tree(holder), found


def _unsaved(holder: Holder) -> set[str]:
    return {name for name, _ in holder.named_buffers()} - set(holder.state_dict())


def registers() -> Explorer:
    """Explore which ways to hold a thing a Module knows of."""
    return Explorer(
        kept_frame,
        way=ipw.Dropdown(
            options=list(WAYS),
            description="self.kept",
            layout=ipw.Layout(width="420px"),
        ),
    )


def signal_frame(scheme: str, activation: str, width: int) -> Frame:
    """Return the frame of a signal's size through 30 layers, by scheme, activation and width."""
    sizes = signal_sizes(scheme, activation, width=width)
    per_layer = (sizes[-1] / sizes[4]) ** (1 / (len(sizes) - 5)) if sizes[4] and sizes[-1] else 0.0
    said = f"each layer multiplies the size by about {per_layer:.2f}"
    return variance_through_depth([scheme], activation, width=width), said


def initialization() -> Explorer:
    """Explore which initialization keeps the size of a signal, under which activation."""
    return Explorer(
        signal_frame,
        scheme=ipw.Dropdown(options=list(SCHEMES), description="weights"),
        activation=ipw.Dropdown(options=list(ACTIVATIONS), value="relu", description="activation"),
        width=ipw.Dropdown(options=[32, 128, 512], value=128, description="width"),
    )
