"""What an answer key depends on: another value of any of these makes it stale."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType

from nbformat import NotebookNode

# What the package `course` sends to the judge is made by these.
_OBSERVING = ("observation.py", "encoding.py", "describe.py")


def fingerprint(
    source: NotebookNode,
    salt: str = "",
    variants: str = "",
    files: Mapping[str, bytes] = MappingProxyType({}),
) -> dict[str, str]:
    """The fingerprint of a key for a source notebook.

    variants: the text of the lesson's variants.py. files: what lies beside the notebook, by name.
    """
    beside = [[name, hashlib.sha256(data).hexdigest()] for name, data in sorted(files.items())]
    code = [_content(cell) for cell in source.cells if cell.cell_type == "code"]
    return {
        "lesson": digest(json.dumps(code, sort_keys=True)),
        "variants": digest(variants),
        "salt": digest(salt),
        "data": digest(json.dumps(beside)),
        **here(),
    }


def here() -> dict[str, str]:
    """The part that is this machine's."""
    return {
        "torch": _version("torch"),
        "numpy": _version("numpy"),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "machine": f"{platform.system()} {platform.machine()}",
        "course": _course(),
    }


def changed(made_for: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """The names of what is no longer as it was."""
    return [name for name, value in wanted.items() if made_for.get(name) != value]


def digest(text: str) -> str:
    """A short digest."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _content(cell: NotebookNode) -> list[object]:
    # The key names cells by their grade_id, so that a renamed cell needs another key.
    return [cell.source, cell.metadata.get("nbgrader", {}).get("grade_id")]


@cache
def _course() -> str:
    # They are of one distribution; found beside this package, and never imported by it.
    package = Path(__file__).parents[1] / "course"
    return digest("".join((package / name).read_text("utf-8") for name in _OBSERVING))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
