"""The answer key: what the reference solution observed, on this machine, in this kernel.

It stays in the instructor's course folder (`.autograder/keys/`), out of the repository and
out of every kernel. `key_making` makes it. It is refused when it was made for another notebook,
salt, torch, Python or machine (see `fingerprint`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.diagnosis import Misconception
from autograder.errors import StaleKey
from autograder.fingerprint import changed
from autograder.observations import Observation, parse

VERSION = 2
SALT_VARIABLE = "PYTORCH_MECHANICS_SALT"


@dataclass(frozen=True)
class AnswerKey:
    """What each graded cell must observe, by its grade_id, and for what it was made.

    misconceptions: by grade_id, what the wrong answers to its exercise observe.
    """

    cells: dict[str, tuple[Observation, ...]]
    fingerprint: dict[str, str]
    misconceptions: Mapping[str, tuple[Misconception, ...]] = field(default_factory=dict)

    def to_json(self) -> str:
        """The text that is kept."""
        content = {
            "version": VERSION,
            "fingerprint": self.fingerprint,
            "cells": _as_json(self.cells),
            "misconceptions": _as_json(self.misconceptions),
        }
        return json.dumps(content, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> AnswerKey:
        """The key that `to_json` wrote; StaleKey when it can't be read."""
        try:
            content = json.loads(text)
            if content["version"] != VERSION:
                raise ValueError(f"version {content['version']}")
            cells = {name: tuple(map(parse, seen)) for name, seen in content["cells"].items()}
            wrong = {
                name: tuple(map(Misconception.from_json, each))
                for name, each in content["misconceptions"].items()
            }
            return cls(cells, dict(content["fingerprint"]), wrong)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StaleKey(f"The answer key can't be read ({error}).") from error


def _as_json(cells: Mapping[str, Iterable[Observation | Misconception]]) -> dict[str, list[object]]:
    return {name: [each.to_json() for each in seen] for name, seen in cells.items()}


def key_path(course_dir: Path, assignment: str, notebook: str) -> Path:
    """Where the key of a notebook is kept."""
    return course_dir / ".autograder" / "keys" / assignment / f"{notebook}.json"


def load(path: Path, wanted: dict[str, str]) -> AnswerKey:
    """The key at `path`; StaleKey, with the reason, when there is none or it does not fit."""
    if not path.exists():
        raise StaleKey("There is no answer key yet.")
    key = AnswerKey.from_json(path.read_text("utf-8"))
    refuse_stale(key, wanted)
    return key


def refuse_stale(key: AnswerKey, wanted: dict[str, str]) -> None:
    """StaleKey, naming what differs, when the key was made for something else."""
    other = changed(key.fingerprint, wanted)
    if other:
        raise StaleKey(f"The answer key was made for another {' and '.join(other)}.")
