"""What a run of `autograder grade` grades, by what, and with which settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.utils import find_all_files

from autograder import __version__
from autograder.feedback.passages import LESSON_URL, Links, Passages, passages
from autograder.grade.course_folder import CourseFolder
from autograder.grade.pipeline import FULL, RunSettings
from autograder.grade.restore import PREPROCESSORS
from autograder.grade.salt import salt_of
from autograder.grade.source_cells import NotebookSource
from autograder.grade.submissions import Submission
from autograder.grade.worker import Job
from autograder.key import AnswerKey

_NO_LIMIT_S = 24 * 3600


@dataclass(frozen=True)
class Plan:
    """Everything but the submissions. keys: by notebook."""

    course: CourseFolder
    assignment: str
    sources: tuple[NotebookSource, ...]
    keys: Mapping[str, AnswerKey]
    run: RunSettings
    files: Mapping[str, bytes] = field(default_factory=dict)

    def jobs(self, submission: Submission) -> Iterator[tuple[str, Job]]:
        """The jobs of a submission, by notebook."""
        for source in self.sources:
            if source.name in submission.notebooks:
                file, data = submission.notebooks[source.name]
                yield (
                    source.name,
                    Job(
                        student=submission.student,
                        assignment=self.assignment,
                        file=file,
                        data=data,
                        source=source,
                        files={**submission.files, **self.files},
                        key=self.keys[source.name].to_json(),
                        settings=self.settings,
                        run=self.run,
                    ),
                )

    @cached_property
    def settings(self) -> dict[str, dict[str, Any]]:
        """nbgrader's settings of the preprocessors that restore a submission."""
        names = [preprocessor.__name__ for preprocessor in PREPROCESSORS]
        return {
            name: dict(self.course.config[name]) for name in names if name in self.course.config
        }

    def fingerprint(self, submission: Submission) -> str:
        """Differs when the submission's bytes, or anything that it is graded by, differ."""
        text = f"{self._fingerprint} {submission.fingerprint}"
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def _fingerprint(self) -> str:
        files = {name: hashlib.sha256(data).hexdigest() for name, data in self.files.items()}
        parts = (
            __version__,
            [source.fingerprint for source in self.sources],
            {name: key.to_json() for name, key in self.keys.items()},
            files,
            asdict(self.run),
            self.settings,
        )
        return json.dumps(parts, sort_keys=True, default=repr)

    @cached_property
    def passages(self) -> dict[str, Passages]:
        """Where the exercises stand in the lesson, by notebook."""
        paths = self.course.source_notebooks(self.assignment)
        return {path.stem: passages(nbformat.read(path, as_version=4)) for path in paths}

    def links(self, notebook: str) -> Links:
        """Links into the lesson of a notebook."""
        url = self.course.config.FeedbackPage.get("lesson_url", LESSON_URL)
        return Links(self.passages.get(notebook, Passages()), str(url))


def run_settings(course: CourseFolder, timeout_s: int | None, sandbox: str = FULL) -> RunSettings:
    """How to run, from the command line, else the course's configuration, else nbgrader's."""
    ours, nbgraders = course.config.ExecuteAndJudge, course.config.Execute
    configured = timeout_s or ours.get("timeout") or nbgraders.get("timeout", 30)
    limit = int(configured) if configured and configured > 0 else _NO_LIMIT_S
    return RunSettings(limit, salt_of(course), sandbox)


def source_files(course: CourseFolder, assignment: str) -> dict[str, bytes]:
    """The files that lie beside the source notebook and replace a submission's own."""
    folder = course.source(assignment)
    exclude = course.config.Autograde.get("exclude_overwriting", {}).get(assignment, [])
    found = find_all_files(str(folder), [*course.directory.ignore, "*.ipynb"])
    names = {str(Path(path).relative_to(folder)) for path in found} - set(exclude)
    return {name: (folder / name).read_bytes() for name in sorted(names)}
