"""Rounds: a notebook in which candidates stand in the place of the solution cells.

A round is the lesson, from the top. At each exercise the first candidate meets what it would
meet in a submission. Then names and random states are put back, and the reference must earn
everything: the control. If it does not, what the candidate did to the kernel is still there,
and the candidate is judged again in a kernel of its own. Further candidates of the same
exercise (mutants, stubs) stand after a control. Cells that only draw are left out; that no test
needs them, the controls show too.

So a lesson's candidates take as many kernels as its fullest exercise has variants, and what an
observation says of one candidate never comes from another.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import zip_longest

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import is_grade

from autograder.build.rules import code
from autograder.verify.candidates import Candidate, Kind, by_exercise

# How many candidates of an exercise stand in a round, after the first.
LATER = 12
_FIRST = (Kind.REFERENCE, Kind.RIGHT, Kind.WRONG)


@dataclass(frozen=True)
class Slot:
    """Where a candidate stands in a round: its cells, by index, and those of its control."""

    candidate: Candidate
    cells: range
    control: range | None

    @property
    def test(self) -> int:
        """The test cell that judges the candidate: its last."""
        return self.cells[-1]


@dataclass
class Round:
    """A notebook to run, and where its candidates are."""

    nb: NotebookNode = field(default_factory=new_notebook)
    slots: list[Slot] = field(default_factory=list)


def pack(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Share candidates out to rounds: few rounds, in each one variant of an exercise at most."""
    queues = by_exercise(candidates).values()
    firsts = [[each for each in queue if each.kind in _FIRST] for queue in queues]
    laters = [[each for each in queue if each.kind not in _FIRST] for queue in queues]
    count = max(
        max(map(len, firsts), default=0),
        max((-(-len(later) // LATER) for later in laters), default=0),
    )
    rounds = [[each for each in row if each] for row in zip_longest(*firsts)]
    rounds += [[] for _ in range(count - len(rounds))]
    for later in laters:
        for number, each in enumerate(later):
            rounds[number % count].append(each)
    return rounds


def make(lesson: NotebookNode, candidates: Sequence[Candidate], *, alone: bool = False) -> Round:
    """The round of these candidates. alone: without controls, for a single candidate."""
    made = Round()
    of = by_exercise(candidates)
    if not alone:
        _add(made, [new_code_cell(_install())])
    done: set[int] = set()
    last = max(_test_of(lesson, exercise) for exercise in of)
    for index, cell in enumerate(lesson.cells[: last + 1]):
        exercise = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if exercise in of:
            span = _span(lesson, index, _test_of(lesson, exercise))
            done.update(span)
            _add_exercise(made, [lesson.cells[i] for i in span], of[exercise], alone)
        elif cell.cell_type == "code" and index not in done and (alone or not _draws(cell)):
            _add(made, [cell])
    made.nb.metadata = lesson.metadata
    return made


def _add_exercise(
    made: Round, cells: list[NotebookNode], candidates: Sequence[Candidate], alone: bool
) -> None:
    label = cells[0].metadata.nbgrader.grade_id
    if alone:
        (candidate,) = candidates
        made.slots.append(Slot(candidate, _add(made, _with(cells, candidate)), None))
        return
    _add(made, [_call("keep", label)])
    for number, candidate in enumerate(candidates):
        if number:
            _add(made, [_call("after_control", label)])
        stands = _add(made, _with(cells, candidate))
        control = _add(made, [_call("control", label), *cells])
        made.slots.append(Slot(candidate, stands, control))


def _draws(cell: NotebookNode) -> bool:
    """Whether a cell does nothing but call the course's plots and widgets."""
    statements = code.parse(cell).body
    return bool(statements) and all(map(_is_drawing, statements))


def _is_drawing(statement: ast.stmt) -> bool:
    called = statement.value if isinstance(statement, ast.Expr) else None
    function = called.func if isinstance(called, ast.Call) else None
    room = function.value if isinstance(function, ast.Attribute) else None
    return isinstance(room, ast.Name) and room.id in ("plots", "widgets")


def _with(cells: list[NotebookNode], candidate: Candidate) -> list[NotebookNode]:
    return [new_code_cell(candidate.source), *cells[1:]]


def _span(lesson: NotebookNode, solution: int, test: int) -> list[int]:
    """The code cells from a solution to its test, other exercises' left out."""
    inside = range(solution + 1, test)
    between = [
        i for i in inside if lesson.cells[i].cell_type == "code" and not _is_nbgrader(i, lesson)
    ]
    return [solution, *between, test]


def _is_nbgrader(index: int, lesson: NotebookNode) -> bool:
    return "nbgrader" in lesson.cells[index].metadata


def _test_of(lesson: NotebookNode, exercise: str) -> int:
    return next(
        index
        for index, cell in enumerate(lesson.cells)
        if is_grade(cell) and cell.metadata.nbgrader.grade_id == f"{exercise}_test"
    )


def _add(made: Round, cells: Sequence[NotebookNode]) -> range:
    start = len(made.nb.cells)
    made.nb.cells.extend(new_code_cell(cell.source, metadata=cell.metadata) for cell in cells)
    return range(start, len(made.nb.cells))


def _install() -> str:
    """Code that makes `isolation` a module of the kernel, and leaves no name in the lesson."""
    text = files("autograder.verify").joinpath("isolation.py").read_text("utf-8")
    module = '__import__("types").ModuleType("_isolation")'
    home = f'__import__("sys").modules.setdefault("_isolation", {module}).__dict__'
    return f'exec({text!r}, {home})\n__import__("_isolation").watch()'


def _call(function: str, label: str) -> NotebookNode:
    cell: NotebookNode = new_code_cell(f'__import__("_isolation").{function}({label!r})')
    return cell
