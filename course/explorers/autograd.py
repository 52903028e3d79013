"""The explorers of lesson 02: the order of a backward, and a graph that the data chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import ipywidgets as ipw
import torch
from torch import Tensor

from course.explorers.base import Explorer, Frame
from course.figures.autograd import autograd_nodes, graph, value_graph


@dataclass(eq=False)
class Scalar:
    """A value of a small graph: slopes[i] is its derivative by parents[i]."""

    name: str
    data: float
    parents: tuple[Scalar, ...] = ()
    slopes: tuple[float, ...] = ()
    grad: float = field(default=0.0)

    def hand_on(self) -> None:
        """Add to each parent's gradient what flows back to it through this value."""
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad += slope * self.grad


def small_graph() -> tuple[Scalar, Scalar, Scalar, Scalar]:
    """Return x, a = 2x, b = a + a and d = a·b at x = 1, where d = 8x² has the slope 16."""
    x = Scalar("x", 1.0)
    a = Scalar("a = 2x", 2.0, (x,), (2.0,))
    b = Scalar("b = a + a", 4.0, (a, a), (1.0, 1.0))
    return x, a, b, Scalar("d = a·b", 8.0, (a, b), (4.0, 2.0))


def _topological(d: Scalar) -> Iterator[str]:
    a, b = d.parents
    yield from _once(d, b, a)


def _as_met(d: Scalar) -> Iterator[str]:
    a, b = d.parents
    yield from _once(d, a, b)


def _once(*nodes: Scalar) -> Iterator[str]:
    for node in nodes:
        node.hand_on()
        slopes = " and ".join(f"{slope:g}" for slope in node.slopes)
        yield f"{node.name[0]} hands on its {node.grad:g}, times {slopes}"


def _at_once(node: Scalar) -> Iterator[str]:
    """Each parent hands on, again and again, as soon as something has reached it."""
    for parent, slope in zip(node.parents, node.slopes, strict=True):
        parent.grad += slope * node.grad
        yield f"{node.name[0]} sends {slope * node.grad:g} to {parent.name[0]}"
        yield from _at_once(parent)


ORDERS: dict[str, Callable[[Scalar], Iterator[str]]] = {
    "each after all that send to it": _topological,
    "in the order they are met": _as_met,
    "at once, when something arrives": _at_once,
}


def order_frame(order: str, step: int) -> Frame:
    """Return the frame of a backward in one of the `ORDERS`, after `step` steps (at most all)."""
    x, _, _, d = small_graph()
    d.grad = 1.0
    count = sum(1 for _ in ORDERS[order](small_graph()[-1]))
    said = ["d.grad is set to 1", *islice(ORDERS[order](d), step)]
    done = len(said) - 1
    verdict = f" · the end: x.grad is {x.grad:g}, d = 8x² has the slope 16" if done == count else ""
    return value_graph(d, f"after step {done} of {count}"), f"{said[-1]}{verdict}"


def backward_order() -> Explorer:
    """Explore in which order nodes may hand their gradients on."""
    return Explorer(
        order_frame,
        order=ipw.Dropdown(
            options=list(ORDERS), description="order", layout=ipw.Layout(width="360px")
        ),
        step=ipw.IntSlider(value=1, min=0, max=8, description="step"),
    )


def branch_and_loop(x: Tensor) -> Tensor:
    """2x or 3x, doubled until it is at least 10 away from 0. x: a scalar, not 0."""
    y = 2 * x if x > 0 else 3 * x
    while y.abs() < 10:
        y = 2 * y
    return y


def chosen_frame(at: float) -> Frame:
    """Return the frame of the graph that `branch_and_loop` leaves behind at `at`."""
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = branch_and_loop(x)
    (slope,) = torch.autograd.grad(y, x, retain_graph=True)
    h = 1e-3
    with torch.no_grad():
        difference = (branch_and_loop(x + h) - branch_and_loop(x - h)) / (2 * h)
    numbers = f"y = {y.item():g} · x.grad {slope.item():g} · central difference {difference:.6g}"
    return graph(y, x=x, y=y), f"{len(autograd_nodes(y)) - 1} multiplications · {numbers}"


AT = (-4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0)


def dynamic_graph() -> Explorer:
    """Explore which graph an `if` and a loop leave behind, by the value of x."""
    return Explorer(chosen_frame, at=ipw.SelectionSlider(options=AT, value=4.0, description="x"))
