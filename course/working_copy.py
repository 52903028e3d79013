"""A student's own copy of the released lessons, which a later release never overwrites.

What was laid down is remembered by its hash. A file that still has that hash is the student's
to be replaced; a file that has another one is the student's work and stays, and a newer release
of it is laid beside it under a name of its own.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from course.errors import CourseError
from course.files import write_bytes, write_text

MANIFEST = ".course.json"
MARK = "_release_"


class WorkingCopyError(CourseError):
    """The release or the working copy is not where, or not what, it should be."""


@dataclass
class Changes:
    """What bringing a working copy up to date did, by the files' names in the copy."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)  # the student's file: the newer release


def find_release(given: Path | None) -> Path:
    """The folder of released lessons: as given, or of this folder's or this package's checkout."""
    places = [given] if given else [Path("release"), Path(__file__).parents[1] / "release"]
    for place in places:
        if notebooks(place):
            return place
    where = (
        f"{given} holds no lessons" if given else "There is no folder release/ with lessons here"
    )
    raise WorkingCopyError(
        f"{where}. Run `course start` in the course's folder, or name it: --release PATH."
    )


def notebooks(root: Path) -> tuple[Path, ...]:
    """The lessons' notebooks of a release or a copy, in order; not those laid beside."""
    found = (path for path in root.glob("*/*.ipynb") if not path.name.startswith("."))
    return tuple(sorted(path for path in found if MARK not in path.stem))


def find_lesson(root: Path, wanted: str) -> Path:
    """The notebook that '1', '01', 'tensors' or '01_tensors' means."""
    for path in notebooks(root):
        number, _, topic = path.parent.name.partition("_")
        if wanted in (path.parent.name, topic, number, number.lstrip("0"), path.stem):
            return path
    there = ", ".join(path.parent.name for path in notebooks(root))
    raise WorkingCopyError(f"There is no lesson {wanted!r}. There are: {there}.")


def root_of(notebook: Path) -> Path | None:
    """The working copy that a notebook lies in, if it lies in one."""
    return next((up for up in notebook.resolve().parents if (up / MANIFEST).is_file()), None)


def update(release: Path, copy: Path) -> Changes:
    """Bring `copy` up to `release`; a file that the student changed or made stays as it is."""
    if copy.exists() and not copy.is_dir():
        raise WorkingCopyError(f"{copy} is a file. Name another folder: --folder NAME.")
    laid, changes = _laid(copy), Changes()
    for source in _files(release):
        name = source.relative_to(release).as_posix()
        laid[name] = _lay(copy, name, source.read_bytes(), laid.get(name), changes)
    write_text(copy / MANIFEST, json.dumps({"laid": laid}, indent=1, sort_keys=True) + "\n")
    return changes


def _files(release: Path) -> list[Path]:
    files = (path for path in release.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(
        p for p in files if not any(s.startswith(".") for s in p.relative_to(release).parts)
    )


def _laid(copy: Path) -> dict[str, str]:
    """{file: hash of the release that was laid down}; empty where it can't be told."""
    try:
        laid = json.loads((copy / MANIFEST).read_text("utf-8"))["laid"]
        return {str(name): str(mark) for name, mark in laid.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _lay(copy: Path, name: str, data: bytes, before: str | None, changes: Changes) -> str:
    """Lay one released file into the copy; returns its hash, to be remembered."""
    target, released = copy / name, _hash(data)
    present = _hash(target.read_bytes()) if target.is_file() else None
    if present is None:
        write_bytes(target, data)
        changes.added.append(name)
    elif present == released:
        pass
    elif present == before:
        write_bytes(target, data)
        changes.updated.append(name)
    elif released == before:
        changes.kept.append(name)
    else:
        _lay_beside(target, name, data, changes)
    return released


def _lay_beside(target: Path, name: str, data: bytes, changes: Changes) -> None:
    beside = target.with_name(f"{target.stem}{MARK}{_hash(data)[:8]}{target.suffix}")
    if not beside.exists():
        write_bytes(beside, data)
    changes.beside[name] = str(Path(name).with_name(beside.name).as_posix())


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
