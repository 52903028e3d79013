"""A class of attackers, graded by the autograder as any class is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat
from grade.running import by_student, run_grade

from autograder.grade import Entry

from .lesson import ASSIGNMENT, POINTS, hand_in, make_course, source

HERE = Path(__file__).parent
# Short where loops without end are to be cut off; long in stock kernels, which import torch.
TIMEOUT_S = {"full": 8, "none": 60}


@dataclass(frozen=True)
class Graded:
    """What came of one attack."""

    entry: Entry
    notebook: Path

    def mark(self, exercise: str) -> float | None:
        """The points of an exercise; None when the submission could not be graded."""
        marks = {each.grade_id: each.score for each in self.entry.exercises}
        return marks.get(f"{exercise}_test")

    @property
    def keeps_the_honest(self) -> bool:
        """Whether what was right before the attack and after it still counts in full."""
        return all(self.mark(name) == POINTS[name] for name in ("early", "late"))

    @property
    def reached(self) -> bool:
        """Whether the attack said that it got what it was after (a traceback only quotes it)."""
        for cell in nbformat.read(self.notebook, as_version=4).cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "target":
                printed = [o.text for o in cell.outputs if o.get("name") == "stdout"]
                return "REACHED" in "".join(printed)
        return False


def attacks(kind: str) -> list[str]:
    """The names of the attacks of a folder."""
    return sorted(path.stem for path in (HERE / kind).glob("cannot_*.py"))


def grade_all(
    root: Path, sandbox: str, chosen: dict[str, list[str]], files: dict[str, str]
) -> dict[str, Graded]:
    """Grade these attacks (by folder) in one class, as `grade --sandbox` does; by their names."""
    lesson = source(with_torch=sandbox == "full")
    for kind, names in chosen.items():
        for name in names:
            hand_in(root, name, lesson, (HERE / kind / f"{name}.py").read_text(), files)
    make_course(root, lesson)
    entries = by_student(
        run_grade(root, ASSIGNMENT, timeout_s=TIMEOUT_S[sandbox], sandbox=sandbox)[0]
    )
    return {
        name: Graded(entry, root / "autograded" / name / ASSIGNMENT / "tiny.ipynb")
        for name, entry in entries.items()
    }
