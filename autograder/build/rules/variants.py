"""What a variants.py must keep to, so that each answer in it can stand in the lesson."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Set
from typing import Any

from nbformat import NotebookNode

from autograder.build.rules import code
from autograder.build.rules.metadata import json_fault
from autograder.build.rules.problem import Problem
from autograder.build.variants import RIGHT, WRONG, Text, diffs, reason

FORM = 'variant={"exercise": "NAME", "name": "what_it_does", "is": "right"}'
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_KEYS = {"exercise", "name", "is", "same_as"}


def problems(text: Text, exercises: Set[str]) -> list[Problem]:
    """Everything that is wrong in the variants of a lesson with these exercises."""
    found = [p for i, cell in enumerate(text.nb.cells) for p in _of_cell(text, i, cell, exercises)]
    return found or [*_names_are_unique(text), *_same_as_is_there(text)]


def _of_cell(text: Text, index: int, cell: NotebookNode, exercises: Set[str]) -> Iterator[Problem]:
    bad = cell.metadata.get("incorrectly_encoded_metadata")
    if bad is not None:
        yield Problem(index, "its metadata can't be read", f"Correct {json_fault(bad)}")
    elif "equivalent" in cell.metadata:
        yield from _acknowledges(index, cell, exercises)
    elif cell.cell_type == "code":
        fault = _fault(cell.metadata.get("variant"), exercises)
        if fault:
            yield Problem(index, *fault)
        else:
            yield from _code_compiles(index, cell)
            yield from _has_a_sentence(text, index, cell)


def _fault(of: Any, exercises: Set[str]) -> tuple[str, str] | None:
    """What is wrong in a header, and the remedy."""
    if not isinstance(of, dict):
        return "a code cell is no variant", f"Write in its header {FORM}"
    unknown = sorted(of.keys() - _KEYS)
    if unknown:
        return f'a variant has no "{unknown[0]}"', f"It has {', '.join(sorted(_KEYS))}"
    if of.get("exercise") not in exercises:
        return _unknown_exercise(of, exercises)
    name = of.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        what = f"{json.dumps(name)} is no name of a variant"
        return what, "Write it in small letters, digits and _"
    if of.get("is") not in (RIGHT, WRONG):
        what = f'the variant "{name}" is {json.dumps(of.get("is"))}'
        return what, f'Write "is": "{RIGHT}" or "is": "{WRONG}"'
    return None


def _unknown_exercise(of: dict[str, Any], exercises: Set[str]) -> tuple[str, str]:
    near = difflib.get_close_matches(str(of.get("exercise")), exercises, n=1)
    known = (
        f'Did you mean "{near[0]}"? Write it so'
        if near
        else f"There is {', '.join(sorted(exercises))}"
    )
    return f"the lesson has no exercise {json.dumps(of.get('exercise'))}", known


def _code_compiles(index: int, cell: NotebookNode) -> Iterator[Problem]:
    name = cell.metadata.variant["name"]
    try:
        empty = not code.parse(cell).body
    except SyntaxError as error:
        what = f'the variant "{name}" is not Python: {error.msg}'
        yield Problem(index, what, "Correct the line", line=error.lineno)
        return
    if empty:
        yield Problem(index, f'the variant "{name}" is empty', "Write the answer in its cell")


def _has_a_sentence(text: Text, index: int, cell: NotebookNode) -> Iterator[Problem]:
    of = cell.metadata.variant
    if of["is"] == WRONG and "same_as" not in of and not text.sentence(index):
        what = f'the wrong variant "{of["name"]}" has no sentence'
        remedy = "Put a markdown cell right before it that tells the student what went wrong"
        yield Problem(index, what, remedy)
    if "same_as" in of and of["is"] == RIGHT:
        what = f'the right variant "{of["name"]}" has a "same_as"'
        yield Problem(index, what, "Right variants are all the same: leave it out")


def _acknowledges(index: int, cell: NotebookNode, exercises: Set[str]) -> Iterator[Problem]:
    of = cell.metadata.equivalent
    if not isinstance(of, dict) or of.get("exercise") not in exercises:
        yield Problem(index, *_unknown_exercise(of if isinstance(of, dict) else {}, exercises))
    elif cell.cell_type != "markdown" or not list(diffs(cell)):
        what = "an acknowledgement shows no mutant"
        yield Problem(index, what, "Make it a markdown cell with the mutant's lines in ```diff")
    elif not reason(cell):
        what = "an acknowledgement gives no reason"
        yield Problem(index, what, "Say above the diff why no test can tell the two apart")


def _names_are_unique(text: Text) -> Iterator[Problem]:
    first: dict[tuple[str, str], int] = {}
    for index, of in _headers(text):
        where = first.setdefault((of["exercise"], of["name"]), index)
        if where != index:
            what = f'{of["exercise"]} has the variant "{of["name"]}" already, in cell {where + 1}'
            yield Problem(index, what, "Give each variant of an exercise a name of its own")


def _same_as_is_there(text: Text) -> Iterator[Problem]:
    spoken_for = {
        (of["exercise"], of["name"])
        for _, of in _headers(text)
        if of["is"] == WRONG and "same_as" not in of
    }
    for index, of in _headers(text):
        if "same_as" in of and (of["exercise"], of["same_as"]) not in spoken_for:
            what = f'{of["exercise"]} has no wrong variant "{of["same_as"]}" with a sentence'
            yield Problem(index, what, 'Name in "same_as" the variant whose sentence it shares')


def _headers(text: Text) -> Iterator[tuple[int, dict[str, Any]]]:
    for index, cell in enumerate(text.nb.cells):
        if "variant" in cell.metadata:
            yield index, cell.metadata.variant
