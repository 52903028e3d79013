"""Pictures of graphs: the one that autograd keeps, and one of a student's own values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from matplotlib.patches import FancyArrowPatch, Rectangle
from torch import Tensor

from course.figures.picture import FAINT, FILLS, INK, Picture, drawing_board

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLORS = {"operation": FILLS[0], "leaf": FILLS[2], "output": FILLS[1]}
WIDTH, HEIGHT = 2.9, 1.5  # of a box, in units of the board
ACROSS, DOWN = 3.6, 2.1  # from one box to the next


@dataclass(frozen=True)
class Box:
    """A node of a graph. level: its longest distance from the output, which has level 0."""

    lines: tuple[str, ...]
    kind: str
    level: int


@dataclass(frozen=True)
class Graph:
    """Boxes, the output first, and edges (from, to) along which gradients flow."""

    boxes: tuple[Box, ...]
    edges: tuple[tuple[int, int], ...]


def autograd_nodes(output: Tensor) -> list[Any]:
    """Return the nodes of the graph behind `output`, each after all that send to it."""
    return _sorted(output.grad_fn, lambda node: [n for n, _ in node.next_functions if n])


def autograd_graph(output: Tensor, names: Mapping[str, Tensor] | None = None) -> Graph:
    """Return the graph that autograd keeps behind `output`, read from grad_fn alone."""
    nodes = autograd_nodes(output)
    known = {_key(tensor): name for name, tensor in (names or {}).items()}
    targets = [[n for n, _ in node.next_functions if n] for node in nodes]
    lines = [_lines(node, known) for node in nodes]
    leaves = [hasattr(node, "variable") for node in nodes]
    return _graph(nodes, targets, lines, leaves)


def graph(output: Tensor, **names: Tensor) -> Picture:
    """Draw the graph behind `output`; `names` says how tensors in it are called.

    An arrow goes from a node to one that it hands a gradient on to. Raises ValueError for a
    tensor without a graph.
    """
    if output.grad_fn is None:
        raise ValueError("this tensor has no grad_fn, so there is no graph behind it")
    found = autograd_graph(output, names)
    said = ", ".join(" ".join(box.lines[:1]) for box in found.boxes)
    return Picture(_drawn(found), f"The graph of {len(found.boxes)} nodes, output first: {said}.")


def value_graph(root: Any, title: str = "") -> Picture:
    """Draw the graph behind a scalar value: anything with data, grad, parents and name."""
    nodes = _sorted(root, lambda value: list(value.parents))
    targets = [list(value.parents) for value in nodes]
    lines = [(v.name or "·", f"data {v.data:g}", f"grad {v.grad:g}") for v in nodes]
    found = _graph(nodes, targets, lines, [not value.parents for value in nodes])
    said = ", ".join(f"{box.lines[0]} {box.lines[2]}" for box in found.boxes)
    return Picture(_drawn(found, title), f"A graph of {len(nodes)} values: {said}.")


def _sorted(root: Any, targets: Callable[[Any], Iterable[Any]]) -> list[Any]:
    """Return what is reached from `root`, each node before those that it sends to."""
    done: list[Any] = []
    seen = {root}
    open_ = [(root, iter(targets(root)))]
    while open_:
        node, rest = open_[-1]
        following = next((n for n in rest if n not in seen), None)
        if following is None:
            done.append(node)
            open_.pop()
        else:
            seen.add(following)
            open_.append((following, iter(targets(following))))
    return done[::-1]


def _graph(
    nodes: Sequence[Any],
    targets: Sequence[Sequence[Any]],
    lines: Sequence[tuple[str, ...]],
    leaves: Sequence[bool],
) -> Graph:
    place = {node: index for index, node in enumerate(nodes)}
    edges = [(i, place[node]) for i, sent in enumerate(targets) for node in sent]
    levels = [0] * len(nodes)
    for start, end in edges:  # in the order of the senders, so each level is final when read
        levels[end] = max(levels[end], levels[start] + 1)
    kinds = ["leaf" if leaf else "operation" if i else "output" for i, leaf in enumerate(leaves)]
    boxes = [Box(*parts) for parts in zip(lines, kinds, levels, strict=True)]
    return Graph(tuple(boxes), tuple(edges))


def _key(tensor: Tensor) -> Any:
    """What a tensor is found by: an operation's node, or the leaf itself."""
    return tensor.grad_fn or id(tensor)


def _lines(node: Any, known: Mapping[Any, str]) -> tuple[str, ...]:
    if hasattr(node, "variable"):
        shape = tuple(node.variable.shape)
        return (known.get(id(node.variable), "a leaf"), f"shape {shape}", "AccumulateGrad")
    own = (node.name(), f"makes {known[node]}") if node in known else (node.name(),)
    saved = saved_tensors(node)
    return (*own, f"saved: {', '.join(saved)}") if saved else own


def saved_tensors(node: Any) -> list[str]:
    """Return the names of the tensors that a node keeps for its backward; none once freed.

    What a `torch.autograd.Function` keeps has no names, and is numbered.
    """
    if isinstance(node, torch.autograd.function.BackwardCFunction):
        return [str(number) for number in range(1, len(_own_saved(node)) + 1)]
    return [name.removeprefix("_saved_") for name in dir(node) if _keeps_tensor(node, name)]


def _own_saved(node: Any) -> tuple[Tensor, ...]:
    try:
        return tuple(node.saved_tensors)
    except RuntimeError:  # freed by a backward
        return ()


def _keeps_tensor(node: Any, name: str) -> bool:
    if not name.startswith("_saved_"):
        return False
    try:
        return isinstance(getattr(node, name), Tensor)
    except RuntimeError:  # freed by a backward
        return False


def _drawn(found: Graph, title: str = "") -> Any:
    levels = max(box.level for box in found.boxes)
    columns = [[i for i, b in enumerate(found.boxes) if b.level == n] for n in range(levels + 1)]
    tallest = max(len(column) for column in columns)
    top = 0.4 + bool(title) + any(_leaps(found, edge) for edge in found.edges)
    figure, ax = drawing_board(ACROSS * levels + WIDTH + 1, DOWN * tallest + top)
    ax.text(0.5, 0.6, title, color=INK, fontsize=10, weight="bold", va="center")
    at: dict[int, tuple[float, float]] = {}
    for level, column in enumerate(columns):
        start = top + DOWN * (tallest - len(column)) / 2
        for row, index in enumerate(column):  # the output stands at the right
            at[index] = (0.5 + ACROSS * (levels - level), start + DOWN * row)
    for index, box in enumerate(found.boxes):
        _box(ax, at[index], box)
    _arrows(ax, [e for e in found.edges if not _leaps(found, e)], at)
    _arcs(ax, [e for e in found.edges if _leaps(found, e)], at)
    return figure


def _leaps(found: Graph, edge: tuple[int, int]) -> bool:
    """Whether an edge passes over a column of boxes."""
    start, end = (found.boxes[index].level for index in edge)
    return end - start > 1


def _box(ax: Axes, at: tuple[float, float], box: Box) -> None:
    ax.add_patch(Rectangle(at, WIDTH, HEIGHT, fc=COLORS[box.kind], ec=FAINT, lw=0.9))
    for number, line in enumerate(box.lines):
        y = at[1] + HEIGHT * (number + 1) / (len(box.lines) + 1)
        strong = "bold" if number == 0 else "normal"
        ax.text(at[0] + WIDTH / 2, y, line, color=INK, fontsize=8 - bool(number), weight=strong,
                ha="center", va="center")  # fmt: skip


def _arrows(
    ax: Axes, edges: Sequence[tuple[int, int]], at: Mapping[int, tuple[float, float]]
) -> None:
    drawn: dict[tuple[int, int], int] = {}
    for start, end in edges:
        times = drawn[start, end] = drawn.get((start, end), 0) + 1
        # A second edge between the same two nodes is bent, so that both are seen.
        bend = 0.0 if edges.count((start, end)) == 1 else 0.28 * (-1) ** times
        tail = (at[start][0], at[start][1] + HEIGHT / 2)
        head = (at[end][0] + WIDTH, at[end][1] + HEIGHT / 2)
        arc = f"arc3,rad={bend}"
        ax.add_patch(FancyArrowPatch(tail, head, connectionstyle=arc, arrowstyle="-|>",
                                     mutation_scale=10, color=INK, lw=1))  # fmt: skip


def _arcs(
    ax: Axes, edges: Sequence[tuple[int, int]], at: Mapping[int, tuple[float, float]]
) -> None:
    for start, end in edges:
        tail, head = ((at[i][0] + WIDTH / 2, at[i][1]) for i in (start, end))
        span = (tail[0] - head[0]) / ACROSS  # the longer an arc, the flatter
        bend = f"arc3,rad={0.5 / span}"
        ax.add_patch(FancyArrowPatch(tail, head, connectionstyle=bend, arrowstyle="-|>",
                                     mutation_scale=10, color=INK, lw=1))  # fmt: skip
