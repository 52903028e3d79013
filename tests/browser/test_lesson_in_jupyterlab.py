"""A student's first minutes: open a lesson, run it, read a check, move an explorer."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.long
MINUTE = 60_000


@pytest.fixture
def notebook(browser, lab):
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.goto(lab.format("01_tensors/tensors.ipynb"))
    page.locator(".jp-Notebook .jp-Cell").nth(100).wait_for(state="attached", timeout=MINUTE)
    yield page
    page.close()


def cell_with(page, text):
    """The notebook's cell whose source holds `text`, scrolled into view."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").filter(has_text=text).first
    cell.scroll_into_view_if_needed(timeout=MINUTE)
    return cell


def run(page, cell):
    cell.locator(".jp-InputArea-prompt").click()
    page.keyboard.press("Control+Enter")


def test_a_check_tells_what_to_do_and_an_explorer_moves(notebook, tmp_path):
    run(notebook, cell_with(notebook, "import itertools"))
    widget_cell = cell_with(notebook, "widgets.strides()")
    run(notebook, widget_cell)
    picture = widget_cell.locator("img").first
    expect(picture).to_be_visible(timeout=MINUTE)
    before = picture.get_attribute("src")
    widget_cell.locator("input[type=checkbox]").first.check()
    expect(picture).not_to_have_attribute("src", before, timeout=MINUTE)
    expect(widget_cell.get_by_text("is_contiguous(): no")).to_be_visible(timeout=MINUTE)


def test_an_unanswered_exercise_says_so_in_one_line(notebook):
    run(notebook, cell_with(notebook, "import itertools"))
    run(notebook, cell_with(notebook, "def broadcast_shape(a, b)"))
    checks = cell_with(notebook, "check.equal(broadcast_shape((3, 1), (4,)), (3, 4))")
    run(notebook, checks)
    said = checks.locator(".jp-OutputArea-output")
    expect(said).to_contain_text(re.compile("NotImplementedError"), timeout=MINUTE)
