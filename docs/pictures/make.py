"""Make the README's pictures from the real thing: `python docs/pictures/make.py`.

Renders the built lesson 01 and a page of feedback from `autograder demo`, and photographs
them in Chromium. Needs `.[test]` and a Chromium (`playwright install chromium`, or the
system's, found on PATH).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, sync_playwright

from autograder.demo import run

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
LESSON = ROOT / "source_notebooks" / "01_tensors" / "tensors.ipynb"
WIDE, TALL = 1000, 760


def lesson_page(folder: Path) -> Path:
    """The lesson, rendered as it looks in a notebook."""
    page = folder / "lesson.html"
    body, _ = HTMLExporter(
        exclude_input_prompt=True, exclude_output_prompt=True
    ).from_notebook_node(nbformat.read(LESSON, as_version=4))
    page.write_text(body, "utf-8")
    return page


def photograph(browser: Browser, page: Path, at: str, picture: Path) -> None:
    """Take what a reader sees who has scrolled to the heading `at` (a selector)."""
    tab = browser.new_page(viewport={"width": WIDE, "height": TALL})
    tab.goto(page.as_uri())
    tab.wait_for_timeout(1500)
    tab.locator(at).first.evaluate("element => element.scrollIntoView()")
    tab.screenshot(path=str(picture))


def main() -> None:
    """Make both pictures."""
    folder = ROOT / "demo"
    if not run(ROOT, folder):
        sys.exit("The demonstration class did not get its marks; no pictures.")
    lesson = lesson_page(folder)
    feedback = folder / "feedback" / "dev" / "01_tensors" / "tensors.html"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        photograph(browser, lesson, "text=See it", HERE / "lesson.png")
        photograph(browser, feedback, "body", HERE / "feedback.png")
        browser.close()


if __name__ == "__main__":
    main()
