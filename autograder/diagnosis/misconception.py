"""A known misunderstanding: its sentence, and what an answer that shows it observes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.compare import difference
from autograder.observations import Node, Observation, parse


@dataclass(frozen=True)
class Misconception:
    """One wrong answer to an exercise.

    observed: by the name of the check, what came back where it is not what the key wants;
    None where nothing did. A check that is not in it is passed.
    """

    name: str
    sentence: str
    observed: Mapping[str, Node | None]

    def to_json(self) -> dict[str, Any]:
        """The form in which the key keeps it."""
        return {"name": self.name, "sentence": self.sentence, "observed": dict(self.observed)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Misconception:
        """What `to_json` gave; ValueError, KeyError or TypeError when it is something else."""
        observed = {name: _node(node) for name, node in content["observed"].items()}
        return cls(str(content["name"]), str(content["sentence"]), observed)


def misconception_of(
    name: str, sentence: str, expected: Sequence[Observation], seen: Sequence[Observation]
) -> Misconception:
    """The misconception whose answer observed `seen` where the reference did `expected`."""
    nodes = first_nodes(seen)
    return Misconception(name, sentence, failing(expected, nodes))


def first_nodes(seen: Sequence[Observation]) -> dict[str, Node]:
    """What each check observed; nothing for a name that came more than once."""
    names = [each.name for each in seen]
    return {each.name: each.observed for each in seen if names.count(each.name) == 1}


def failing(expected: Sequence[Observation], nodes: Mapping[str, Node]) -> dict[str, Node | None]:
    """What came back at each check that is not passed."""
    return {
        wanted.name: nodes.get(wanted.name)
        for wanted in expected
        if not _passes(wanted, nodes.get(wanted.name))
    }


def _passes(wanted: Observation, node: Node | None) -> bool:
    return node is not None and difference(wanted.observed, node, wanted.policy) is None


def _node(content: Any) -> Node | None:
    if content is None:
        return None
    return parse({"version": 1, "name": "kept", "observed": content}).observed
