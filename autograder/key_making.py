"""Make an answer key: run the source notebook, and the lesson's wrong answers beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import nbformat
from nbformat import NotebookNode
from nbgrader import utils

from autograder.diagnosis import Misconception, misconception_of
from autograder.errors import ExecutionError, StaleKey
from autograder.execute import Execution, execute
from autograder.fingerprint import fingerprint
from autograder.key import SALT_VARIABLE, AnswerKey, load
from autograder.observations import Observation, nodes, read
from autograder.workdir import write_files

INCOMPARABLE = {"other", "too_large", "malformed"}
# A reference that raises one of these is not finished, whatever it was asked.
UNFINISHED = {"NameError", "UnboundLocalError", "NotImplementedError", "ModuleNotFoundError"}


@dataclass(frozen=True)
class WrongAnswer:
    """A wrong answer that was run: which cell tests it, its sentence, what that cell observed."""

    grade_id: str
    name: str
    sentence: str
    seen: Sequence[Observation]


@dataclass(frozen=True)
class Variants:
    """The known wrong answers of a lesson. text: as they are kept. observe: runs them all."""

    text: str = ""
    observe: Callable[[], Iterable[WrongAnswer]] = tuple


@dataclass(frozen=True)
class Ensured:
    """A key that fits, and why it had to be made (None when it stood already)."""

    key: AnswerKey
    made_because: str | None = None


def ensure(
    source_path: Path,
    path: Path,
    *,
    salt: str = "",
    variants: Variants | None = None,
    files: Mapping[str, bytes] = MappingProxyType({}),
    timeout_s: int = 120,
    kernel_name: str = "python3",
) -> Ensured:
    """The key at `path`, made by running the notebook at `source_path` where it is needed.

    variants: the lesson's, of which the wrong ones are run too. files: what it runs beside, by
    name. ExecutionError when the reference does not run to its end, lacks a name, or observes
    what can't be compared.
    """
    source = nbformat.read(source_path, as_version=4)
    known = variants or Variants()
    wanted = fingerprint(source, salt, known.text, files)
    if not observes(source):
        return Ensured(AnswerKey({}, wanted))
    try:
        return Ensured(load(path, wanted))
    except StaleKey as why:
        reason = str(why)
    with TemporaryDirectory(prefix="reference-") as workdir:
        write_files(Path(workdir), files)
        run = execute(
            source,
            workdir=Path(workdir),
            judged=True,
            timeout_s=timeout_s,
            kernel_name=kernel_name,
            env={SALT_VARIABLE: salt},
        )
    key = with_misconceptions(from_execution(run, wanted), known.observe())
    _write(path, key.to_json())
    return Ensured(key, reason)


def observes(source: NotebookNode) -> bool:
    """Whether any graded cell calls `observe`; a plain nbgrader course's does not."""
    return any(utils.is_grade(cell) and "observe(" in cell.source for cell in source.cells)


def from_execution(run: Execution, made_for: dict[str, str]) -> AnswerKey:
    """The key from a judged run of the reference."""
    if run.fates:
        index, fate = min(run.fates.items())
        raise ExecutionError(f"The reference did not run to its end: cell {index + 1} {fate}.")
    cells = {}
    for number, cell in enumerate(run.nb.cells, 1):
        _refuse_error(cell, number)
        if utils.is_grade(cell) and (seen := read(cell)):
            grade_id = cell.metadata.nbgrader.grade_id
            _refuse_unfinished(seen, grade_id)
            _refuse_incomparable(seen, grade_id)
            cells[grade_id] = tuple(seen)
    return AnswerKey(cells, made_for)


def with_misconceptions(key: AnswerKey, answers: Iterable[WrongAnswer]) -> AnswerKey:
    """The key with what wrong answers observed; one whose cell the key lacks is left out."""
    known: dict[str, list[Misconception]] = {}
    for each in answers:
        if each.grade_id in key.cells:
            expected = key.cells[each.grade_id]
            found = misconception_of(each.name, each.sentence, expected, each.seen)
            known.setdefault(each.grade_id, []).append(found)
    found_by_cell = {name: tuple(each) for name, each in known.items()}
    return AnswerKey(key.cells, key.fingerprint, found_by_cell)


def _refuse_error(cell: NotebookNode, number: int) -> None:
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            raise ExecutionError(
                f"The reference raised {output.ename} in cell {number}: {output.evalue} "
                "Run `autograder build` to see where."
            )


def _refuse_unfinished(seen: list[Observation], grade_id: str) -> None:
    for observation in seen:
        raised = observation.observed.get("type")
        if observation.observed["kind"] == "exception" and raised in UNFINISHED:
            raise ExecutionError(
                f"{grade_id} observes that the reference raises {raised} ({observation.name!r}): "
                "every answer that lacks a name would match it. Mend the reference or the call."
            )


def _refuse_incomparable(seen: list[Observation], grade_id: str) -> None:
    names = set()
    for observation in seen:
        kinds = {node["kind"] for node in nodes(observation.observed)}
        if kinds & INCOMPARABLE:
            raise ExecutionError(
                f"{grade_id} observes {observation.name!r}, which can't be compared: "
                "observe a tensor, a number, a string, a sequence or a dict, and less of it."
            )
        if observation.name in names:
            raise ExecutionError(
                f"{grade_id} observes {observation.name!r} twice: give each observation of a "
                "cell a name of its own."
            )
        names.add(observation.name)


def _write(path: Path, text: str) -> None:
    """Write in one step, for the owner's eyes alone: a reader never sees half a key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(beside, path)
