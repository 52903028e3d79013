"""Name the misunderstanding that a wrong answer shows, or none.

Each lesson keeps wrong answers, one misunderstanding each, and the answer key holds what they
observed. `diagnose` finds the one that a submission's observations match; `evidence` says how
much a match tells, so that a coincidence is not taken for a cause.
"""

from __future__ import annotations

from autograder.diagnosis.match import Diagnosis, diagnose
from autograder.diagnosis.misconception import Misconception, misconception_of

__all__ = ["Diagnosis", "Misconception", "diagnose", "misconception_of"]
