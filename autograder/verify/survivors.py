"""Mutants that live: which are acknowledged as equivalent, and which show a missing test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from autograder.build.variants import Equivalent
from autograder.verify.candidates import Kind
from autograder.verify.findings import Hole, Survivor, caught, of_kind
from autograder.verify.judging import Outcome
from autograder.verify.mutants import diff

# The share of the mutants that are not equivalent which must be caught.
ENOUGH = 0.95


def survivors(
    outcomes: Sequence[Outcome],
    references: Mapping[str, str],
    equivalents: Sequence[Equivalent],
) -> list[Survivor]:
    """The mutants that earned everything. references: each exercise's solution cell."""
    known = _known(equivalents)
    found = []
    for each in of_kind(outcomes, Kind.MUTANT):
        if not caught(each):
            exercise = each.candidate.exercise
            lines = diff(references[exercise], each.candidate.source)
            found.append(Survivor(exercise, lines, (exercise, lines) in known))
    return found


def holes(
    outcomes: Sequence[Outcome],
    references: Mapping[str, str],
    equivalents: Sequence[Equivalent],
    living: Sequence[Survivor],
) -> Iterator[Hole]:
    """Stale acknowledgements, and too many survivors."""
    mutants = of_kind(outcomes, Kind.MUTANT)
    if not mutants:
        return
    yield from _stale(mutants, references, equivalents, living)
    unknown = [each for each in living if not each.acknowledged]
    count = len(mutants) - (len(living) - len(unknown))
    if len(unknown) > (1 - ENOUGH) * count:
        what = f"the hidden tests catch {count - len(unknown)} of {count} mutants of the references"
        remedy = (
            f"At least {ENOUGH:.0%} must be: add observations that the survivors fail, or "
            "acknowledge in variants.py those that no test can tell apart"
        )
        yield Hole("mutants", "", what, remedy)


def _stale(
    mutants: Sequence[Outcome],
    references: Mapping[str, str],
    equivalents: Sequence[Equivalent],
    living: Sequence[Survivor],
) -> Iterator[Hole]:
    alive = {(each.exercise, each.diff) for each in living}
    made = {
        (each.candidate.exercise, diff(references[each.candidate.exercise], each.candidate.source))
        for each in mutants
    }
    for exercise, lines in sorted(_known(equivalents) - alive):
        is_made = (exercise, lines) in made
        what = "the tests catch this mutant" if is_made else "there is no such mutant"
        shown = lines.replace("\n", " ⏎ ")
        what = f"a mutant is acknowledged as equivalent, but {what}: {shown}"
        yield Hole(exercise, "equivalent", what, "Take the acknowledgement away, or correct it")


def _known(equivalents: Sequence[Equivalent]) -> set[tuple[str, str]]:
    return {(each.exercise, lines) for each in equivalents for lines in each.diffs}
