"""Results on disk: kept in the course folder from run to run, and written as JSON lines."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.errors import CourseFolderError
from autograder.judge import Check
from autograder.results import Entry, ExerciseMark, Result


def line(result: Result) -> str:
    """The result as a line of JSON."""
    content = asdict(result)
    for check in content["checks"]:
        del check["given"]  # the message begins with it
    return json.dumps(content, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Store:
    """Outcomes of earlier runs: a folder with a `STUDENT.json` for each submission."""

    folder: Path

    def save(self, student: str, fingerprint: str, entries: Iterable[Entry]) -> None:
        """Keep a submission's entries, in one step: a reader never sees half of them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        content = {"fingerprint": fingerprint, "entries": [asdict(entry) for entry in entries]}
        beside = self._path(student).with_suffix(".new")
        beside.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
        os.replace(beside, self._path(student))

    def load(self, student: str, fingerprint: str) -> list[Entry] | None:
        """The entries kept for these very bytes, key and sources; None when there are none."""
        try:
            content = json.loads(self._path(student).read_text("utf-8"))
            if content["fingerprint"] != fingerprint:
                return None
            return [_entry(each) for each in content["entries"]]
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _path(self, student: str) -> Path:
        return self.folder / f"{student}.json"


def _entry(content: dict[str, Any]) -> Entry:
    result = dict(content["result"])
    result["checks"] = tuple(Check(**check) for check in result["checks"])
    exercises = tuple(ExerciseMark(**each) for each in content["exercises"])
    rest = {name: content[name] for name in ("penalty", "awaiting")}
    return Entry(Result(**result), exercises, tuple(content["notes"]), **rest)


@contextmanager
def results_file(path: Path | None) -> Iterator[Callable[[Result], None]]:
    """Writes the lines of `--results`, each flushed as it comes; nowhere without a path."""
    if path is None:
        yield lambda _: None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise CourseFolderError(f"{path} can't be written: {error.strerror}.") from error

    def write(result: Result) -> None:
        file.write(line(result))
        file.flush()

    with file:
        yield write
