"""The exceptions of `course`.

CourseError              anything that goes wrong in the course package
├── check.CheckFailed    a visible check did not hold (also an AssertionError)
└── NoJudge              `observe` was run by a grader that has no judge
"""


class CourseError(Exception):
    """Base of every error that `course` raises on purpose."""


class NoJudge(CourseError):  # noqa: N818  named for the state that it tells of
    """`observe` was run by a grader that would count silence as full marks."""
