"""The pages' templates, which escape all that is put into them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import mistune
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

_CODE = re.compile(r"`([^`\n]+)`")


@cache
def template(name: str) -> Template:
    """A template of this folder."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{round(value, 2):g}"
    environment.filters["code"] = with_code
    environment.filters["sentence"] = sentence
    environment.filters["markdown"] = from_markdown
    return environment.get_template(name)


def with_code(text: str) -> Markup:
    """The text with what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped just here


def sentence(text: str) -> str:
    """The text with a capital at its beginning and a stop at its end."""
    stop = "" if text.endswith((".", "!", "?", "…")) else "."
    return text[:1].upper() + text[1:] + stop


def from_markdown(text: str) -> Markup:
    """An author's sentence, in markdown; HTML in it is shown, not obeyed."""
    return Markup(_markdown()(text))  # noqa: S704  mistune escapes


@cache
def _markdown() -> mistune.Markdown:
    return mistune.create_markdown(escape=True)
