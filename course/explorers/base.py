"""An explorer: controls over a picture, redrawn by a pure function.

Where no live widget can be shown (a built page, a viewer without a kernel), an explorer
shows its first picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as ipw

from course.figures.picture import Picture

Frame = tuple[Picture, str]  # what an explorer shows: a picture, and a line of text under it


class Explorer(ipw.VBox):  # type: ignore[misc]
    """Controls, and the frame that `draw(**values of the controls)` returns for them."""

    def __init__(self, draw: Callable[..., Frame], **controls: ipw.Widget) -> None:
        """Draw the first frame, and a new one whenever a control changes."""
        self._draw = draw
        self._controls = controls
        self._image = ipw.Image(format="png")
        self._caption = ipw.Label()
        row = ipw.HBox(list(controls.values()), layout=ipw.Layout(flex_flow="row wrap"))
        super().__init__([row, self._image, self._caption])
        self._first = self._redraw()
        for control in controls.values():
            control.observe(self._redraw, names="value")

    def _redraw(self, _change: object = None) -> Frame:
        picture, caption = self._draw(**{n: c.value for n, c in self._controls.items()})
        self._image.value = picture.png()
        self._image.width = round(picture.figure.get_figwidth() * 96)
        # An Image widget has no alternative text, so the line under it says it.
        self._caption.value = f"{picture.alt} {caption}"
        return picture, caption

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        picture, caption = self._first
        data, metadata = picture._repr_mimebundle_()
        live = super()._repr_mimebundle_(**options) or {}
        return {**live, **data, "text/plain": f"{picture.alt} {caption}"}, metadata
