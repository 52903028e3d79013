"""The instructor's page of a submission: its cells and outputs beside the verdict.

It holds hidden tests and everything that the graded run printed, so it is kept apart from
feedback, for its owner's eyes. Nothing on it runs (see `cells`), and its policy allows nothing.
"""

from __future__ import annotations

from pathlib import Path

import nbformat

from autograder.feedback.cells import cells_of, grouped
from autograder.feedback.files import write_whole
from autograder.feedback.page import cards
from autograder.feedback.passages import Links
from autograder.feedback.templates import template
from autograder.results import Entry


def write_instructor_page(folder: Path, entry: Entry, notebook: str) -> Path:
    """Write the page; return its path. notebook: as executed, in JSON; "" when it was not."""
    path = folder / f"{entry.result.notebook}.html"
    write_whole(path, render(entry, notebook), 0o600)
    return path


def render(entry: Entry, notebook: str) -> str:
    """The page as HTML."""
    shown = cards(entry, Links())
    judged = frozenset(card.mark.grade_id for card in shown if not card.waiting)
    nb = nbformat.reads(notebook, as_version=4) if notebook else None
    return template("instructor.html.j2").render(
        entry=entry,
        result=entry.result,
        cards={card.mark.grade_id: card for card in shown},
        groups=grouped(cells_of(nb, judged)) if nb else [],
    )
