"""What is judged: answers in the place of a lesson's solution cells."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from nbformat import NotebookNode

from autograder.build import release
from autograder.build.lesson import Lesson
from autograder.build.rules import code, exercises, regions
from autograder.build.variants import Text


class Kind(StrEnum):
    """What a candidate must earn: a right one all, a stub nothing, the others less than all."""

    REFERENCE = "reference"
    RIGHT = "right"
    WRONG = "wrong"
    STUB = "stub"
    MUTANT = "mutant"


@dataclass(frozen=True)
class Candidate:
    """An answer in the place of an exercise's solution cell."""

    exercise: str
    kind: Kind
    name: str
    source: str


def solutions(lesson: Lesson) -> dict[str, NotebookNode]:
    """The solution cell of each exercise, in order."""
    by_id = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in lesson.nb.cells}
    return {name: by_id[name] for name in exercises.names(lesson)}


def references(lesson: Lesson) -> Iterator[Candidate]:
    """The lesson's own solutions."""
    for exercise, cell in solutions(lesson).items():
        yield Candidate(exercise, Kind.REFERENCE, "reference", cell.source)


def variants(text: Text) -> Iterator[Candidate]:
    """The known right and known wrong answers."""
    for variant in text.variants:
        kind = Kind.RIGHT if variant.is_right else Kind.WRONG
        yield Candidate(variant.exercise, kind, variant.name, variant.source)


def stubs(lesson: Lesson) -> Iterator[Candidate]:
    """Answers that nobody worked for: the cell as released, and functions that do nothing."""
    released = release.generate(lesson.place, lesson.nb)
    by_id = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in released.cells}
    for exercise, cell in solutions(lesson).items():
        sources = {"untouched": by_id[exercise].source, "pass": passing(cell)}
        for name, returned in (("return None", None), ("return x", 0)):
            source = returning(cell, returned)
            if source:
                sources[name] = source
        for name, source in sources.items():
            yield Candidate(exercise, Kind.STUB, name, source)


def passing(cell: NotebookNode) -> str:
    """The cell with `pass` where its solutions stood."""
    lines = cell.source.split("\n")
    for region in reversed(regions.inside(cell, regions.SOLUTION)):
        begin, end = region.start - 2, region.stop
        indent = re.match(r"\s*", lines[begin])
        lines[begin:end] = [f"{indent[0] if indent else ''}pass"]
    return "\n".join(lines)


def returning(cell: NotebookNode, which: int | None) -> str | None:
    """The cell with functions that only return: their first argument for 0, nothing for None.

    None when no function of the cell holds a solution (or has an argument to return).
    """
    tree = code.parse(cell)
    inside = [line for r in regions.inside(cell, regions.SOLUTION) for line in r]
    found = False
    for function, is_method in _functions(tree):
        arguments = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
        arguments = arguments[is_method:]
        holds = any(function.lineno <= line <= (function.end_lineno or 0) for line in inside)
        if holds and function.name != "__init__" and (which is None or arguments):
            value = None if which is None else ast.Name(arguments[which], ast.Load())
            function.body = [ast.Return(value)]
            found = True
    if not found:
        return None
    # What stands outside of the functions is left to the stub's `pass`.
    _drop_solutions(tree, inside)
    return ast.unparse(ast.fix_missing_locations(tree))


def _functions(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, bool]]:
    """The functions of a cell, and the methods of its classes (True)."""
    for node in tree.body:
        is_class = isinstance(node, ast.ClassDef)
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                yield inner, is_class and not _is_static(inner)


def _is_static(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.decorator_list)


def _drop_solutions(tree: ast.Module, inside: list[int]) -> None:
    """Take the statements of a module's own solutions away, and those left in `__init__`."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [each for each in body if getattr(each, "lineno", 0) not in inside]
            node.body = kept or ([ast.Pass()] if not isinstance(node, ast.Module) else [])  # type: ignore[attr-defined]


def by_exercise(candidates: Iterable[Candidate]) -> dict[str, list[Candidate]]:
    """The candidates of each exercise, in order."""
    ordered = sorted(candidates, key=lambda each: each.exercise)
    return {name: list(group) for name, group in groupby(ordered, lambda each: each.exercise)}
