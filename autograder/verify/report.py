"""What was verified, for people (tables) and for programs (JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from autograder.verify.findings import Count, Proof
from autograder.verify.lesson import Verified

VERSION = 1


def as_json(verified: Sequence[Verified]) -> str:
    """All that is shown of the lessons, as text."""
    lessons = [_lesson(each) for each in verified]
    proved = not any(each.holes for each in verified)
    content = {"version": VERSION, "proved": proved, "lessons": lessons}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _lesson(verified: Verified) -> dict[str, object]:
    return {
        "assignment": verified.assignment,
        "wall_s": verified.wall_s,
        "exercises": [_exercise(proof) for proof in verified.proofs],
        "holes": [asdict(hole) for hole in verified.holes],
        "survivors": [asdict(each) for each in verified.survivors],
    }


def _exercise(proof: Proof) -> dict[str, object]:
    observations = [{**asdict(each), "idle": each.idle} for each in proof.observations]
    return {**asdict(proof), "observations": observations}


def show(verified: Verified, console: Console, *, mutating: bool) -> None:
    """Print the table of a lesson, its idle observations, survivors and holes."""
    if verified.proofs:
        console.print(_table(verified, mutating))
    for line in (*_idle(verified), *_survivors(verified)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for hole in verified.holes:
        console.print(f"✗ {hole}", style="red", markup=False, highlight=False, soft_wrap=True)


def _table(verified: Verified, mutating: bool) -> Table:
    title = f"{verified.assignment}, {verified.wall_s:.0f} s"
    table = Table("exercise", title=title, title_justify="left")
    for heading in ("right accepted", "wrong caught", "stubs at 0", "mutants caught", "idle"):
        table.add_column(heading, justify="right")
    for proof in verified.proofs:
        table.add_row(proof.exercise, *_cells(proof, mutating))
    table.add_section()
    table.add_row("all", *_cells(total(verified.proofs), mutating))
    return table


def _cells(proof: Proof, mutating: bool) -> Iterator[str]:
    for count in (proof.right, proof.wrong, proof.stubs):
        yield _colored(count)
    known = f" (+{proof.equivalent} equivalent)" if proof.equivalent else ""
    yield f"{proof.mutants}{known}" if mutating else "-"
    yield str(sum(each.idle for each in proof.observations))


def _colored(count: Count) -> str:
    return str(count) if count.good == count.of else f"[red]{count}[/]"


def total(proofs: Sequence[Proof]) -> Proof:
    """The sums over a lesson's exercises."""
    counts = {
        name: Count(
            sum(getattr(proof, name).good for proof in proofs),
            sum(getattr(proof, name).of for proof in proofs),
        )
        for name in ("right", "wrong", "stubs", "mutants")
    }
    observations = tuple(each for proof in proofs for each in proof.observations)
    equivalent = sum(proof.equivalent for proof in proofs)
    return Proof("all", **counts, equivalent=equivalent, observations=observations)


def _idle(verified: Verified) -> Iterator[str]:
    for proof in verified.proofs:
        for each in proof.observations:
            if each.idle:
                yield f"idle: {proof.exercise} observes {each.name!r}, which catches nothing."


def _survivors(verified: Verified) -> Iterator[str]:
    for each in verified.survivors:
        if not each.acknowledged:
            indented = "\n".join(f"    {line}" for line in each.diff.splitlines())
            yield f"survivor: a mutant of {each.exercise} earns everything:\n{indented}"
