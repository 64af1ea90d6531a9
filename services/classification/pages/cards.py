"""Model cards as pages. They are Markdown files that measuring a model writes; here they get the design system's looks.

HTML in the Markdown is shown as text, and a link to a script is none, so that a card brings nothing that runs."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

FOLDER = Path(__file__).parents[3] / "docs" / "model-cards"
_CLASSES = {
    "h1": "nhsuk-heading-l",
    "h2": "nhsuk-heading-m",
    "h3": "nhsuk-heading-s",
    "ul": "nhsuk-list nhsuk-list--bullet",
    "ol": "nhsuk-list nhsuk-list--number",
    "table": "nhsuk-table-responsive",
    "thead": "nhsuk-table__head",
    "tbody": "nhsuk-table__body",
    "tr": "nhsuk-table__row",
    "th": "nhsuk-table__header",
    "td": "nhsuk-table__cell",
}
_ROLES = {
    "table": "table",
    "thead": "rowgroup",
    "tbody": "rowgroup",
    "tr": "row",
    "th": "columnheader",
    "td": "cell",
}
"""A table that is no grid on a narrow screen loses what it is there, unless it is said."""
_NUMBER = re.compile(r"[\d.,]+%?")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def there_is(version: str) -> bool:
    return version in _cards()


@cache
def shown(version: str) -> Markup:
    """The card of a version that has one. Raises KeyError."""
    text = _cards()[version].read_text(encoding="utf-8")
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.nesting == 1 and token.tag in _CLASSES:
            token.attrJoin("class", _CLASSES[token.tag])
        if token.nesting == 1 and token.tag in _ROLES:
            token.attrSet("role", _ROLES[token.tag])
        if token.type == "th_open":
            token.attrSet("scope", "col")
    _finish_cells(tokens)
    return Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))  # noqa: S704 (escaped by the renderer)


@cache
def _cards() -> dict[str, Path]:
    """By version. Only files that are there can be asked for, whatever the address says."""
    return {path.stem: path for path in FOLDER.glob("*.md")}


def _finish_cells(tokens: list[Token]) -> None:
    """Each cell says its column's name itself, for screens too narrow for columns; numbers stand below each other."""
    headings: list[tuple[Token, str]] = []
    column = 0
    for before, token in pairwise(tokens):
        if before.type == "table_open":
            headings = []
        elif before.type == "th_open":
            headings.append((before, token.content))
        elif before.type == "tr_open":
            column = 0
        elif before.type == "td_open":
            head, name = headings[column]
            if _NUMBER.fullmatch(token.content):
                before.attrJoin("class", "nhsuk-table__cell--numeric")
                head.attrSet("class", f"{_CLASSES['th']} nhsuk-table__header--numeric")
            token.children = _named(name, token.children or [])
            column += 1


def _named(name: str, cell: list[Token]) -> list[Token]:
    attrs: dict[str, str | int | float] = {
        "class": "nhsuk-table-responsive__heading",
        "aria-hidden": "true",
    }
    return [
        Token("span_open", "span", 1, attrs=attrs),
        Token("text", "", 0, content=f"{name} "),
        Token("span_close", "span", -1),
        Token("div_open", "div", 1),
        *cell,
        Token("div_close", "div", -1),
    ]
