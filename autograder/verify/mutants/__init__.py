"""Mutants: the reference solution with one thing changed, as a slip would change it.

expressions and statements hold the operators (each a function from a node to what may stand in
its place); text writes a mutant into the cell's own text; mutants gives those of a lesson.
"""

from __future__ import annotations

from autograder.verify.mutants.lesson import diff, mutants
from autograder.verify.mutants.text import mutate

__all__ = ["diff", "mutants", "mutate"]
