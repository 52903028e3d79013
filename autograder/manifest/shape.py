"""The nine things of a lesson that can be counted: predictions, pictures, parity, zoo, ledger."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from autograder.build.entry import Entry
from autograder.build.lesson import Lesson

PREDICTIONS, PICTURES, ROWS = 4, 3, 5
HEADER = "| Call | What it hides | Where you built it | What it still hides | How it fails |"
FIELDS = HEADER.count("|") - 1
HEADINGS = ("Break it", "In practice", "Knowledge check", "Ledger")
_PREDICT = re.compile(r"\*\*Predict (\d+)\.\*\*")
_DOTS = re.compile(r"^prediction\w* = \.\.\.", re.MULTILINE)
_PICTURE = re.compile(r"\bplots\.[a-z]\w*\(")
_EXPLORER = re.compile(r"\bwidgets\.[a-z]\w*\(")
_BAR = re.compile(r"(?<!\\)\|")
_FOREIGN = (
    (re.compile(r"\.cuda\("), "moves to CUDA"),
    (re.compile(r"""(?:device\(|to\(|device=)["']cuda"""), "names CUDA as its device"),
    (re.compile(r"download=True|\burlopen\(|\burlretrieve\(|^\s*[!%]pip\b", re.MULTILINE),
     "downloads"),
)  # fmt: skip


def predictions(lesson: Lesson, _said: Entry) -> Iterator[str]:
    """At least four, numbered from 1, each before a cell that waits for one."""
    numbers = []
    for index, cell in enumerate(lesson.nb.cells):
        found = _PREDICT.findall(cell.source) if cell.cell_type == "markdown" else []
        numbers += [int(number) for number in found]
        if found and not _DOTS.search(_next_code(lesson, index)):
            waiting = "no cell with `prediction = ...` follows"
            yield f"Predict {found[-1]} (cell {index + 1}): {waiting}"
    if numbers != list(range(1, len(numbers) + 1)) or len(numbers) < PREDICTIONS:
        yield f"its predictions are numbered {numbers}, not 1 to {PREDICTIONS} or more"


def pictures(lesson: Lesson, _said: Entry) -> Iterator[str]:
    """Three pictures drawn from data, and an explorer after the question that it answers."""
    code = _code(lesson)
    drawn = sum(len(_PICTURE.findall(cell.source)) for _, cell in code)
    if drawn < PICTURES:
        yield f"it draws {drawn} pictures, not {PICTURES} or more"
    asked = [i for i, cell in code if _EXPLORER.search(cell.source) and _is_asked(lesson, i)]
    if not asked:
        yield 'no explorer (widgets.…) follows a markdown cell with "**Question.**"'


def parity(lesson: Lesson, _said: Entry) -> Iterator[str]:
    """What was built is compared with PyTorch's own on many inputs."""
    if not any("check.parity(" in cell.source for _, cell in _code(lesson)):
        yield "nothing is compared with PyTorch's own by check.parity(...)"


def headings(lesson: Lesson, _said: Entry) -> Iterator[str]:
    """The bug zoo, the practice, the quiz and the ledger each have a heading."""
    text = _markdown(lesson)
    for title in HEADINGS:
        if not re.search(rf"^##+ (?:Part \d+ · )?{title}\b", text, re.MULTILINE):
            yield f'it has no heading "{title}"'


def ledger(lesson: Lesson, _said: Entry) -> Iterator[str]:
    """A row for each call, and no field of it empty."""
    lines = _markdown(lesson).split("\n")
    if HEADER not in lines:
        yield f"it has no ledger with the header {HEADER}"
        return
    rows = list(_rows(lines[lines.index(HEADER) + 2 :]))
    if len(rows) < ROWS:
        yield f"its ledger has {len(rows)} rows, not {ROWS} or more"
    for row in rows:
        if len(row) != FIELDS or not all(row):
            yield f'a row of its ledger has not {FIELDS} filled fields: "{" | ".join(row)}"'


def device(lesson: Lesson, _said: Entry) -> Iterator[str]:
    """It runs on what `device.best()` gives, and offline."""
    code = _code(lesson)
    if not any("device.best()" in cell.source for _, cell in code):
        yield "it never asks for device.best()"
    for index, cell in code:
        for pattern, what in _FOREIGN:
            if pattern.search(cell.source):
                yield f"cell {index + 1} {what}"


def _code(lesson: Lesson) -> list[tuple[int, NotebookNode]]:
    return [(i, cell) for i, cell in enumerate(lesson.nb.cells) if cell.cell_type == "code"]


def _markdown(lesson: Lesson) -> str:
    return "\n".join(cell.source for cell in lesson.nb.cells if cell.cell_type == "markdown")


def _next_code(lesson: Lesson, index: int) -> str:
    """The code up to the next text: a helper may stand in a cell of its own before it."""
    rest = lesson.nb.cells[index + 1 :]
    code = itertools.takewhile(lambda cell: cell.cell_type == "code", rest)
    return "\n".join(cell.source for cell in code)


def _is_asked(lesson: Lesson, index: int) -> bool:
    before = lesson.nb.cells[index - 1] if index else None
    return before is not None and "**Question.**" in before.source


def _rows(lines: list[str]) -> Iterator[list[str]]:
    for line in lines:
        if not line.startswith("|"):
            return
        yield [field.strip() for field in _BAR.split(line)[1:-1]]


RULES = (predictions, pictures, parity, headings, ledger, device)
