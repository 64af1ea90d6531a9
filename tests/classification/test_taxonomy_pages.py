"""Lists of themes and model cards on pages: what they show, to whom, and that a card brings nothing that runs."""

import re
from html import unescape
from pathlib import Path

import pytest

from services.classification import use_cases
from services.classification.model.taxonomy import Cues, published_taxonomies
from services.classification.model.versions import COMMENTS, SHIPPED
from services.classification.pages import cards
from shared.contracts.reports import Kind
from tests.support.apps import Person, Running

CARD = f"/versions/{COMMENTS.name}/card"


async def _words(person: Person, path: str) -> str:
    """A page's text as it is read."""
    page = await person.get(path)
    assert page.status_code == 200, page.text
    main = page.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


async def _started(pages: Running) -> None:
    async with pages.transactions.begin() as tx:
        await use_cases.record_what_is_in_force(tx)


@pytest.mark.integration
async def test_every_list_of_the_release_is_there_with_what_uses_it_and_what_is_in_force(
    pages: Running,
) -> None:
    await _started(pages)
    newest = SHIPPED.newest(Kind.EVENT)
    for subject in ("helen.marsh", "max.stone"):
        person = await pages.sign_in(subject)
        words = await _words(person, "/taxonomies")
        assert all(taxonomy.version in words for taxonomy in published_taxonomies())
        assert f"{newest.name} In force" in words
        assert f"{SHIPPED.of(Kind.FEEDBACK)[0].name} In force" not in words
        assert 'href="/taxonomies"' in (await person.get("/versions")).text


@pytest.mark.integration
async def test_a_list_shows_each_theme_with_its_codes_and_cues(pages: Running) -> None:
    helen = await pages.sign_in("helen.marsh")
    for taxonomy in published_taxonomies():
        words = await _words(helen, f"/taxonomies/{taxonomy.version}")
        for theme in taxonomy.themes:
            assert f"{theme.title} {theme.description}" in words
            for mapping in theme.mappings:
                said = f"Code {mapping.code} Its words {mapping.display}"
                assert f"Code list {mapping.code_list} {said}" in words
            assert _said(theme.cues) in words
            for sub_theme in theme.sub_themes:
                assert f"{sub_theme.title} {sub_theme.description}" in words
                assert _said(sub_theme.cues) in words


def _said(cues: Cues) -> str:
    return " ".join("; ".join(cues.strong).split())


@pytest.mark.integration
async def test_nobody_else_sees_lists_or_cards(pages: Running) -> None:
    for subject in ("amira.patel", "jo.lee", "ravi.dhillon", "ada.quinn"):
        person = await pages.sign_in(subject)
        for path in ("/taxonomies", "/taxonomies/care-interface-1", CARD):
            assert (await person.get(path)).status_code == 403, (subject, path)


@pytest.mark.integration
async def test_a_card_is_linked_where_there_is_one_and_shown_as_a_page(pages: Running) -> None:
    await _started(pages)
    helen = await pages.sign_in("helen.marsh")
    linked = (await helen.get("/versions")).text
    assert f'href="{CARD}"' in linked
    page = (await helen.get(CARD)).text
    assert page.count('<h1 class="nhsuk-heading-l">') == 1
    assert '<th class="nhsuk-table__header" role="columnheader" scope="col">sub-theme</th>' in page
    assert '<span class="nhsuk-table-responsive__heading" aria-hidden="true">F1 </span>' in page
    assert not re.search(r"<div>[^<]{200,}</div></td>", page), "a paragraph became a row"
    without = next(each.name for each in SHIPPED.listed if not cards.there_is(each.name))
    assert f'href="/versions/{without}/card"' not in linked


@pytest.mark.integration
async def test_what_is_not_there_is_not_found(pages: Running) -> None:
    helen = await pages.sign_in("helen.marsh")
    without = next(each.name for each in SHIPPED.listed if not cards.there_is(each.name))
    for path in (
        "/taxonomies/cues-1",
        "/taxonomies/none-9",
        "/taxonomies/..%2fweights",
        f"/versions/{without}/card",
        "/versions/none-9/card",
        "/versions/..%2f..%2fREADME/card",
    ):
        assert (await helen.get(path)).status_code == 404, path


def test_what_a_card_would_run_is_shown_as_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bad = "# <script>alert(1)</script>\n[x](javascript:alert(1)) <img src=x onerror=y>\n"
    table = '| a"<b> | c |\n|---|---|\n| <i>1</i> | 2 |\n'
    (tmp_path / "bad-1.md").write_text(f"{bad}\n{table}", encoding="utf-8")
    monkeypatch.setattr(cards, "_cards", lambda: {"bad-1": tmp_path / "bad-1.md"})
    shown = cards.shown("bad-1")
    for tag in ("<script", "<img", "<i>", "<b>", "<a "):
        assert tag not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert 'aria-hidden="true">c </span><div>2</div></td>' in shown
