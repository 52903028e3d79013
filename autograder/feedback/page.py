"""Render a feedback page from the judge's words alone.

Nothing that the graded run printed is on it, and everything is escaped: a name, a message or
a reason can't become markup. The page needs no network and no script.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.feedback.files import write_whole
from autograder.feedback.passages import Links, Passage
from autograder.feedback.templates import template
from autograder.judge import Check
from autograder.results import Entry, ExerciseMark, Result

# What nbgrader's release_feedback asks for beside the page.
_FOR_RELEASE = ("timestamp.txt", "submission_secret.txt")


@dataclass(frozen=True)
class Link:
    """A link into the lesson: what it leads to, and where that is."""

    title: str
    url: str


@dataclass(frozen=True)
class Cause:
    """A recognized misunderstanding, the failed checks it explains, the parts it names."""

    sentence: str
    explains: int
    links: Sequence[Link]


@dataclass(frozen=True)
class Card:
    """An exercise as the page shows it. lesson: where it stands, and the part it belongs to."""

    mark: ExerciseMark
    checks: Sequence[Check]
    causes: Sequence[Cause] = ()
    lesson: Sequence[Link] = ()

    @property
    def failed(self) -> list[Check]:
        """The checks that are not passed."""
        return [check for check in self.checks if not check.passed]

    @property
    def explained(self) -> list[Check]:
        """The failed checks that a recognized misunderstanding explains."""
        return [check for check in self.failed if check.misconception]

    @property
    def unexplained(self) -> list[Check]:
        """The failed checks that none does."""
        return [check for check in self.failed if not check.misconception]

    @property
    def passed(self) -> list[Check]:
        """The checks that are."""
        return [check for check in self.checks if check.passed]

    @property
    def waiting(self) -> bool:
        """Whether a person has yet to mark it."""
        return self.mark.score is None

    @property
    def complete(self) -> bool:
        """Whether it has every point."""
        return not self.waiting and self.mark.score == self.mark.max_score

    @property
    def missing(self) -> float:
        """The points still to gain."""
        return self.mark.max_score - (self.mark.score or 0)


def cards(entry: Entry, links: Links) -> list[Card]:
    """The exercises of a graded notebook, in its order."""
    return [_card(mark, entry.result, links) for mark in entry.exercises]


def _card(mark: ExerciseMark, result: Result, links: Links) -> Card:
    checks = [check for check in result.checks if check.exercise == mark.exercise]
    told = [check.misconception for check in checks if check.misconception and not check.passed]
    causes = [
        Cause(
            sentence, told.count(sentence), _links(links.passages.named_in(sentence), result, links)
        )
        for sentence in dict.fromkeys(told)
    ]
    told_already = {link.title for cause in causes for link in cause.links}
    places = (
        links.passages.exercises.get(mark.grade_id),
        links.passages.part_of.get(mark.grade_id),
    )
    found = [each for each in places if each and each.title not in told_already]
    return Card(mark, checks, causes, _links(found, result, links))


def _links(passages: Sequence[Passage], result: Result, links: Links) -> list[Link]:
    where = (result.assignment, result.notebook)
    return [Link(passage.title, links.to(passage, *where)) for passage in passages]


def render(entry: Entry, links: Links | None = None) -> str:
    """The page as HTML. links: into the lesson; none where the lesson is not known."""
    shown = cards(entry, links or Links())
    share = (entry.result.score or 0) / (entry.result.max_score or 1)
    return template("page.html.j2").render(
        entry=entry,
        result=entry.result,
        cards=shown,
        to_do=[card for card in shown if not card.complete and not card.waiting],
        solved=sum(card.complete for card in shown),
        percent=round(100 * min(share, 1)),
    )


def write_page(
    folder: Path, entry: Entry, submitted: Path | None = None, links: Links | None = None
) -> Path:
    """Write the page where nbgrader keeps feedback; return its path.

    submitted: the folder handed in, whose timestamp goes with the page for nbgrader's release.
    """
    path = folder / f"{entry.result.notebook}.html"
    write_whole(path, render(entry, links))
    for name in _FOR_RELEASE:
        if submitted is not None and (submitted / name).is_file():
            shutil.copyfile(submitted / name, folder / name)
    return path
