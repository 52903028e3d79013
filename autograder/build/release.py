"""source notebook → release, by nbgrader's own generate_assignment.

nbgrader's `no_database` is set and SaveCells left out, as its --no-db does: the gradebook
belongs to grading, which fills it from the source notebook. Building touches no database.
"""

from __future__ import annotations

import copy
import logging
import os
import tempfile
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.build import leaks, notebook
from autograder.build.layout import Place
from autograder.errors import BuildError

# Of an instructor's configuration, what a student's stub says. The rest of the format is
# the lessons' own: other delimiters or headers would not be what the rules have checked.
_CONFIGURABLE = {"ClearSolutions": ("code_stub", "text_stub")}


def generate(place: Place, source: NotebookNode) -> NotebookNode:
    """What students get of a source notebook, checked and stamped.

    BuildError when nbgrader refuses it, or when something hidden is left in it.
    """
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        root = Path(folder).resolve()
        plain = notebook.assemble(copy.deepcopy(source.cells))
        given = root / "source" / place.assignment / f"{place.topic}.ipynb"
        notebook.write(given, notebook.dumps(plain))
        release = notebook.assemble(notebook.load(_convert(root, place)).cells)
    leaks.refuse(place, source, release)
    notebook.stamp(release)
    return release


def _convert(root: Path, place: Place) -> Path:
    """Run nbgrader within `root`; the path of the notebook that it writes."""
    coursedir = CourseDirectory(root=str(root), assignment_id=place.assignment)
    converter = GenerateAssignment(
        coursedir=coursedir, no_database=True, config=_configuration(place.course_dir)
    )
    converter.preprocessors = [step for step in converter.preprocessors if step is not SaveCells]
    heard = _Heard()
    converter.log = heard.logger
    try:
        converter.start()
    except NbGraderException as error:
        raise BuildError(
            f"{place.shown(place.source)}: nbgrader makes no release of it.\n{heard.said()}"
        ) from error
    return root / "release" / place.assignment / f"{place.topic}.ipynb"


def _configuration(course_dir: Path) -> Config:
    """The stubs that the course's nbgrader_config.py sets."""
    path = course_dir / "nbgrader_config.py"
    if not path.exists():
        return Config()
    loaded = PyFileConfigLoader(path.name, str(course_dir)).load_config()
    kept = {
        section: {key: loaded[section][key] for key in keys if key in loaded[section]}
        for section, keys in _CONFIGURABLE.items()
        if section in loaded
    }
    return Config(kept)


class _Heard(logging.Handler):
    """What nbgrader says while it works: its exception alone doesn't name the cause."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []
        self.logger = logging.Logger(f"{__name__}.{os.getpid()}")
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep an error's words."""
        self.records.append(record.getMessage())

    def said(self) -> str:
        """The last lines, where the cause stands."""
        return "\n".join("\n".join(self.records).rstrip().split("\n")[-8:])
