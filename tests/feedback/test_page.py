"""The feedback page: what it says, and that it can't be talked into anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Browser, Page

from autograder.errors import CourseFolderError
from autograder.feedback import render, write_page
from autograder.feedback.passages import Links, passages
from autograder.judge import Check
from autograder.results import Entry, ExerciseMark, Result

HOSTILE = '<script>alert("x")</script>'
GIVEN = "strides((2, 3))"
WRONG = f"{GIVEN}: item 0: it is 1, off by 2"
CAUSE = "Strides count *elements*, not bytes: see `stride`. Read Part 1 and Part 9."
CHECKS = (
    Check("stride", "row-major", True, 1.0, "as it should be"),
    Check("stride", "transposed", False, 1.0, WRONG, CAUSE, GIVEN),
    Check("stride", "scalar", False, 1.0, "it returned None: is there a `return`?", CAUSE),
    Check("stride", "empty", False, 1.0, "x" * 300),
    Check("view", "shares", True, 2.0, "as it should be"),
)
EXERCISES = (
    ExerciseMark("stride_test", "stride", "Exercise 1. Strides", 1.0, 4.0),
    ExerciseMark("view_test", "view", "Exercise 2. Views", 2.0, 2.0),
    ExerciseMark("why", "why", "why", None, 4.0),
)
RESULT = Result("ada", "01_tensors", "tensors", "graded", "", 3.0, 10.0, CHECKS)
ENTRY = Entry(RESULT, EXERCISES, ("read as utf-16",), penalty=0.5, awaiting=1)
REFUSED = Entry(Result("bob", "01_tensors", "tensors", "ungradable", f"It is {HOSTILE}."))


def heading(text: str) -> Any:
    return new_markdown_cell(text)


def graded(grade_id: str) -> Any:
    marks = {"grade": True, "solution": False, "grade_id": grade_id}
    return new_code_cell("", metadata={"nbgrader": marks})


LESSON = new_notebook(
    cells=[
        heading("# Tensors\n\n## Part 1 · Storage, `stride`"),
        heading("### Exercise 1. Strides · ●●○ · 3 min\n\nWrite them."),
        graded("stride_test"),
        heading("## Part 2 · Views"),
        heading("### Exercise 2. Views · ●○○ · 3 min"),
        graded("view_test"),
    ]
)
LINKS = Links(passages(LESSON))


def opened(browser: Browser, entry: Entry, folder: Path, width: int, scheme: str) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(write_page(folder, entry, links=LINKS).as_uri())
    return page


@pytest.mark.long
def test_it_gives_the_total_and_each_mark(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, ENTRY, tmp_path, 1000, "light")
    assert page.locator(".total").inner_text() == "3 of 10 points"
    marks = page.locator(".mark").all_inner_texts()
    assert marks == ["1 of 4 points", "2 of 2 points", "4 points, marked by your instructor"]
    text = page.locator("main").inner_text()
    assert "Handed in late: 0.5 points taken off" in text
    assert "Your file: read as utf-16." in text
    assert "One answer is read by your instructor" in text


@pytest.mark.long
def test_each_check_is_named_with_its_state_in_words(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, ENTRY, tmp_path, 1000, "light")
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    checks = [" ".join(text.split()) for text in page.locator(".checks li").all_inner_texts()]
    told = "Item 0: it is 1, off by 2."
    assert checks[0] == f"✗ Not passed transposed Given strides((2, 3)) {told}"
    assert checks[1] == "✗ Not passed scalar It returned None: is there a return?"
    assert checks[2].startswith("✗ Not passed empty Xxx")
    assert checks[3] == "✓ Passed row-major"
    assert "as it should be" not in page.locator("main").inner_text()


@pytest.mark.long
def test_a_misconception_is_told_once(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, ENTRY, tmp_path, 1000, "light")
    (told,) = page.get_by_role("note", name="A likely cause").all_inner_texts()
    assert "Strides count elements, not bytes: see stride." in told
    assert "It explains 2 of the 3 checks that failed." in told
    assert page.locator("summary").first.inner_text() == "2 failed checks that it explains"


@pytest.mark.long
def test_it_leads_to_the_passages_of_the_lesson(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, ENTRY, tmp_path, 1000, "light")
    part = page.get_by_role("note").get_by_role("link")
    assert part.all_inner_texts() == ["Part 1 · Storage, `stride`"]
    address = "../../../../lab/tree/01_tensors/tensors.ipynb#Part-1-%C2%B7-Storage,-stride"
    assert part.get_attribute("href") == address
    # The part is named in the cause already.
    line = page.locator("#x-stride_test > p.soft")
    assert line.inner_text() == "In the lesson: Exercise 1. Strides"
    assert page.locator("#x-view_test").get_by_role("link").count() == 0


def test_a_course_says_where_its_lessons_are() -> None:
    published = Links(LINKS.passages, "https://x.org/{notebook}.html#{heading}")
    page = render(ENTRY, published)
    exercise = "Exercise-1.-Strides-%C2%B7-%E2%97%8F%E2%97%8F%E2%97%8B-%C2%B7-3-min"
    assert f'href="https://x.org/tensors.html#{exercise}"' in page
    with pytest.raises(CourseFolderError, match=r"lesson_url is '\{lesson\}'"):
        render(ENTRY, Links(LINKS.passages, "{lesson}"))


def test_headings_are_found_as_nbconvert_names_them() -> None:
    body, _ = HTMLExporter(template_name="basic").from_notebook_node(LESSON)
    for passage in (*LINKS.passages.exercises.values(), *LINKS.passages.parts.values()):
        assert f'id="{passage.anchor}"' in body


@pytest.mark.long
def test_it_says_what_to_do_next(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, ENTRY, tmp_path, 1000, "light")
    page.get_by_role("link", name="Exercise 1. Strides").first.click()
    assert page.url.endswith("#x-stride_test")
    assert page.locator("#x-stride_test").is_visible()


def test_full_marks_lead_to_the_next_lesson() -> None:
    full = replace(ENTRY, exercises=EXERCISES[1:2], awaiting=0)
    assert "Every check passed." in render(full)


@pytest.mark.long
def test_an_ungradable_submission_is_told_the_reason_and_the_way_out(
    browser: Browser, tmp_path: Path
) -> None:
    page = opened(browser, REFUSED, tmp_path, 390, "light")
    text = page.locator("main").inner_text()
    assert "Not graded yet" in text
    assert f"It is {HOSTILE}." in text
    assert "Hand in tensors.ipynb again" in text


def test_nothing_becomes_markup() -> None:
    checks = tuple(replace(c, name=HOSTILE, message=HOSTILE, misconception=HOSTILE) for c in CHECKS)
    exercises = tuple(replace(each, title=HOSTILE, grade_id='"><b>') for each in EXERCISES)
    result = replace(RESULT, student=HOSTILE, checks=checks, notebook=HOSTILE)
    for entry in (Entry(result, exercises, (HOSTILE,)), REFUSED):
        page = render(entry)
        assert "<script" not in page
        assert '"><b>' not in page


@pytest.mark.long
def test_it_needs_no_network_and_runs_no_script(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, ENTRY, tmp_path, 390, "light")
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    sources = "all => all.map(one => one.src || one.href).filter(url => !url.startsWith('file:'))"
    assert page.locator("[src], [href]").evaluate_all(sources) == []
    assert page.locator("script").count() == 0


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_it_fits_the_screen(browser: Browser, tmp_path: Path, width: int, scheme: str) -> None:
    page = opened(browser, ENTRY, tmp_path, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(246, 246, 244)") is (scheme == "light")


CONTRAST = """
() => {
  const light = c => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4 };
  const channels = text => text.match(/[\\d.]+/g).map(Number);
  const luminance = c => .2126 * light(c[0]) + .7152 * light(c[1]) + .0722 * light(c[2]);
  const behind = node => {
    for (; node; node = node.parentElement) {
      const c = channels(getComputedStyle(node).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
  };
  const texts = [...document.querySelectorAll("h1,h2,h3,h4,p,li,span,a,small,em,summary,code")];
  return texts.filter(node => node.innerText.trim()).map(node => {
    const pair = [channels(getComputedStyle(node).color), behind(node)].map(luminance);
    return (Math.max(...pair) + .05) / (Math.min(...pair) + .05);
  });
}
"""


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("entry", [ENTRY, REFUSED], ids=["graded", "ungradable"])
def test_text_can_be_read(browser: Browser, tmp_path: Path, entry: Entry, scheme: str) -> None:
    """WCAG AA: a contrast of 4.5 to 1."""
    page = opened(browser, entry, tmp_path, 1000, scheme)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert min(page.evaluate(CONTRAST)) >= 4.5


@pytest.mark.long
def test_headings_go_down_one_level_at_a_time(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, ENTRY, tmp_path, 1000, "light")
    levels = page.locator("h1,h2,h3,h4").evaluate_all("all => all.map(one => +one.tagName[1])")
    assert levels == [1, 2, 2, 3, 4, 3, 3]
    assert page.locator("html").get_attribute("lang") == "en"


def test_what_nbgrader_needs_to_release_it_goes_with_it(tmp_path: Path) -> None:
    (tmp_path / "submitted").mkdir()
    (tmp_path / "submitted/timestamp.txt").write_text("2026-01-02 10:00:00 UTC")
    path = write_page(tmp_path / "feedback", ENTRY, tmp_path / "submitted")
    assert path.name == "tensors.html"
    assert (tmp_path / "feedback/timestamp.txt").read_text() == "2026-01-02 10:00:00 UTC"
