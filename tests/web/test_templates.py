"""Rules that every page template of every service keeps, read from the templates themselves."""

import re
from pathlib import Path

import pytest

from shared.web.pages import OWN_TEMPLATES

SERVICES = Path(__file__).parents[2] / "services"
TEMPLATES = sorted([*OWN_TEMPLATES.rglob("*.html"), *SERVICES.glob("*/templates/**/*.html")])
PAGES = [template for template in TEMPLATES if "mail" not in template.parts]

CHARTS = re.compile(r"\w+\.(svg|wide|narrow|icon|assured)\s*\|\s*safe\b")
"""SVG that reporting's own functions make and escape."""


def named(templates: list[Path]) -> list[str]:
    return ["/".join(template.parts[-3:]) for template in templates]


@pytest.mark.parametrize("template", TEMPLATES, ids=named(TEMPLATES))
def test_nothing_is_declared_safe_or_glued_into_html(template: Path) -> None:
    """The design system's macros pass their `html` through unescaped: text goes by `text`, or by a `set` block."""
    source = template.read_text()
    assert not re.search(r"\|\s*safe\b", CHARTS.sub("", source))
    for argument in re.findall(r"""["']html["']\s*:\s*([^,}\n]*)""", source):
        assert "~" not in argument, argument
        assert "format" not in argument, argument


@pytest.mark.parametrize("template", PAGES, ids=named(PAGES))
def test_no_style_and_no_handler_is_written_into_a_page(template: Path) -> None:
    source = template.read_text()
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)\s*=", source)
    assert "javascript:" not in source
    for script in re.findall(r"<script\b[^>]*>", source):
        assert 'nonce="{{ csp_nonce }}"' in script


@pytest.mark.parametrize("template", PAGES, ids=named(PAGES))
def test_every_form_that_changes_something_proves_where_it_comes_from(template: Path) -> None:
    for form in re.findall(r"<form\b.*?</form>", template.read_text(), re.DOTALL):
        if re.search(r"""method=["']post["']""", form, re.IGNORECASE):
            assert "csrf_field()" in form, form
