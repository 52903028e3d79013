"""What a student handed in: which file is the notebook, and which files go with it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbgrader.utils import find_all_files, parse_utc

from autograder.errors import CourseFolderError, UnreadableSubmission
from autograder.grade.course_folder import CourseFolder, did_you_mean
from autograder.grade.read import MAX_BYTES
from autograder.grade.source_cells import NotebookSource

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Submission:
    """A submission as bytes, or the reason why it can't be one.

    notebooks: by the name of the source notebook, the file's name and its bytes.
    files: what else was handed in, by its path in the folder.
    """

    student: str
    assignment: str
    notebooks: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    files: Files = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Differs when any byte or file name of the submission differs."""
        digest = hashlib.sha256()
        for name, (file, data) in sorted(self.notebooks.items()):
            digest.update(f"{name}\0{file}\0{hashlib.sha256(data).hexdigest()}\0".encode())
        for file, data in sorted(self.files.items()):
            digest.update(f"{file}\0{hashlib.sha256(data).hexdigest()}\0".encode())
        return digest.hexdigest()


def choose_students(course: CourseFolder, assignment: str, wanted: list[str]) -> list[str]:
    """Those of `wanted` who handed the assignment in, all when none is named."""
    known = course.students(assignment)
    if not known:
        raise CourseFolderError(
            f"Nobody has handed in {assignment}: there is no "
            f"{course.submitted('STUDENT', assignment).relative_to(course.root)}/ folder."
        )
    unknown = [student for student in wanted if student not in known]
    if unknown:
        raise CourseFolderError(
            f"{unknown[0]} has not handed in {assignment}. {did_you_mean(unknown[0], known)}"
        )
    return sorted(set(wanted)) or known


def read_submission(
    course: CourseFolder, student: str, assignment: str, sources: tuple[NotebookSource, ...]
) -> Submission:
    """Read a student's folder. What is wrong with it is in `problems`, by notebook."""
    folder = course.submitted(student, assignment)
    try:
        return _read_folder(folder, Submission(student, assignment), course, sources)
    except UnreadableSubmission as error:
        reason = str(error)
    except OSError as error:
        reason = f"{error.filename} can't be read: {error.strerror}."
    return Submission(student, assignment, problems={source.name: reason for source in sources})


def _read_folder(
    folder: Path, who: Submission, course: CourseFolder, sources: tuple[NotebookSource, ...]
) -> Submission:
    paths = _safe_files(folder, course.directory.ignore)
    _check_timestamp(folder / "timestamp.txt")
    found = {path.name: path for path in paths if path.suffix == ".ipynb" and path.parent == folder}
    chosen, problems = _choose(found, sources)
    notebooks = {name: (file, found[file].read_bytes()) for name, file in chosen.items()}
    files = {str(p.relative_to(folder)): p.read_bytes() for p in paths if p.suffix != ".ipynb"}
    unused = sorted(found.keys() - set(chosen.values())) if chosen else []
    notes = tuple(f"ignored {file}" for file in unused)
    return replace(who, notebooks=notebooks, files=files, problems=problems, notes=notes)


def _safe_files(folder: Path, ignore: list[str]) -> list[Path]:
    paths = [Path(path) for path in sorted(find_all_files(str(folder), list(ignore)))]
    home = folder.resolve()
    links = [Path(top) / name for top, names, _ in os.walk(folder) for name in names]
    for path in [*paths, *(link for link in links if link.is_symlink())]:
        shown = path.relative_to(folder)
        if not path.resolve().is_relative_to(home):
            raise UnreadableSubmission(
                f"{shown} is a link that points outside the submission. Hand in the file itself."
            )
        if path.is_symlink() and not path.exists():
            raise UnreadableSubmission(f"{shown} is a link to nothing. Hand in the file itself.")
        if path in paths:
            _check_file(path, shown)
    return paths


def _check_file(path: Path, shown: Path) -> None:
    if not path.is_file():
        raise UnreadableSubmission(f"{shown} is not a plain file. Hand in the file itself.")
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableSubmission(
            f"{shown} is {path.stat().st_size / 1e6:.0f} MB; the limit is {MAX_BYTES / 1e6:.0f} MB."
            " Clear a notebook's outputs, or leave the file out, and hand it in again."
        )


def _check_timestamp(path: Path) -> None:
    text = path.read_text("utf-8", errors="replace").strip() if path.is_file() else ""
    try:
        parse_utc(text or None)
    except (ValueError, OverflowError):
        raise UnreadableSubmission(
            f"timestamp.txt holds {text[:40]!r}, which is not a date and time, so a late "
            "submission can't be told. Correct the file, or delete it."
        ) from None


def _choose(
    found: Mapping[str, Path], sources: tuple[NotebookSource, ...]
) -> tuple[dict[str, str], dict[str, str]]:
    """By source notebook: the file that answers it, or what is wrong."""
    chosen = {s.name: f"{s.name}.ipynb" for s in sources if f"{s.name}.ipynb" in found}
    problems = {}
    for source in sources:
        if source.name not in chosen:
            try:
                chosen[source.name] = _misnamed(found, source, sources)
            except UnreadableSubmission as error:
                problems[source.name] = str(error)
    return chosen, problems


def _misnamed(
    found: Mapping[str, Path], source: NotebookSource, sources: tuple[NotebookSource, ...]
) -> str:
    """The one file under another name that holds this notebook's exercises."""
    wanted = f"{source.name}.ipynb"
    taken = {f"{other.name}.ipynb" for other in sources}
    others = sorted(found.keys() - taken)
    alike = [name for name in others if _holds(found[name], source)]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise UnreadableSubmission(
            f"There is no {wanted}, and more than one notebook could be it: {', '.join(alike)}. "
            f"Name the one to be graded {wanted} and hand it in again."
        )
    if others:
        raise UnreadableSubmission(
            f"There is no {wanted}, and {', '.join(others)} holds none of its exercises. "
            f"Hand in {wanted}."
        )
    raise UnreadableSubmission(f"No notebook was handed in. Hand in {wanted}.")


def _holds(path: Path, source: NotebookSource) -> bool:
    text = path.read_bytes().replace(b"\x00", b"").decode("utf-8", errors="replace")
    return any(json.dumps(name) in text for name in source.grade_ids)
