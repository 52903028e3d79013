"""Source notebooks: fresh, run from the top, and nbval sees every output of theirs again."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]


def nbval(notebook, folder):
    """Run nbval over a notebook; its closing line."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", "-p",
         "no:xdist", "-c", "/dev/null", "--rootdir", str(folder), str(notebook)],
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return run.returncode, run.stdout


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def test_nothing_is_stale():
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "build", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_code_cell_ran_once_from_the_top(source):
    counts = [cell.execution_count for cell in code_cells(source)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_cell_raised_or_warned(source):
    outputs = [output for cell in code_cells(source) for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]


def test_nbval_finds_every_output_again(source, source_path, tmp_path):
    status, said = nbval(source_path, tmp_path)
    assert status == 0, said[-3000:]
    assert re.search(rf"\b{len(code_cells(source))} passed", said), said[-500:]
    assert "skipped" not in said


def test_nbval_passes_over_nothing_but_displays_that_are_written_over(source):
    # nbval does not follow them; what they end with is printed in a cell of its own.
    ignored = [c for c in code_cells(source) if "nbval-ignore-output" in c.metadata.get("tags", [])]
    assert all("display_id=True" in cell.source for cell in ignored)
    assert not [c for c in code_cells(source) if "NBVAL" in c.source]


def test_nbval_would_see_another_output(tmp_path):
    # What one lesson shows of nbval holds for all.
    source = nbformat.read(min((ROOT / "source_notebooks").glob("*/*.ipynb")), as_version=4)
    altered = next(o for cell in code_cells(source) for o in cell.outputs if o.get("text"))
    altered.text += "another line\n"
    nbformat.write(source, tmp_path / "altered.ipynb")
    status, said = nbval(tmp_path / "altered.ipynb", tmp_path)
    assert status == 1
    assert "1 failed" in said
