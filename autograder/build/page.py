"""The course page, release/README.md: every lesson, what is built in it, what comes before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.build import lesson
from autograder.build.entry import Entry, entry
from autograder.build.layout import RELEASE, Place, places

NAME = "README.md"
_HEAD = """\
<!-- Made by `autograder build` from the first cells of the lessons: edit those. -->

# The lessons

{counted}, about {hours}. `course start` opens them in JupyterLab; begin with the first.
Each lesson is one notebook, and says at its top which lessons it builds on.
"""
_TABLE = """\
| Lesson | You build | Exercises | Points | Minutes | Before this |
|---|---|---|---|---|---|"""
_NOTHING = "–"  # noqa: RUF001  an empty field reads as a mistake


def path(course_dir: Path) -> Path:
    """Where the page is."""
    return course_dir / RELEASE / NAME


def render(course_dir: Path) -> str:
    """The page as the lessons have it now. LessonError when one can't be read."""
    found = [(place, entry(lesson.read(place))) for place in places(course_dir)]
    links = {said.label: f"[{said.label}]({_file(place)})" for place, said in found}
    hours = round(sum(said.minutes for _, said in found) / 60) or 1
    blocks = [
        _HEAD.format(counted=_counted(len(found), "lesson"), hours=_counted(hours, "hour")),
        "\n".join([_TABLE, *(_row(said, links) for _, said in found)]) + "\n",
        *("\n".join(_section(said, links)) + "\n" for _, said in found),
    ]
    return "\n".join(blocks)


def stale(course_dir: Path) -> Iterator[str]:
    """A sentence when the page is not what the lessons give. LessonError as `render`."""
    page = path(course_dir)
    name = page.relative_to(course_dir).as_posix()
    if not page.exists():
        yield f"{name} is not built. Run `autograder build`."
    elif page.read_text(encoding="utf-8") != render(course_dir):
        yield f"{name} is not what the lessons give. Run `autograder build`."


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _file(place: Place) -> str:
    """The notebook, as the page links to it."""
    return place.release.relative_to(place.course_dir / RELEASE).as_posix()


def _row(said: Entry, links: dict[str, str]) -> str:
    before = ", ".join(_linked(said.before, links)) or _NOTHING
    fields = (
        links[said.label],
        said.builds.rstrip(".") or _NOTHING,
        str(len(said.exercises)),
        f"{said.points:g}",
        str(said.minutes),
        before,
    )
    return f"| {' | '.join(fields)} |"


def _linked(before: Sequence[tuple[str, str]], links: dict[str, str]) -> Iterator[str]:
    for number, name in before:
        label = f"{number} {name}"
        yield links.get(label, label)


def _section(said: Entry, links: dict[str, str]) -> Iterator[str]:
    title = f"{links[said.label]}: {said.subtitle}" if said.subtitle else links[said.label]
    yield f"## {title}\n"
    if said.can:
        yield f"At the end you can {said.can}\n"
    yield "| Exercise | Difficulty | Minutes | Points |\n|---|---|---|---|"
    for one in said.exercises:
        fields = (f"{one.number}. {one.title}", one.difficulty, str(one.minutes), f"{one.points:g}")
        yield f"| {' | '.join(fields)} |"
