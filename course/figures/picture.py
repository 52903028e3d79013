"""A figure as a cell's output: PNG for the eye, a sentence for everybody else.

Figures are made without pyplot, so they depend on no backend and no global state, and
have a light ground of their own, so they read the same on a light and a dark page.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

GROUND = "#fbfbf8"
INK = "#1f2328"
FAINT = "#6b7280"
# Okabe and Ito's palette, made paler where text is written on it: told apart by every eye.
FILLS = ("#bfe0f5", "#fbdca6", "#b5e3d2", "#f3cfe0", "#f7f0a8", "#f2c2a6")
LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
DPI = 144
COLORS = 64


@dataclass(frozen=True)
class Picture:
    """A matplotlib figure with the sentence that stands for it (alternative text)."""

    figure: Figure
    alt: str

    def png(self) -> bytes:
        """Return the figure as a PNG, the same bytes each time.

        Flat colors need no more than a palette, which makes a quarter of the size.
        """
        drawn, small = io.BytesIO(), io.BytesIO()
        self.figure.savefig(drawn, format="png", dpi=DPI, metadata={"Software": None})
        picture = Image.open(drawn).convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
        picture.save(small, format="png", optimize=True)
        return small.getvalue()

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        width, height = self.figure.get_size_inches()
        size = {"width": round(width * 96), "height": round(height * 96), "alt": self.alt}
        png = base64.b64encode(self.png()).decode("ascii")
        return {"image/png": png, "text/plain": self.alt}, {"image/png": size}


def canvas(width: float, height: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """Return a figure of `width` by `height` inches and its `columns` axes, side by side."""
    figure = Figure(figsize=(width, height), facecolor=GROUND, layout="constrained")
    axes = list(figure.subplots(1, columns, squeeze=False)[0])
    for ax in axes:
        ax.set_facecolor(GROUND)
        ax.tick_params(colors=INK, labelsize=9)
        ax.spines[["top", "right"]].set_visible(False)
    return figure, axes


def drawing_board(columns: float, rows: float, unit: float = 0.46) -> tuple[Figure, Axes]:
    """Return axes for boxes: one data unit is `unit` inches, y grows downward."""
    figure = Figure(figsize=(columns * unit, rows * unit), facecolor=GROUND)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, columns)
    ax.set_ylim(rows, 0)
    ax.axis("off")
    return figure, ax
