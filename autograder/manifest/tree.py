"""The folder of a lesson, its variants, and the lessons' names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from autograder.build import variants
from autograder.build.entry import Entry
from autograder.build.lesson import Lesson
from autograder.build.rules import variants as variants_rules

FILES = frozenset({"lesson.py", "variants.py"})
MADE = frozenset({"__pycache__", ".ipynb_checkpoints", ".ruff_cache"})
RIGHT, WRONG = 1, 3


def files(lesson: Lesson, _said: Entry) -> Iterator[str]:
    """Nothing lies beside the lesson and its variants."""
    present = {path.name for path in lesson.place.lesson.parent.iterdir()} - MADE
    for name in sorted(present - FILES):
        yield f"{name} lies beside it, and belongs to no lesson"


def answers(lesson: Lesson, said: Entry) -> Iterator[str]:
    """Each exercise has a right answer written another way, and three wrong ones."""
    text = variants.read(lesson.place)
    if text is None:
        yield "it has no variants.py"
        return
    if variants_rules.problems(text, {one.name for one in said.exercises}):
        yield "its variants.py breaks a rule; `autograder build` says which"
        return
    counted = Counter((one.exercise, one.is_right) for one in text.variants)
    for exercise in said.exercises:
        right, wrong = counted[exercise.name, True], counted[exercise.name, False]
        if right < RIGHT or wrong < WRONG:
            yield (
                f"exercise {exercise.number} ({exercise.name}) has {right} right and {wrong} "
                f"wrong variants, not {RIGHT} and {WRONG} or more"
            )


def across(entries: Mapping[str, Entry]) -> Iterator[str]:
    """No two lessons have the same name."""
    first: dict[str, str] = {}
    for lesson, said in entries.items():
        taken = first.setdefault(said.name, lesson)
        if taken != lesson:
            yield f"{lesson}: its name, {said.name}, is that of {taken}"


RULES = (files, answers)
