"""What the outcomes of a lesson's candidates show, exercise by exercise: pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from autograder.verify.candidates import Kind
from autograder.verify.judging import Outcome


@dataclass(frozen=True)
class Hole:
    """Something that is not proved, and what to do. variant: "" for the exercise itself."""

    exercise: str
    variant: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """Where, what, and the remedy."""
        where = " / ".join(part for part in (self.exercise, self.variant) if part)
        return f"{where}: {self.what}. {self.remedy}." if where else f"{self.what}. {self.remedy}."


@dataclass(frozen=True)
class Count:
    """How many of how many did as they must."""

    good: int
    of: int

    def __str__(self) -> str:
        """As 3/4."""
        return f"{self.good}/{self.of}"


@dataclass(frozen=True)
class Catches:
    """What an observation catches: wrong variants, those that no other catches, and mutants."""

    name: str
    wrong: tuple[str, ...]
    only: tuple[str, ...]
    mutants: int

    @property
    def idle(self) -> bool:
        """Whether it catches nothing at all."""
        return not self.wrong and not self.mutants


@dataclass(frozen=True)
class Survivor:
    """A mutant that no observation catches; acknowledged when it is equivalent."""

    exercise: str
    diff: str
    acknowledged: bool


@dataclass(frozen=True)
class Proof:
    """What is shown of the tests of one exercise."""

    exercise: str
    right: Count
    wrong: Count
    stubs: Count
    mutants: Count
    equivalent: int
    observations: tuple[Catches, ...]


def proofs(outcomes: Iterable[Outcome], survivors: Sequence[Survivor] = ()) -> list[Proof]:
    """The proof of each exercise, in the order of the outcomes."""
    by_exercise: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_exercise.setdefault(outcome.candidate.exercise, []).append(outcome)
    return [_proof(exercise, found, survivors) for exercise, found in by_exercise.items()]


def _proof(exercise: str, outcomes: list[Outcome], survivors: Sequence[Survivor]) -> Proof:
    mutants = _count(outcomes, Kind.MUTANT, caught)
    equivalent = sum(each.acknowledged for each in survivors if each.exercise == exercise)
    return Proof(
        exercise,
        right=_count(outcomes, Kind.RIGHT, accepted),
        wrong=_count(outcomes, Kind.WRONG, caught),
        stubs=_count(outcomes, Kind.STUB, worthless),
        mutants=Count(mutants.good, mutants.of - equivalent),
        equivalent=equivalent,
        observations=tuple(_catches(outcomes)),
    )


def accepted(outcome: Outcome) -> bool:
    """Whether it earned everything."""
    return not outcome.missed


def caught(outcome: Outcome) -> bool:
    """Whether an observation at least tells it from the reference."""
    return bool(outcome.missed)


def worthless(outcome: Outcome) -> bool:
    """Whether it earned nothing."""
    return not outcome.verdict.score


def of_kind(outcomes: Iterable[Outcome], kind: Kind) -> list[Outcome]:
    """The outcomes of the candidates of a kind."""
    return [outcome for outcome in outcomes if outcome.candidate.kind is kind]


def _count(outcomes: list[Outcome], kind: Kind, good: Callable[[Outcome], bool]) -> Count:
    of = of_kind(outcomes, kind)
    return Count(sum(map(good, of)), len(of))


def _catches(outcomes: Sequence[Outcome]) -> Iterable[Catches]:
    wrong, mutants = of_kind(outcomes, Kind.WRONG), of_kind(outcomes, Kind.MUTANT)
    for check in outcomes[0].verdict.checks if outcomes else ():
        by_it = [each for each in wrong if check.name in each.missed]
        only = [each for each in by_it if each.missed == {check.name}]
        yield Catches(
            check.name,
            tuple(each.candidate.name for each in by_it),
            tuple(each.candidate.name for each in only),
            sum(check.name in each.missed for each in mutants),
        )
