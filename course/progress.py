"""How far a student is: by what `course check` found, else by the outputs saved in the notebook."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from course.files import write_text
from course.notebook import Exercise, NotebookError, exercises, read
from course.runner import Result, Status, error_of

FILE = ".progress.json"
Told = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True)
class Lesson:
    """One notebook's state: exercises whose visible tests pass, of all that have such.

    `problem` says why it can't be told.
    """

    notebook: str
    passing: int = 0
    total: int = 0
    minutes_left: int = 0
    problem: str = ""


def save(
    copy: Path, notebook_path: Path, notebook: NotebookNode, results: tuple[Result, ...]
) -> None:
    """Keep what a check found, with the code it was found for."""
    told: dict[str, Any] = dict(load(copy))
    told[_key(copy, notebook_path)] = {
        one.exercise.name: {
            "status": one.status.value,
            "code": fingerprint(one.exercise, notebook),
        }
        for one in results
    }
    write_text(copy / FILE, json.dumps(told, indent=1, sort_keys=True) + "\n")


def load(copy: Path) -> Told:
    """What earlier checks found; nothing where the file is missing or spoiled."""
    try:
        told = json.loads((copy / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {name: found for name, found in told.items() if isinstance(found, dict)}


def fingerprint(exercise: Exercise, notebook: NotebookNode) -> str:
    """Changes when the student's answer or its tests do."""
    code = exercise.code(notebook) + "\0" + notebook.cells[exercise.test].source
    return hashlib.sha256(code.encode()).hexdigest()[:16]


def lessons(copy: Path, notebooks: tuple[Path, ...]) -> tuple[Lesson, ...]:
    """The state of each notebook of a working copy."""
    told = load(copy)
    return tuple(_lesson(copy, path, told) for path in notebooks)


def _lesson(copy: Path, path: Path, told: Told) -> Lesson:
    name = _key(copy, path)
    try:
        notebook = read(path)
    except NotebookError as error:
        return Lesson(name, problem=str(error))
    checkable = [one for one in exercises(notebook) if one.checkable]
    left = [one for one in checkable if not _passes(one, notebook, told.get(name, {}))]
    minutes = sum(one.minutes for one in left)
    return Lesson(name, len(checkable) - len(left), len(checkable), minutes)


def _passes(exercise: Exercise, notebook: NotebookNode, told: Mapping[str, Any]) -> bool:
    found = told.get(exercise.name)
    if isinstance(found, dict) and found.get("code") == fingerprint(exercise, notebook):
        return bool(found.get("status") == Status.PASSED.value)
    cells = [notebook.cells[index] for index in (*exercise.answers, exercise.test)]
    return all(cell.get("execution_count") and error_of(cell) is None for cell in cells)


def _key(copy: Path, path: Path) -> str:
    return path.resolve().relative_to(copy.resolve()).as_posix()
