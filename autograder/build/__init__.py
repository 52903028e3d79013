"""Lessons to notebooks: lessons/ → source_notebooks/ → release/.

layout     where the trees are, which lesson a name means
lesson     py:percent text as cells
rules      what a lesson must keep to
source     run it, keep what is the same in every run
release    nbgrader's generate_assignment; leaks: nothing hidden is left in it
notebook   a built notebook's bytes and its stamp; edits: what was written in it by hand
entry      what a lesson says of itself; page: the course page, made of that
run, stale, adopt   the three things that `autograder build` does
"""

from autograder.build.adopt import adopt
from autograder.build.run import build, reference
from autograder.build.stale import stale

__all__ = ["adopt", "build", "reference", "stale"]
