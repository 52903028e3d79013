"""A lesson with an exercise that is attacked, honest ones before and after, and a plain one."""

from __future__ import annotations

from pathlib import Path

from grade.courses import CONFIG, cell, notebook, solve, write
from nbformat import NotebookNode

ASSIGNMENT = "01_tiny"
POINTS = {"early": 2.0, "target": 3.0, "late": 2.0, "plain": 1.0}

HONEST = "def {name}(x):\n    return x + {number}"
TARGET = """def target(value):
    if isinstance(value, list):
        return [target(each) for each in value]
    return value * 10 + 1"""
_OF_A_TENSOR = '\nobserve("of a tensor", target, torch.tensor([1.0, 2.0]))'
# As in a plain nbgrader course: its test decides in the kernel, so an attack can win it.
_PLAIN = (
    cell("def plain(t):\n    return 3 * t - 1", "plain", "solution"),
    cell(
        "import torch\nassert torch.allclose(plain(torch.tensor([1.0, 2.0])), "
        "torch.tensor([2.0, 5.0]))",
        "plain_test",
        "tests",
        1,
    ),
)


def source(*, with_torch: bool) -> NotebookNode:
    """The lesson; without torch for stock kernels, each of which would import it anew."""
    imports = "import torch\nfrom course import observe"
    return notebook(
        cell(imports if with_torch else "from course import observe"),
        cell(HONEST.format(name="early", number=1), "early", "solution"),
        cell(
            'observe("early", early, 1)\nobserve("early again", early, 41)',
            "early_test",
            "tests",
            2,
        ),
        cell(TARGET, "target", "solution"),
        cell(
            'observe("of three", target, 3)\nobserve("of a list", target, [1, 2, 3])'
            + (_OF_A_TENSOR if with_torch else ""),
            "target_test",
            "tests",
            3,
        ),
        cell(HONEST.format(name="late", number=2), "late", "solution"),
        cell('observe("late", late, 1)\nobserve("late again", late, 40)', "late_test", "tests", 2),
        *(_PLAIN if with_torch else ()),
    )


def make_course(root: Path, lesson: NotebookNode) -> None:
    """A course with this one lesson."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    write(root / f"source_notebooks/{ASSIGNMENT}/tiny.ipynb", lesson)


def hand_in(
    root: Path, student: str, lesson: NotebookNode, attack: str, files: dict[str, str]
) -> None:
    """The attack stands where the target's solution would.

    A `plain` that it defines is kept; else there is none.
    """
    answers = {"target": attack, "plain": "plain = globals().get('plain', None)"}
    folder = root / "submitted" / student / ASSIGNMENT
    write(folder / "tiny.ipynb", solve(lesson, answers))
    for name, text in files.items():
        (folder / name).write_text(text)
