"""Any bytes to a notebook: repaired where that can't change an answer, else a precise reason.

Outputs are dropped: nothing that a student's run printed takes part in grading.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.errors import UnreadableSubmission
from autograder.grade.mend import mend_cells

MAX_BYTES = 100 * 1000 * 1000  # what nbgrader collects by default (CourseDirectory.max_file_size)
_NOT_JSON = (
    (b"PK\x03\x04", "a ZIP archive. Unpack it and hand in the notebook inside"),
    (b"%PDF", "a PDF. Hand in the notebook itself"),
    (b"\x1f\x8b", "a gzip archive. Unpack it and hand in the notebook inside"),
    (b"<!doctype html", "a web page. Download the notebook itself, not the page that shows it"),
    (b"<html", "a web page. Download the notebook itself, not the page that shows it"),
    (b"version https://git-lfs", "a Git LFS pointer. Hand in the file that it points to"),
)
_AGAIN = "Save the notebook in Jupyter and hand it in again."


@dataclass(frozen=True)
class ReadNotebook:
    """A notebook in the current format, and what had to be done to read it."""

    nb: NotebookNode
    repairs: tuple[str, ...] = ()


def read_notebook(data: bytes, name: str) -> ReadNotebook:
    """Read the bytes of a submitted file called `name`; UnreadableSubmission says why not."""
    _refuse_other_files(data, name)
    text, repairs = _decode(data)
    content = _drop_lone_surrogates(_parse(text, name))
    nb, more = _as_notebook(content, name)
    return ReadNotebook(nb, tuple(repairs + more))


def _refuse_other_files(data: bytes, name: str) -> None:
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableSubmission(f"{name} is empty: the save or the upload broke off. {_AGAIN}")
    if len(data) > MAX_BYTES:
        raise UnreadableSubmission(
            f"{name} is {len(data) / 1e6:.0f} MB; the limit is {MAX_BYTES / 1e6:.0f} MB. "
            "Clear its outputs (Edit, Clear Outputs of All Cells), save, and hand it in again."
        )
    start = data[:64].lstrip().lower()
    for magic, what in _NOT_JSON:
        if start.startswith(magic.lower()):
            raise UnreadableSubmission(f"{name} is {what}.")


def _decode(data: bytes) -> tuple[str, list[str]]:
    encoding = json.detect_encoding(data)
    repairs = [] if encoding == "utf-8" else [f"read as {encoding}"]
    try:
        return data.decode(encoding), repairs
    except UnicodeDecodeError as error:
        note = f"byte {error.start} is not {encoding}; read as Windows-1252"
        return data.decode("cp1252", errors="replace"), [note]


def _parse(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableSubmission(_why_not_json(text, name, error)) from None
    except (RecursionError, ValueError):
        raise UnreadableSubmission(
            f"{name} is not a notebook: its JSON is nested too deeply or holds too large a number."
        ) from None


def _why_not_json(text: str, name: str, error: json.JSONDecodeError) -> str:
    conflict = re.search(r"^(<{7} |>{7} )", text, re.MULTILINE)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        return (
            f"{name} holds an unresolved merge conflict at line {line}. "
            "Choose one side (`nbdime mergetool` helps), run the notebook, and hand it in again."
        )
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return (
            f"{name} breaks off at line {error.lineno}: the save or the upload was cut short. "
            f"{_AGAIN}"
        )
    return (
        f"{name} is not a notebook: at line {error.lineno}, column {error.colno} it stops being "
        f"JSON ({error.msg}). {_AGAIN}"
    )


def _drop_lone_surrogates(content: Any) -> Any:
    # JSON can spell half a character, which neither a kernel nor a file can be sent.
    text = json.dumps(content, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.loads(text.encode("utf-8", errors="replace"))
    return content


def _as_notebook(content: Any, name: str) -> tuple[NotebookNode, list[str]]:
    version = _version(content, name)
    repairs = [] if version == (4, 5) else ["converted from format {}.{}".format(*version)]
    try:
        nb = nbformat.from_dict(content if version[0] == 4 else _upgraded(content))
        mended = mend_cells(nb)
        nbformat.validate(nb)
    except Exception as error:  # nbformat raises whatever the content leads it to
        raise UnreadableSubmission(
            f"{name} is JSON but not a valid notebook ({_first_line(error)}). {_AGAIN}"
        ) from None
    return nb, repairs + mended


def _upgraded(content: dict[str, Any]) -> Any:
    old = nbformat.reader.reads(json.dumps(content))
    return json.loads(json.dumps(nbformat.convert(old, 4)))


def _version(content: Any, name: str) -> tuple[int, int]:
    if not isinstance(content, dict) or not ({"cells", "worksheets"} & content.keys()):
        raise UnreadableSubmission(f"{name} is JSON but not a notebook: it has no cells.")
    major, minor = content.get("nbformat", 4), content.get("nbformat_minor", 0)
    if not isinstance(major, int) or not isinstance(minor, int) or not 2 <= major <= 4:
        raise UnreadableSubmission(
            f"{name} says that its format is {major!r}; notebooks of format 2 to 4 can be read. "
            f"{_AGAIN}"
        )
    return major, minor


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
