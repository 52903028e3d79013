"""Prove a lesson's tests: stubs earn nothing, right answers everything, wrong ones are caught.

candidates → rounds (notebooks) → judging (a worker, plain data in and out) → findings → report
"""

from __future__ import annotations

from autograder.verify.known import observed

__all__ = ["observed"]
