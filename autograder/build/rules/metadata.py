"""The nbgrader metadata in the cells' headers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from nbformat import NotebookNode
from nbgrader.nbgraderformat import (
    MetadataValidator,
)
from nbgrader.nbgraderformat.common import (
    SchemaMismatchError,
    ValidationError,
)

from autograder.build.lesson import Lesson
from autograder.build.rules.problem import Problem

# A grade_id is a cell's id too, which has at most 64 characters.
_GRADE_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


def readable(lesson: Lesson) -> Iterator[Problem]:
    """A cell's header is JSON that jupytext reads."""
    for index, cell in enumerate(lesson.nb.cells):
        bad = cell.metadata.get("incorrectly_encoded_metadata")
        if bad is not None:
            remedy = f"Correct {json_fault(bad)}"
            yield Problem(index, "its metadata can't be read", remedy)


def valid(lesson: Lesson) -> Iterator[Problem]:
    """Graded cells have the metadata that nbgrader's schema 3 asks for."""
    for index, cell in enumerate(lesson.nb.cells):
        if "nbgrader" not in cell.metadata:
            continue
        fault = _missing(cell) or _nbgrader_fault(cell)
        if fault:
            yield Problem(index, *fault)


def ids_are_names(lesson: Lesson) -> Iterator[Problem]:
    """A grade_id is one word, so that it can be the cell's id and the exercise's name."""
    for index, cell in enumerate(lesson.nb.cells):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id is not None and not _GRADE_ID.fullmatch(grade_id):
            what = f'grade_id "{grade_id}" is not a name'
            remedy = "Write it with letters, digits and _, a letter first, 64 at the most"
            yield Problem(index, what, remedy)


def ids_are_unique(lesson: Lesson) -> Iterator[Problem]:
    """No grade_id twice."""
    first: dict[str, int] = {}
    for index, cell in enumerate(lesson.nb.cells):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in first:
            what = f'grade_id "{grade_id}" is taken by cell {first[grade_id] + 1}'
            yield Problem(index, what, "Give each cell a grade_id of its own")
        elif grade_id is not None:
            first[grade_id] = index


def points_count(lesson: Lesson) -> Iterator[Problem]:
    """A graded cell is worth something."""
    for index, cell in enumerate(lesson.nb.cells):
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("grade") and meta["points"] == 0:
            what = f'graded cell "{meta["grade_id"]}" is worth 0 points'
            yield Problem(index, what, 'Write what it is worth: "points": 1')


SHAPE = (readable, valid)
IDENTITY = (ids_are_names, ids_are_unique, points_count)


def _missing(cell: NotebookNode) -> tuple[str, str] | None:
    """What nbgrader would say of a missing key, in words that name the cell."""
    meta = cell.metadata["nbgrader"]
    if not isinstance(meta, dict):
        return "its nbgrader metadata is not an object", 'Write nbgrader={"grade": ...}'
    roles = [role for role in ("grade", "solution", "locked", "task") if meta.get(role)]
    if roles and not meta.get("grade_id"):
        return f'a "{roles[0]}" cell has no grade_id', 'Give it one: "grade_id": "NAME"'
    if meta.get("grade") and "points" not in meta:
        name = meta["grade_id"]
        return f'graded cell "{name}" has no points', 'Write what it is worth: "points": 1'
    return None


def _nbgrader_fault(cell: NotebookNode) -> tuple[str, str] | None:
    remedy = "Correct it to nbgrader's schema, version 3"
    try:
        MetadataValidator().validate_cell(cell)
    except ValidationError as error:
        return f"its nbgrader metadata is not valid: {error.message}", remedy
    except SchemaMismatchError as error:
        return f"its nbgrader metadata is not valid: {error}", remedy
    return None


def json_fault(header: str) -> str:
    """Where the JSON of a header breaks off, as far as it can be said."""
    value = header.partition("=")[2]
    try:
        json.loads(value)
    except json.JSONDecodeError as error:
        return f"the JSON: {error.msg} at character {error.pos + 1} of {value}"
    return "it to key=JSON"
