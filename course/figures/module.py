"""Pictures of a Module: what its registers hold, and what lies outside of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from matplotlib.patches import Rectangle
from torch import Tensor, nn

from course.figures.picture import FAINT, FILLS, INK, Picture, canvas, drawing_board

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = {  # what a box can be, and its color
    "parameter": FILLS[0],
    "buffer": FILLS[2],
    "buffer, not saved": "#ffffff",
    "in no register": "#eceae4",
}
_LETTER = 0.165  # the width of a letter, in units of the board
_INDENT = 1.1


@dataclass(frozen=True)
class Box:
    """One tensor (or a container of hidden things) of a module."""

    text: str
    kind: str


@dataclass(frozen=True)
class Row:
    """One module of the tree. depth: 0 for the root."""

    depth: int
    title: str
    boxes: tuple[Box, ...]


def rows(model: nn.Module) -> list[Row]:
    """Return a row for each module, in the order in which PyTorch walks them."""
    first: dict[int, str] = {}  # id of a parameter: the name it was first met under
    return list(_walk(model, "", 0, first))


def _walk(module: nn.Module, path: str, depth: int, first: dict[int, str]) -> Iterator[Row]:
    own = path.rpartition(".")[2]
    name = type(module).__name__
    title = f"{own}: {name}" if own else name
    boxes = (*_parameters(module, path, first), *_buffers(module), *_hidden(module))
    yield Row(depth, title, boxes)
    for key, child in module.named_children():
        yield from _walk(child, f"{path}.{key}" if path else key, depth + 1, first)


def _parameters(module: nn.Module, path: str, first: dict[int, str]) -> Iterator[Box]:
    for name, parameter in module.named_parameters(recurse=False):
        full = f"{path}.{name}" if path else name
        met = first.setdefault(id(parameter), full)
        shape = tuple(parameter.shape)
        text = f"{name} {shape}" if met == full else f"{name} = {met}"
        frozen = "" if parameter.requires_grad else ", frozen"
        yield Box(text + frozen, "parameter")


def _buffers(module: nn.Module) -> Iterator[Box]:
    saved = set(module.state_dict())
    for name, buffer in module.named_buffers(recurse=False):
        kind = "buffer" if name in saved else "buffer, not saved"
        yield Box(f"{name} {tuple(buffer.shape)}", kind)


def _hidden(module: nn.Module) -> Iterator[Box]:
    for name, value in vars(module).items():
        if name.startswith("_"):
            continue
        if isinstance(value, Tensor):
            yield Box(f"{name} {tuple(value.shape)}", "in no register")
        elif isinstance(value, list | tuple | dict) and _count(value):
            what = f"{type(value).__name__} of {_count(value)}"
            yield Box(f"{name}: {what}", "in no register")


def _count(container: list[object] | tuple[object, ...] | dict[object, object]) -> int:
    items = container.values() if isinstance(container, dict) else container
    return sum(isinstance(item, Tensor | nn.Module) for item in items)


def module_tree(model: nn.Module) -> Picture:
    """Draw the modules of `model` as a tree, and beside each what its registers hold.

    A box is a parameter, a buffer (dashed: not saved in the state_dict), or, hatched, a
    tensor or a container of modules that the module holds in no register. A parameter that
    was met before says under which name.
    """
    tree = rows(model)
    left = max(_INDENT * row.depth + _LETTER * 1.15 * len(row.title) for row in tree) + 1.2
    right = left + max(sum(_width(box) + 0.25 for box in row.boxes) for row in tree)
    figure, ax = drawing_board(max(right + 0.4, 16.5), 1.15 * len(tree) + 1.7)
    for line, row in enumerate(tree):
        _draw(ax, row, 0.5 + 1.15 * line, left)
    _legend(ax, 1.15 * len(tree) + 0.75)
    return Picture(figure, _alt(model, tree))


def _draw(ax: Axes, row: Row, top: float, left: float) -> None:
    x = 0.4 + _INDENT * row.depth
    ax.text(x, top + 0.45, row.title, color=INK, fontsize=9, weight="bold", va="center")
    if row.depth:
        ax.plot(
            [x - 0.75, x - 0.75, x - 0.15], [top - 0.2, top + 0.45, top + 0.45], color=FAINT, lw=1
        )
    for box in row.boxes:
        _box(ax, left, top, box)
        left += _width(box) + 0.25


def _width(box: Box) -> float:
    return _LETTER * len(box.text) + 0.5


def _box(ax: Axes, x: float, y: float, box: Box) -> None:
    dashed = (0, (3, 2)) if box.kind == "buffer, not saved" else "solid"
    hatch = "////" if box.kind == "in no register" else ""
    patch = Rectangle((x, y), _width(box), 0.9, fc=KINDS[box.kind], ec=FAINT, lw=0.9,
                      hatch=hatch, linestyle=dashed)  # fmt: skip
    patch.set_edgecolor("#c9c6bd" if hatch else FAINT)
    ax.add_patch(patch)
    ground = {"fc": KINDS[box.kind], "ec": "none", "pad": 0.8} if hatch else None
    ax.text(x + _width(box) / 2, y + 0.47, box.text, color=INK, fontsize=8,
            ha="center", va="center", bbox=ground)  # fmt: skip


def _legend(ax: Axes, top: float) -> None:
    x = 0.4
    for kind in KINDS:
        box = Box(kind, kind)
        _box(ax, x, top, box)
        x += _width(box) + 0.3


def _alt(model: nn.Module, tree: list[Row]) -> str:
    hidden = sum(box.kind == "in no register" for row in tree for box in row.boxes)
    modules = _counted(len(tree), "module")
    numbers = _counted(sum(p.numel() for p in model.parameters()), "number")
    tail = f"; attributes that hold tensors in no register: {hidden}" if hidden else ""
    return f"{type(model).__name__}: {modules}, {numbers} in its parameters{tail}."


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def score_planes(
    scores: dict[str, Tensor], points: Tensor, labels: Tensor, extent: float
) -> Picture:
    """Draw maps of a plane side by side, and the points of two classes on them.

    scores: title → (n, n), the rows going up, from -extent to extent each way.
    points: (N, 2). labels: (N, 1) of 0 and 1.
    """
    figure, axes = canvas(3.3 * len(scores), 3.2, columns=len(scores))
    limit = max(float(values.abs().max()) for values in scores.values()) or 1.0
    for ax, (title, values) in zip(axes, scores.items(), strict=True):
        box = (-extent, extent, -extent, extent)
        ax.imshow(values.numpy(), cmap="PuOr", vmin=-limit, vmax=limit, origin="lower", extent=box)
        for marker, chosen in (("o", labels[:, 0] == 0), ("^", labels[:, 0] == 1)):
            at = points[chosen]
            ax.scatter(at[:, 0], at[:, 1], s=14, marker=marker, fc="none", ec=INK, lw=0.7)
        ax.set_title(title, color=INK, fontsize=10)
        ax.set_xlim(-extent, extent)
        ax.set_ylim(-extent, extent)
    differs = [title for title, values in scores.items() if not torch.equal(values, values * 0)]
    return Picture(figure, f"Maps of the plane: {'; '.join(scores)}. Not 0: {'; '.join(differs)}.")
