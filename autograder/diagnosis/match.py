"""Match a submission's observations of one test cell with those of known wrong answers.

A misconception is named when everything that was observed is what its answer observed; else
when it explains the larger part of what failed and nothing that tells anything speaks against
it. Either way the agreement must tell enough (see `evidence`). Where two explain it equally
well, with different sentences, none is named: no sentence is better than a wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from autograder.compare import difference
from autograder.diagnosis.evidence import Findings, choice, evidence, total
from autograder.diagnosis.misconception import Misconception, failing
from autograder.observations import Node, Observation

# Bits that an agreement must tell: everywhere, or in the part that is explained.
ENOUGH, ENOUGH_IN_PART = 6.0, 12.0
# Which of the checks failed tells something by itself, when all else agrees too.
WHICH_FAILED_MOST = 4.5
# An observation that tells no more is a weak one: it can't speak against a misconception.
WEAK_MOST = 2.0


@dataclass(frozen=True)
class Diagnosis:
    """What the student reads, and the names of the failed checks that it explains."""

    sentence: str
    checks: frozenset[str]


def diagnose(
    expected: Sequence[Observation], nodes: Mapping[str, Node], known: Sequence[Misconception]
) -> Diagnosis | None:
    """The misconception that what came back (`nodes`, by check) shows; None for none."""
    wanted = {each.name: each for each in expected}
    failed = failing(expected, nodes)
    matches = [_Match(wanted, failed, each) for each in known] if failed else []
    good = sorted((each for each in matches if each.is_good), key=lambda each: each.rank)
    if not good:
        return None
    best = [each for each in good if each.rank == good[-1].rank]
    if len({each.known.sentence for each in best}) > 1:
        return None
    return Diagnosis(best[0].known.sentence, frozenset(best[0].explained))


@dataclass(frozen=True)
class _Match:
    """A submission's failed checks beside those of one known wrong answer."""

    wanted: Mapping[str, Observation]
    failed: Mapping[str, Node | None]
    known: Misconception

    @cached_property
    def explained(self) -> list[str]:
        """The checks that both failed with the same observation."""
        both = [name for name in self.failed if name in self.known.observed]
        return [name for name in both if self._agree(name)]

    @property
    def everywhere(self) -> bool:
        return len(self.explained) == len(self.failed) == len(self.known.observed)

    @property
    def rank(self) -> tuple[bool, int, int]:
        """The better the larger: everywhere, then more explained, then less that is not."""
        apart = len(self.failed) + len(self.known.observed) - 2 * len(self.explained)
        return self.everywhere, len(self.explained), -apart

    @property
    def is_good(self) -> bool:
        if not self.explained:
            return False
        bits = total(self._findings())
        if self.everywhere:
            which = choice(len(self.wanted), len(self.failed))
            return bits + min(which, WHICH_FAILED_MOST) >= ENOUGH
        enough = bits >= ENOUGH_IN_PART and len(self.explained) > 1
        return enough and self._explains_most() and not self._contradicted()

    def _agree(self, name: str) -> bool:
        ours, theirs = self.known.observed[name], self.failed[name]
        if ours is None or theirs is None:
            return ours is theirs
        return _same(self.wanted[name], ours, theirs)

    def _findings(self) -> Findings:
        findings: Findings = {}
        for name in self.explained:
            findings.update(self._tells(name, self.failed[name]))
        return findings

    def _tells(self, name: str, node: Node | None) -> Findings:
        return {} if node is None else evidence(self.wanted[name], node)

    def _explains_most(self) -> bool:
        return 2 * len(self.explained) > len(self.failed)

    def _contradicted(self) -> bool:
        """Whether either side has a telling observation that the other does not share."""
        ours = [(name, node) for name, node in self.known.observed.items()]
        unshared = [(n, node) for n, node in self.failed.items() if n not in self.explained]
        unshared += [(name, node) for name, node in ours if name not in self.failed]
        return any(total(self._tells(name, node)) > WEAK_MOST for name, node in unshared)


def _same(wanted: Observation, ours: Node, theirs: Node) -> bool:
    if ours["kind"] != theirs["kind"]:
        return False
    if ours["kind"] in ("exception", "other"):  # of one type; a base class is not enough
        return bool(ours.get("type") == theirs.get("type"))
    # The bound of a one-sided check says nothing of two values below it.
    return difference(ours, theirs, replace(wanted.policy, at_least=None)) is None
