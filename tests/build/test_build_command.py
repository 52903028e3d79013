"""`autograder build` as it is typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from autograder import cli
from autograder.build import notebook
from autograder.build.layout import Place


def typed(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, ["build", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def test_build_says_what_it_made(course: Path) -> None:
    assert typed("01", "--course-dir", course) == (
        0,
        "source_notebooks/01_small/small.ipynb → release/01_small/small.ipynb\n",
    )


def test_check(place: Place) -> None:
    assert typed("--check", "--course-dir", place.course_dir) == (0, "1 lesson is up to date.\n")
    place.release.unlink()
    assert typed("--check", "--course-dir", place.course_dir) == (
        1,
        "release/01_small/small.ipynb is not built. Run `autograder build 01_small`.\n",
    )


def test_adopt_shows_the_diff_and_builds(place: Place) -> None:
    nb = notebook.load(place.source)
    nb.cells[0].source = "# A title " + "as long as can be " * 20
    nbformat.write(nb, place.source)
    code, said = typed("--adopt", "--course-dir", place.course_dir)
    assert code == 0
    assert "+# # A title " + "as long as can be " * 20 in said
    assert said.rstrip().endswith("→ release/01_small/small.ipynb")
    assert typed("--check", "--course-dir", place.course_dir)[0] == 0


def test_check_and_adopt_are_a_wrong_call(course: Path) -> None:
    code, said = typed("--check", "--adopt", "--course-dir", course)
    assert code == 2
    assert "--check changes nothing" in said


def test_an_error_is_words_without_a_traceback(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["autograder", "build", "01_smal", "--course-dir", str(course)]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 1
    assert capsys.readouterr().err == "There is no lesson 01_smal. Did you mean 01_small?\n"


def test_building_imports_neither_torch_nor_course() -> None:
    code = (
        "import sys, autograder.build.console; "
        "print(sorted({'torch', 'course', 'matplotlib'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
