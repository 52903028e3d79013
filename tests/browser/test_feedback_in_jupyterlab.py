"""From a page of feedback, opened where nbgrader fetches it to, to the passage of the lesson."""

import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from playwright.sync_api import expect

from autograder.feedback import write_page
from autograder.feedback.passages import Links, passages
from autograder.judge import Check
from autograder.results import Entry, ExerciseMark, Result

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.long
MINUTE = 60_000
SENTENCE = "You align the shapes at the left. Read Part 3."
CHECKS = (Check("broadcast_shape", "both stretched", False, 3.0, "it is 1, off by 2", SENTENCE),)
RESULT = Result("ada", "01_tensors", "tensors", "graded", "", 0.0, 3.0, CHECKS)
MARK = ExerciseMark("broadcast_shape_test", "broadcast_shape", "Exercise 5", 0.0, 3.0)


@pytest.fixture
def feedback(tmp_path, lab):
    """The address of the page, as JupyterLab opens it in a tab of its own."""
    source = ROOT / "source_notebooks/01_tensors/tensors.ipynb"
    links = Links(passages(nbformat.read(source, as_version=4)))
    shutil.copytree(ROOT / "release/01_tensors", tmp_path / "01_tensors")
    folder = tmp_path / "01_tensors/feedback/2026-11-21 09:00:00 UTC"
    path = write_page(folder, Entry(RESULT, (MARK,)), links=links)
    where = path.relative_to(tmp_path).as_posix()
    return re.sub(r"/lab/tree/[^?]*", f"/files/{where}", lab.format("x.ipynb"))


@pytest.mark.parametrize("name", ["Exercise 5. The broadcasting rule", "Part 3 · Broadcasting"])
def test_its_links_open_the_lesson_and_name_the_passage(browser, feedback, name):
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.goto(feedback)
    page.get_by_role("link", name=name).click()
    expect(page).to_have_url(re.compile("/lab"), timeout=MINUTE)
    # JupyterLab scrolls to it where the notebook is open already; else the student sees its name.
    passage = unquote(page.url.partition("#")[2])
    heading = page.locator(f'.jp-Notebook [data-jupyter-id="{passage}"]')
    expect(heading).to_contain_text(name, timeout=MINUTE)
    page.close()
