"""The instructor's page shows everything, and obeys nothing that a submission wrote."""

from __future__ import annotations

import base64
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser

from autograder.feedback.cells import MAX_TEXT, cells_of, grouped
from autograder.feedback.instructor import write_instructor_page
from autograder.judge import Check
from autograder.results import Entry, ExerciseMark, Result

PNG = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
).decode()
RUN = "document.title = 'taken over'"
HOSTILE = {
    "text/html": f'<script>{RUN}</script><img src=x onerror="{RUN}">'
    "<style>main{display:none}</style>"
    "<meta http-equiv=refresh content='0;url=https://example.org'><iframe srcdoc='x'></iframe>",
    "image/svg+xml": f'<svg onload="{RUN}"><script>{RUN}</script></svg>',
    "application/javascript": RUN,
    "text/markdown": f"[x](javascript:{RUN}) </pre><script>{RUN}</script>",
    "text/latex": "\\href{javascript:x}{y}",
    "application/vnd.x+json": {"a": "</pre><script>"},
    "image/png": PNG,
    "image/jpeg": f'"><script>{RUN}</script>',
    f'a/b"><script>{RUN}</script>': "x",
}
CHECKS = (Check("f", "one", False, 2.0, "f(1): it is 1, off by 1", "You add twice. Read Part 1."),)
RESULT = Result("ada", "01_x", "x", "graded", "", 0.0, 2.0, CHECKS, 1.5, 0.5, 120.0)
ENTRY = Entry(RESULT, (ExerciseMark("f_test", "f", "Exercise 1. F", 0.0, 2.0),))


def marks(grade_id: str, grade: bool) -> dict[str, dict[str, object]]:
    return {"nbgrader": {"grade_id": grade_id, "grade": grade, "solution": not grade}}


def notebook() -> str:
    shown = new_output("display_data", HOSTILE)
    printed = new_output("stream", name="stdout", text=f"</pre><script>{RUN}</script>\x1b[31mred")
    error = new_output(
        "error", ename="E", evalue="e", traceback=["\x1b[1mTraceback\x1b[0m", "E: e"]
    )
    verdict = new_output("execute_result", {"text/plain": "0.0", "text/html": "<p>verdict</p>"})
    cells = [
        new_markdown_cell(f"# Title <script>{RUN}</script>"),
        new_code_cell("import this"),
        new_code_cell("def f(x): ...", metadata=marks("f", False), outputs=[printed]),
        new_code_cell("observe('one', f, 1)", metadata=marks("f_test", True),
                      outputs=[verdict, shown, error]),
    ]  # fmt: skip
    return str(nbformat.writes(new_notebook(cells=cells)))


def test_markup_is_shown_as_source() -> None:
    cells = cells_of(nbformat.reads(notebook(), 4), frozenset({"f_test"}))
    outputs = {each.label: each for each in cells[3].outputs}
    assert outputs["text/html"].is_markup
    assert outputs["text/html"].text == HOSTILE["text/html"]
    assert outputs["image/png"].picture == f"data:image/png;base64,{PNG}"
    assert "too large, or is none" in outputs["image/jpeg"].text or "can't be read" in (
        outputs["image/jpeg"].text
    )
    assert "verdict" not in str(cells[3].outputs)
    assert outputs["error"].text == "Traceback\nE: e"
    assert cells[2].outputs[0].text.endswith("red")


def test_a_long_output_is_cut() -> None:
    long = new_output("stream", name="stdout", text="x" * (MAX_TEXT + 7))
    (cell,) = cells_of(new_notebook(cells=[new_code_cell("", outputs=[long])]), frozenset())
    assert cell.outputs[0].text.endswith("… 7 more characters")


def test_what_stands_between_answers_and_tests_is_folded() -> None:
    groups = grouped(cells_of(nbformat.reads(notebook(), 4), frozenset()))
    assert [len(group) for group in groups] == [2, 1, 1]
    assert [group[0].is_test for group in groups] == [False, False, True]


@pytest.mark.long
@pytest.mark.parametrize("width", [390, 1200])
def test_nothing_of_a_submission_runs(browser: Browser, tmp_path: Path, width: int) -> None:
    path = write_instructor_page(tmp_path, ENTRY, notebook())
    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    page.wait_for_timeout(300)
    assert page.title() == "ada · x · for the instructor"
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert page.locator("script, iframe, svg, [onerror], [onload], base, form").count() == 0
    text = page.locator("main").inner_text()
    for shown in ("observe('one', f, 1)", "def f(x): ...", RUN, "You add twice.", "0 of 2 points"):
        assert shown in text
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert path.stat().st_mode & 0o077 == 0


def test_a_submission_that_could_not_be_graded_has_a_page_too(tmp_path: Path) -> None:
    refused = Entry(Result("bob", "01_x", "x", "ungradable", "It is empty."), notes=("traceback",))
    page = write_instructor_page(tmp_path, refused, "").read_text("utf-8")
    assert "Not graded" in page
    assert "It is empty." in page
    assert "traceback" in page
