"""The exceptions of `autograder`.

AutograderError
├── BuildError            a lesson can't become a notebook
│   ├── LessonError       ... because of what is written in it (lesson, cell, remedy)
│   └── VerifyError       ... because its hidden tests are not proved (each hole, remedy)
├── CourseFolderError     the folder given is not a course, or lacks what is needed
├── UnreadableSubmission  a submitted file is not a notebook, and why
├── ExecutionError        no kernel could be had, or the reference stopped half way
├── SandboxError          a kernel can't be locked in here (autograder.kernels.sandbox)
└── StaleKey              the answer key is of another lesson, torch or machine
"""


class AutograderError(Exception):
    """Base of every error that `autograder` raises on purpose; its text is for people."""


class BuildError(AutograderError):
    """A lesson can't become a notebook."""


class LessonError(BuildError):
    """What is written in a lesson breaks a rule."""


class VerifyError(BuildError):
    """The hidden tests of a lesson have holes."""


class CourseFolderError(AutograderError):
    """The course folder is missing, or lacks something that the command needs."""


class UnreadableSubmission(AutograderError):  # noqa: N818  named for the reader of a report
    """A submitted file can't be read as a notebook."""


class ExecutionError(AutograderError):
    """A kernel can't be had, or a notebook that must run to its end did not."""


class StaleKey(AutograderError):  # noqa: N818  named for the state, as the reports say it
    """The answer key was made for another lesson, torch or machine."""
