"""The page that a student reads about a graded notebook, and the one that the instructor does."""

from __future__ import annotations

from autograder.feedback.instructor import write_instructor_page
from autograder.feedback.page import render, write_page

__all__ = ["render", "write_instructor_page", "write_page"]
