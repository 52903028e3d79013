"""An executed notebook's cells, as plain data for the instructor's page.

A submission wrote them and what they put out. So nothing of it is handed to the browser to
obey: text is text, a picture is a picture, and markup (HTML, SVG, JavaScript) is shown as source.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

MAX_TEXT = 20_000
MAX_PICTURE = 4 << 20
_PICTURES = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff"}
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


@dataclass(frozen=True)
class Output:
    """Something that a cell put out: a text under a label, or a picture's data: address."""

    label: str
    text: str = ""
    picture: str = ""

    @property
    def is_markup(self) -> bool:
        """Whether the text is source that a browser would have obeyed."""
        return "/" in self.label and self.label != "text/plain"


@dataclass(frozen=True)
class Cell:
    """A cell. grade_id: only where it is an answer or a test."""

    kind: str
    source: str
    outputs: tuple[Output, ...] = ()
    grade_id: str = ""
    is_test: bool = False


def cells_of(nb: NotebookNode, judged: frozenset[str]) -> list[Cell]:
    """The cells of a graded notebook. judged: the cells whose first output is their verdict."""
    return [_cell(cell, judged) for cell in nb.cells]


def grouped(cells: list[Cell]) -> list[list[Cell]]:
    """An answer or test by itself, what lies between them together."""
    groups: list[list[Cell]] = []
    for is_marked, run in groupby(cells, lambda cell: bool(cell.grade_id)):
        together = list(run)
        groups += [[cell] for cell in together] if is_marked else [together]
    return groups


def _cell(cell: NotebookNode, judged: frozenset[str]) -> Cell:
    marked = is_grade(cell) or is_solution(cell)
    grade_id = str(cell.metadata.nbgrader.grade_id) if marked else ""
    outputs = cell.get("outputs", [])[1 if grade_id in judged else 0 :]
    shown = tuple(each for output in outputs for each in _outputs(output))
    return Cell(cell.cell_type, _short(cell.source), shown, grade_id, is_grade(cell))


def _outputs(output: NotebookNode) -> Iterator[Output]:
    if output.output_type == "stream":
        yield Output(str(output.get("name", "")), _short(output.get("text", "")))
    elif output.output_type == "error":
        yield Output("error", _short("\n".join(map(str, output.get("traceback", [])))))
    else:
        for mime, content in output.get("data", {}).items():
            yield _picture(mime, content) if mime in _PICTURES else _source(mime, content)


def _source(mime: str, content: object) -> Output:
    text = content if isinstance(content, str) else json.dumps(content)
    return Output(mime[:80], _short(text))


def _picture(mime: str, content: object) -> Output:
    try:
        raw = base64.b64decode(re.sub(r"\s", "", str(content)), validate=True)
    except binascii.Error:
        return Output(mime, "a picture that can't be read")
    if not raw.startswith(_PICTURES[mime]) or len(raw) > MAX_PICTURE:
        return Output(mime, "a picture that is too large, or is none")
    return Output(mime, picture=f"data:{mime};base64,{base64.b64encode(raw).decode()}")


def _short(text: object) -> str:
    plain = _ANSI.sub("", text if isinstance(text, str) else json.dumps(text))
    more = len(plain) - MAX_TEXT
    return f"{plain[:MAX_TEXT]}\n… {more} more characters" if more > 0 else plain
