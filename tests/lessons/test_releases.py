"""What students get: nothing that answers, and nothing that passes before it is answered."""

import nbformat
import pytest
from nbgrader import utils

from autograder.execute import execute
from autograder.judge import judge
from autograder.key_making import ensure
from autograder.observations import MIME

LONGEST_S = 60
REGIONS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS")


def graded(nb):
    return [cell for cell in nb.cells if utils.is_grade(cell)]


def hidden_lines(cell):
    """The lines that observe, with their sentences."""
    _, _, rest = cell.source.partition("### BEGIN HIDDEN TESTS\n")
    return [line for line in rest.partition("### END HIDDEN TESTS")[0].splitlines() if line.strip()]


def test_no_marker_output_or_key_is_left(release):
    text = nbformat.writes(release)
    assert not [marker for marker in REGIONS if marker in text]
    assert MIME not in text
    assert not any(cell.get("outputs") for cell in release.cells)
    assert not any(cell.get("execution_count") for cell in release.cells)


def visible_lines(cell):
    """The lines of a test cell that a student may see."""
    before, _, rest = cell.source.partition("### BEGIN HIDDEN TESTS\n")
    return {*before.splitlines(), *rest.partition("### END HIDDEN TESTS")[2].splitlines()}


def test_no_hidden_line_is_left(source, release):
    released = {cell.metadata.nbgrader.grade_id: cell for cell in graded(release)}
    everywhere = {line for cell in release.cells for line in cell.source.splitlines()}
    for cell in graded(source):
        hidden = set(hidden_lines(cell))
        assert hidden
        assert not [line for line in hidden & everywhere if "observe(" in line]
        # A helper may stand in the open elsewhere, but not in the cell that hides it.
        left = set(released[cell.metadata.nbgrader.grade_id].source.splitlines())
        assert not left & (hidden - visible_lines(cell))


def solution(cell):
    parts = cell.source.split("### BEGIN SOLUTION\n")[1:]
    return [part.partition("### END SOLUTION")[0].strip() for part in parts]


def test_no_solution_is_left(source, release):
    answers = [a for cell in source.cells if utils.is_solution(cell) for a in solution(cell)]
    assert answers
    text = "\n".join(cell.source for cell in release.cells)
    assert not [answer for answer in answers if answer in text]


@pytest.fixture
def untouched(source, release):
    """The release as it stands, with the hidden tests put back as grading does."""
    hidden = {cell.metadata.nbgrader.grade_id: cell.source for cell in graded(source)}
    for cell in graded(release):
        cell.source = hidden[cell.metadata.nbgrader.grade_id]
    return release


def test_every_visible_check_fails_until_solved(release, tmp_path):
    run = execute(release, workdir=tmp_path, judged=False, timeout_s=60)
    passing = [
        cell.metadata.nbgrader.grade_id
        for cell in graded(run.nb)
        if not any(output.output_type == "error" for output in cell.outputs)
    ]
    assert passing == []


def test_nothing_earns_nothing_and_the_reference_everything_in_a_minute(
    untouched, source, source_path, tmp_path
):
    key = ensure(source_path, tmp_path / "key.json").key
    assert set(key.cells) == {cell.metadata.nbgrader.grade_id for cell in graded(source)}
    run = execute(untouched, workdir=tmp_path, judged=True, timeout_s=60)
    verdict = judge(run.nb, key, run.fates)
    assert [check.name for check in verdict.checks if check.passed] == []
    assert verdict.score == 0
    run = execute(source, workdir=tmp_path, judged=True, timeout_s=60)
    verdict = judge(run.nb, key, run.fates)
    assert verdict.score == verdict.max_score > 0
    # On a busy machine the time on the wall is not the lesson's own.
    assert 0 < min(run.wall_s, run.cpu_s) < LONGEST_S
