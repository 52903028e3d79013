"""Every lesson has what a lesson of this course has; and the manifest sees what one lacks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.build.layout import places
from autograder.manifest import problems

ROOT = Path(__file__).resolve().parents[2]
MODEL = "00_start_here"


def test_no_lesson_lacks_anything() -> None:
    assert problems(ROOT) == []


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course whose only lesson is the first, which the manifest has nothing to say of."""
    target = tmp_path / "lessons" / MODEL
    target.mkdir(parents=True)
    for name in ("lesson.py", "variants.py"):
        shutil.copy(ROOT / "lessons" / MODEL / name, target)
    return tmp_path


@pytest.fixture
def without(course: Path) -> Callable[..., list[str]]:
    """What the manifest says once `old` is `new` in the lesson (or in the file named)."""

    def broken(old: str, new: str, file: str = "lesson.py", times: int = -1) -> list[str]:
        path = course / "lessons" / MODEL / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, times), "utf-8")
        return [said.removeprefix(f"lessons/{MODEL}/lesson.py: ") for said in problems(course)]

    return broken


def test_the_model_is_sound(course: Path) -> None:
    assert problems(course) == []


BROKEN = {
    "title": ("# # 00 · Start here: the", "# # Start here: the", "its title is not in the form"),
    "number": ("# # 00 · Start", "# # 01 · Start", "its title says 01, its folder 00"),
    "why": ("# ## Why\n", "# ## Because\n", 'has no "## Why"'),
    "can": ("# **At the end you can** ", "# You can ", 'no line "**At the end you can** …"'),
    "builds": ("in NumPy.\n#\n# **Before", "in NumPy\n#\n# **Before", 'no line "**You build** …"'),
    "before": ("# **Before this:** Python, and", "# Before: Python, and", "**Before this:** NN"),
    "minutes": ("net, and name what each line changes | 15", "net | 45", "its parts take 90 min"),
    "part": ("# ## Part 6 · Break", "# ## Part 7 · Break", "are numbered [1, 2, 3, 4, 5, 7, 7]"),
    "table": ("# | 6 · Break it", "# | 8 · Break it", "does not list just its parts"),
    "exercise": ("the loop · ●○○ · 6 min", "the loop · ●○○ · 60 min", "3 takes 60 minutes"),
    "points": ('"points": 6', '"points": 0.5', "exercise 6 is worth 0.5 points"),
    "same title": (". Complete the loop ·", ". Backward by hand ·", "has the title of exercise 3"),
    "hint number": ("<summary>Hint 2", "<summary>Hint 5", "has the hints [1, 5, 3]"),
    "hidden first": ("### BEGIN HIDDEN TESTS\ndef counted",
                     "1\n### BEGIN HIDDEN TESTS\ndef counted",
                     '"count_numbers_test" does not begin with its hidden tests'),
    "reason": ('    "d": "Hints are there', '    "e": "Hints are there', "question 6 says why"),
    "empty reason": ('"Hints are there for whoever wants them, at any time, and cost nothing."',
                     '"No."', "question 6 has a reason that says nothing"),
    "prediction": ("**Predict 2.**", "**Predict 3.**", "its predictions are numbered [1, 3, 3"),
    "dots": ("prediction = ...  # True or False", "prediction = True", "Predict 3 (cell "),
    "question": ("**Question.**", "Question:", "no explorer (widgets.…) follows"),
    "parity": ("check.parity(", "check.equal(", "nothing is compared with PyTorch's own"),
    "zoo": ("· Break it", "· The zoo", 'it has no heading "Break it"'),
    "quiz heading": ("# ## Knowledge check", "# ## Quiz", 'it has no heading "Knowledge check"'),
    "ledger": ("| Call | What it hides", "| Call | It hides", "it has no ledger with the header"),
    "empty field": ("| given | Datasets", "| | Datasets", "has not 5 filled fields"),
    "pictures": ("plots.", "drawn.", "it draws 0 pictures"),
    "device": ("device.best()", 'torch.device("cpu")', "it never asks for device.best()"),
    "cuda": ("net = TinyNet()\nnamed", "net = TinyNet().cuda()\nnamed", "moves to CUDA"),
    "cuda by name": (".to(where)\ncriterion", '.to("cuda")\ncriterion', "names CUDA as its device"),
    "download": ("import copy\n", "# !pip\n!pip install x\nimport copy\n", "downloads"),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(BROKEN))
def test_the_manifest_sees(what: str, without: Callable[..., list[str]]) -> None:
    old, new, said = BROKEN[what]
    found = without(old, new)
    assert [sentence for sentence in found if said in sentence], found


def test_it_sees_a_function_without_a_docstring(without: Callable[..., list[str]]) -> None:
    found = without('    """Train the net', '    0\n    """Train the net')
    assert found == ["exercise 3: train has no docstring"]


def test_it_sees_hints_that_say_nothing(without: Callable[..., list[str]]) -> None:
    hint = "Each can be tried out, or has been: write a cell of your own and look."
    assert without(hint, "Think.") == ["exercise 6 has a hint that says nothing"]


def test_it_sees_a_test_without_a_check(without: Callable[..., list[str]]) -> None:
    first, rest = "check.true(set(counts)", "check.true(all(isinstance(count, int)"
    without('asked = {"hidden layer"', '# {"hidden layer"')
    without(first, "# " + first)
    found = without(rest, "# " + rest)
    assert found == ['"count_numbers_test" shows no check after its hidden tests']


def test_it_sees_that_exercises_are_missing(without: Callable[..., list[str]]) -> None:
    found = without('"grade": true, "grade_id": "train_test"', '"grade": false, "grade_id": "x"')
    assert "exercise 3 is worth 0 points, not a whole number of them" in found


def test_it_sees_a_variant_too_few(without: Callable[..., list[str]]) -> None:
    mine, others = '"exercise": "train", "name": "', '"exercise": "descend", "name": "train_'
    assert without(mine + "n", others + "n", "variants.py") == []  # more are there than needed
    found = without(mine, others, "variants.py")
    assert found == ["exercise 3 (train) has 0 right and 0 wrong variants, not 1 and 3 or more"]


def test_it_sees_variants_that_break_a_rule(without: Callable[..., list[str]]) -> None:
    found = without('"exercise": "train"', '"exercise": "trains"', "variants.py")
    assert found == ["its variants.py breaks a rule; `autograder build` says which"]


def test_it_sees_that_no_variants_are_there(course: Path) -> None:
    (course / "lessons" / MODEL / "variants.py").unlink()
    assert problems(course) == [f"lessons/{MODEL}/lesson.py: it has no variants.py"]


def test_it_sees_a_stray_file(course: Path) -> None:
    (course / "lessons" / MODEL / "old.py").write_text("")
    said = f"lessons/{MODEL}/lesson.py: old.py lies beside it, and belongs to no lesson"
    assert problems(course) == [said]


def second(course: Path, title: str, before: str) -> list[str]:
    """What the manifest says of a second lesson's place among the others."""
    folder = course / "lessons" / "01_next"
    shutil.copytree(course / "lessons" / MODEL, folder)
    text = (folder / "lesson.py").read_text("utf-8")
    text = text.replace("# # 00 · Start here:", f"# # {title}:")
    text = text.replace(
        "**Before this:** Python, and a little NumPy.", f"**Before this:** {before}."
    )
    (folder / "lesson.py").write_text(text, "utf-8")
    return [said for said in problems(course) if "takes 60 to 120" not in said]


def of_next(*sentences: str) -> list[str]:
    count = "it has 6 exercises, not 8 to 14"
    return [f"lessons/01_next/lesson.py: {said}" for said in (count, *sentences)]


def test_a_lesson_that_builds_on_the_first(course: Path) -> None:
    assert second(course, "01 · Next", "00 Start here") == of_next()


def test_it_sees_a_lesson_that_is_not_there(course: Path) -> None:
    said = "it builds on 00 Start, and no lesson has that title"
    assert second(course, "01 · Next", "00 Start") == of_next(said)


def test_it_sees_a_lesson_that_comes_later(course: Path) -> None:
    said = "it builds on 01 Next, which does not come before it"
    assert second(course, "01 · Next", "01 Next") == of_next(said)


def test_it_sees_that_no_lesson_is_named(course: Path) -> None:
    said = 'its line "**Before this:**" names no lesson'
    assert second(course, "01 · Next", "patience") == of_next(said)


def test_it_sees_two_lessons_of_one_name(course: Path) -> None:
    said = f"its name, Start here, is that of lessons/{MODEL}/lesson.py"
    assert second(course, "01 · Start here", "00 Start here") == of_next(said)


def test_each_lesson_of_the_course_is_looked_at() -> None:
    assert len(places(ROOT)) == len(list((ROOT / "lessons").glob("*/lesson.py"))) > 1
