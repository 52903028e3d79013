"""`autograder verify` as it is typed, what it writes, and what `build` makes of a hole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from autograder import cli
from autograder.build.layout import Place
from autograder.verify import known, observed

Edit = Callable[[str, str, str], None]
LEFT_OUT = 'observe("the default factor", scale, [5])\n'


def typed(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, [*map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_a_proved_lesson(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "verified.json"
    code, said = typed("verify", "01", "--course-dir", place.course_dir, "--workers", 1,
                       "--json", file)  # fmt: skip
    assert (code, said.splitlines()[-1]) == (0, "1 lesson proved.")
    assert "scale" in said
    content = json.loads(file.read_text("utf-8"))
    (lesson,) = content.pop("lessons")
    assert content == {"version": 1, "proved": True}
    assert lesson.keys() == {"assignment", "wall_s", "exercises", "holes", "survivors"}
    assert (lesson["assignment"], lesson["holes"], lesson["survivors"]) == ("01_small", [], [])
    scale, total = lesson["exercises"]
    assert total["right"] == {"good": 1, "of": 1}
    assert scale.keys() == {
        "exercise", "right", "wrong", "stubs", "mutants", "equivalent", "observations"}  # fmt: skip
    assert scale["observations"][1] == {
        "name": "the default factor", "wrong": ["default_of_1"], "only": ["default_of_1"],
        "mutants": 4, "idle": False}  # fmt: skip


def test_a_hole_is_said_and_exits_with_1(place: Place, edit: Edit, tmp_path: Path) -> None:
    edit("lesson.py", LEFT_OUT, "")
    file = tmp_path / "verified.json"
    code, said = typed("verify", "--course-dir", place.course_dir, "--workers", 1,
                       "--no-mutants", "--json", file)  # fmt: skip
    assert code == 1
    assert "✗ scale / default_of_1: this wrong variant is not caught." in said
    assert said.splitlines()[-1] == "1 lesson verified: 1 hole."
    (lesson,) = json.loads(file.read_text("utf-8"))["lessons"]
    (hole,) = lesson["holes"]
    assert hole.keys() == {"exercise", "variant", "what", "remedy"}
    assert (hole["exercise"], hole["variant"]) == ("scale", "default_of_1")


def test_a_wrong_call_exits_with_2(place: Place, tmp_path: Path) -> None:
    there = ("--course-dir", place.course_dir)
    assert typed("verify", "02", *there) == (
        2, "There is no lesson 02. The lessons are 01_small.\n")  # fmt: skip
    assert typed("verify", "--course-dir", tmp_path)[0] == 2
    assert typed("verify", "--json", tmp_path / "no" / "folder.json", *there)[0] == 2


def test_a_lesson_with_a_hole_does_not_build(place: Place, edit: Edit) -> None:
    edit("lesson.py", LEFT_OUT, "")
    code = CliRunner().invoke(cli.app, ["build", "--course-dir", str(place.course_dir)])
    assert str(code.exception) == (
        "01_small: scale / default_of_1: this wrong variant is not caught. Add an observation to "
        "the hidden tests that it fails, or call it right.\nNothing of 01_small was built. "
        "`autograder verify 01_small` says more, `autograder build --no-verify` builds for a "
        "quick look."
    )
    assert not place.source.exists()
    assert not place.release.exists()


def test_a_lesson_with_a_hole_builds_for_a_quick_look(place: Place, edit: Edit) -> None:
    edit("lesson.py", LEFT_OUT, "")
    assert typed("build", "--no-verify", "--course-dir", place.course_dir)[0] == 0
    assert place.source.exists()


def test_what_wrong_variants_observed(place: Place) -> None:
    known.forget()
    found = observed(place.course_dir, "01_small", salt="", workers=1)
    assert {exercise: sorted(of) for exercise, of in found.items()} == {
        "scale": ["default_of_1", "in_place", "two_at_most"],
        "total": ["needs_a_first", "of_absolutes", "skips_the_first"],
    }
    first = found["total"]["needs_a_first"][0]
    assert (first.name, first.observed["type"]) == ("no numbers", "IndexError")
    place.variants.unlink()
    assert observed(place.course_dir, "01_small", salt="", workers=1) == {}
