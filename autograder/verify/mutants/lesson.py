"""The mutants of a lesson's reference solutions, each known by the lines that it changes."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator

from autograder.build.lesson import Lesson
from autograder.build.rules import code, regions
from autograder.build.variants import normal
from autograder.verify.candidates import Candidate, Kind, solutions
from autograder.verify.mutants.text import mutate


def mutants(lesson: Lesson) -> Iterator[Candidate]:
    """Every mutant of every solution: only what stands between the solution's markers changes."""
    modules = frozenset(_modules(lesson))
    for exercise, cell in solutions(lesson).items():
        lines = [line for region in regions.inside(cell, regions.SOLUTION) for line in region]
        for number, source in enumerate(mutate(cell.source, lines, modules), 1):
            yield Candidate(exercise, Kind.MUTANT, f"mutant {number}", source)


def diff(reference: str, mutant: str) -> str:
    """The lines that differ, in the form in which variants.py acknowledges a mutant."""
    lines = difflib.unified_diff(reference.split("\n"), mutant.split("\n"), n=0, lineterm="")
    return normal("\n".join(line for line in list(lines)[2:] if line[0] != "@"))


def _modules(lesson: Lesson) -> Iterator[str]:
    """The names that the lesson's cells import."""
    for cell in lesson.nb.cells:
        if cell.cell_type == "code":
            for node in ast.walk(code.parse(cell)):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield from ((each.asname or each.name).partition(".")[0] for each in node.names)
