"""Pictures of lesson 05: two curves with the best epoch, and handwritten digits."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from torch import Tensor

from course.figures.picture import FAINT, GROUND, INK, LINES, Picture, canvas

COLUMNS = 10
SIDE = 8  # pixels along each side of a digit
HEADROOM = 2.5  # a loss that leaps higher than this, of its first, leaves the picture


def best_epoch(valid: Sequence[float]) -> int:
    """Return the first epoch, from 1, at which the validation loss is least (NaN never is)."""
    numbers = [value if value == value else float("inf") for value in valid]
    return 1 + min(range(len(numbers)), key=numbers.__getitem__)


def train_and_valid(
    train: Sequence[float], valid: Sequence[float], *, unit: str = "epoch", title: str = ""
) -> Picture:
    """Draw both losses by epoch (or another `unit`), and mark where validation is least."""
    figure, (ax,) = canvas(7.6, 3.4)
    steps = range(1, len(train) + 1)
    best = best_epoch(valid)
    ax.plot(steps, train, "-", color=LINES[0], lw=2, label="training")
    ax.plot(steps, valid, "--", color=LINES[1], lw=2, label="validation")
    ax.axvline(best, color=FAINT, lw=1)
    ax.plot([best], [valid[best - 1]], "o", ms=8, mfc="none", mec=INK)
    ax.annotate(f"least at {best}", (best, valid[best - 1]), xytext=(6, 8), color=INK,
                textcoords="offset points", fontsize=10)  # fmt: skip
    top = HEADROOM * max(train[0], valid[0], valid[best - 1])
    ax.set_ylim(0, min(top, 1.05 * max(v for v in (*train, *valid) if v == v)))
    ax.set_xlabel(unit, color=INK, fontsize=10)
    ax.set_ylabel("loss", color=INK, fontsize=10)
    ax.set_title(title, color=INK, fontsize=10)
    ax.legend(frameon=False, fontsize=10, labelcolor=INK, loc="center right")
    ax.locator_params(axis="x", integer=True)
    alt = (
        f"Training ends at {train[-1]:.3g}; validation is least at {unit} {best}, "
        f"{valid[best - 1]:.3g}, and ends at {valid[-1]:.3g}."
    )
    return Picture(figure, f"{title}. {alt}" if title else alt)


def digits(images: Tensor, labels: Tensor, predicted: Tensor | None = None) -> Picture:
    """Draw images (N, 64) in rows of ten, and under each its label (N,), and what was predicted."""
    count = len(images)
    rows = max(1, -(-count // COLUMNS))
    figure = Figure(figsize=(7.6, 1.05 * rows), facecolor=GROUND, layout="constrained")
    axes = figure.subplots(rows, COLUMNS, squeeze=False).flat
    said = []
    for number, ax in enumerate(axes):
        ax.axis("off")
        if number < count:
            ax.imshow(images[number].reshape(SIDE, SIDE).numpy(), cmap="gray_r", vmin=0, vmax=16)
            text = str(int(labels[number]))
            text += "" if predicted is None else f", not {int(predicted[number])}"
            ax.set_title(text, y=-0.35, color=INK, fontsize=9)
            said.append(text)
    return Picture(figure, f"Handwritten digits: {'; '.join(said)}.")
