"""The other door: nbgrader's own `autograde`, and formgrader's button, with our judge.

`nbgrader_config.py` names `ExecuteAndJudge` in the place of nbgrader's Execute.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import find_all_files
from traitlets import Enum, Integer, Unicode

from autograder.errors import CourseFolderError
from autograder.grade.course_folder import CourseFolder
from autograder.grade.keys import answer_key
from autograder.grade.pipeline import FULL, NONE, RunSettings, execute_and_judge
from autograder.grade.salt import salt_of

Resources = dict[str, Any]


class ExecuteAndJudge(NbGraderPreprocessor):
    """Runs a restored notebook and enters the judge's verdict where nbgrader reads marks."""

    timeout = Integer(30, help="Seconds that a cell may take.").tag(config=True)
    salt = Unicode(
        "",
        help="A secret that changes the random inputs of the hidden tests; by default the one "
        "in .autograder/salt, which is made at random.",
    ).tag(config=True)
    sandbox = Enum((FULL, NONE), FULL, help="none: run submissions in ordinary kernels.").tag(
        config=True
    )

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Execute and judge `nb`, whose place in the course `resources` tells."""
        where = resources["nbgrader"]
        course = self._course()
        run = RunSettings(self.timeout, salt_of(course), self.sandbox)
        # A server that calls this has an event loop under way in its thread.
        with ThreadPoolExecutor(1) as thread:
            key = thread.submit(
                answer_key, course, where["assignment"], where["notebook"], run, self._say
            ).result()
            files = _files_beside(Path(resources["metadata"]["path"]))
            judged = thread.submit(execute_and_judge, nb, key, files, run).result()
        return judged.nb, resources

    def _say(self, text: str) -> None:
        logger: logging.Logger = self.log
        logger.warning(text)

    def _course(self) -> CourseFolder:
        converter = getattr(self.parent, "parent", None)
        directory = getattr(converter, "coursedir", None)
        if converter is None or directory is None:
            raise CourseFolderError(
                "ExecuteAndJudge belongs in Autograde.autograde_preprocessors: "
                "elsewhere it can't know the course."
            )
        return CourseFolder(Path(directory.root), converter.config)


def _files_beside(folder: Path) -> dict[str, bytes]:
    found = (Path(path) for path in find_all_files(str(folder), ["*.ipynb"]))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if path.is_file()}
