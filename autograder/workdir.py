"""The folder that a notebook runs in: what lies beside it there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from autograder.errors import ExecutionError


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their relative path; one that would leave the folder is an error."""
    for name, data in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ExecutionError(f"{name} is not a path inside the submission's folder.")
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
