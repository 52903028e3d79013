"""What a lesson's tests do not prove: each hole with its exercise, its variant and a remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from autograder.build.variants import Variant
from autograder.compare import difference
from autograder.key import AnswerKey
from autograder.observations import Node, Observation
from autograder.verify.candidates import Kind
from autograder.verify.findings import Hole, accepted, caught, of_kind, worthless
from autograder.verify.judging import Outcome

LEAST = {Kind.RIGHT: 1, Kind.WRONG: 3}


def holes(outcomes: Sequence[Outcome], key: AnswerKey, variants: Sequence[Variant]) -> list[Hole]:
    """Every hole that references, stubs and variants show."""
    return [
        *_unsteady(of_kind(outcomes, Kind.REFERENCE)),
        *_too_few(outcomes),
        *_earning(of_kind(outcomes, Kind.STUB)),
        *_rejected(of_kind(outcomes, Kind.RIGHT)),
        *_escaped(of_kind(outcomes, Kind.WRONG)),
        *_confused(of_kind(outcomes, Kind.WRONG), key, variants),
    ]


def _unsteady(references: Sequence[Outcome]) -> Iterator[Hole]:
    for each in references:
        if not accepted(each):
            what = f"the reference observes something else the second time: {_missed(each)}"
            remedy = "Seed what is random, and let no test change what the next one reads"
            yield Hole(each.candidate.exercise, "reference", what, remedy)


def _too_few(outcomes: Sequence[Outcome]) -> Iterator[Hole]:
    for exercise in dict.fromkeys(each.candidate.exercise for each in outcomes):
        of = [each for each in outcomes if each.candidate.exercise == exercise]
        for kind, least in LEAST.items():
            count = len(of_kind(of, kind))
            if count < least:
                what = f"it has {count} {kind} variant{'s' * (count != 1)}, and needs {least}"
                remedy = f'Add to variants.py a cell with "exercise": "{exercise}", "is": "{kind}"'
                yield Hole(exercise, "", what, remedy)


def _earning(stubs: Sequence[Outcome]) -> Iterator[Hole]:
    for each in stubs:
        if not worthless(each):
            passed = ", ".join(check.name for check in each.verdict.checks if check.passed)
            what = f"this stub earns {each.verdict.score:g} of {each.verdict.max_score:g}: {passed}"
            remedy = "Observe there, in one observation, also what doing nothing can't give"
            yield Hole(each.candidate.exercise, f"stub {each.candidate.name!r}", what, remedy)


def _rejected(right: Sequence[Outcome]) -> Iterator[Hole]:
    for each in right:
        if not accepted(each):
            messages = [f"{c.name} ({c.message})" for c in each.verdict.checks if not c.passed]
            what = f"this right variant is rejected: {'; '.join(messages)}"
            remedy = "Observe only what the exercise asks for, or call the variant wrong"
            yield Hole(each.candidate.exercise, each.candidate.name, what, remedy)


def _escaped(wrong: Sequence[Outcome]) -> Iterator[Hole]:
    for each in wrong:
        if not caught(each):
            remedy = "Add an observation to the hidden tests that it fails, or call it right"
            what = "this wrong variant is not caught"
            yield Hole(each.candidate.exercise, each.candidate.name, what, remedy)


def _confused(
    wrong: Sequence[Outcome], key: AnswerKey, variants: Sequence[Variant]
) -> Iterator[Hole]:
    same_as = {(each.exercise, each.name): each.same_as for each in variants}
    for one, other in combinations(wrong, 2):
        exercise = one.candidate.exercise
        if exercise != other.candidate.exercise:
            continue
        names = one.candidate.name, other.candidate.name
        root, of_other = (_root(exercise, name, same_as) for name in names)
        alike = looks_alike(one, other, key)
        if alike and root != of_other:
            what = f"it observes the same as {names[0]}"
            remedy = f'Tell them apart by an observation, or write "same_as": "{names[0]}"'
            yield Hole(exercise, names[1], what, remedy)
        elif not alike and root == of_other:
            what = f"it is declared the same as {names[0]}, and observes something else"
            yield Hole(exercise, names[1], what, 'Take the "same_as" away')


def _root(exercise: str, name: str, same_as: dict[tuple[str, str], str | None]) -> str:
    seen = {name}
    while (after := same_as.get((exercise, name))) and after not in seen:
        name = after
        seen.add(name)
    return name


def looks_alike(one: Outcome, other: Outcome, key: AnswerKey) -> bool:
    """Whether two wrong answers fail the same observations with the same results."""
    if one.missed != other.missed:
        return False
    nodes = [{seen.name: seen.observed for seen in each.observations} for each in (one, other)]
    wanted = key.cells.get(one.verdict.grade_id, ())
    missed = [each for each in wanted if each.name in one.missed]
    return all(_same(each, *(found.get(each.name) for found in nodes)) for each in missed)


def _same(wanted: Observation, one: Node | None, other: Node | None) -> bool:
    if one is None or other is None or one["kind"] != other["kind"]:
        return one is other
    if one["kind"] in ("exception", "other"):
        return bool(one.get("type") == other.get("type"))
    return difference(one, other, replace(wanted.policy, at_least=None)) is None


def _missed(outcome: Outcome) -> str:
    return ", ".join(sorted(outcome.missed))
