"""Every page of every service in a real browser: accessible, wide and narrow, with a title of its own and nothing from elsewhere."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest
from aiokafka import AIOKafkaProducer
from playwright.async_api import Browser
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.estate import Estate
from deploy.local.people import organisations
from services.classification.model.versions import COMMENTS, SHIPPED
from services.reporting.domain.letters import group_of
from services.reporting.domain.signals import Subject
from shared.contracts.cases import CaseState
from shared.contracts.reports import Kind, Tenet
from tests.end_to_end.catalogue import (
    CASE,
    DEAD_LETTERS,
    LOOKS,
    NOT_PAGES,
    ORGANISATION,
    Look,
    Side,
    routes,
)
from tests.end_to_end.conftest import NEEDS_CHROMIUM
from tests.end_to_end.running import Ended, KnownCase, administrator, known_cases, mails
from tests.end_to_end.visitors import Inspector, Visitor, inspector
from tests.reporting.signals.samples import keep, signal
from tests.support import ods
from tests.support.facts import proper_headers
from tests.support.letters import set_aside
from tests.support.waiting import eventually

Cases = dict[CaseState, KnownCase]


class Inspectors:
    """One for each person, made when first asked for."""

    def __init__(self, chromium: Browser, estate: Estate) -> None:
        self._chromium = chromium
        self._estate = estate
        self._made: dict[str | None, Inspector] = {}
        self.titles: dict[str, str] = {}
        """By title, the page that has it."""

    async def of(self, subject: str | None) -> Inspector:
        if subject not in self._made:
            settings = self._estate.settings
            self._made[subject] = await inspector(
                self._chromium, settings.url, settings.issuer, subject
            )
        return self._made[subject]

    async def close(self) -> None:
        for one in self._made.values():
            await one.plain.page.context.close()
            await one.shown.context.close()


@pytest.fixture(scope="module")
async def inspectors(chromium: Browser, estate: Estate) -> AsyncIterator[Inspectors]:
    made = Inspectors(chromium, estate)
    yield made
    await made.close()


@pytest.fixture(scope="module")
async def cases(estate: Estate, demonstration: Ended) -> Cases:
    return await known_cases(estate)


@pytest.fixture(scope="module")
async def things(
    chromium: Browser, inspectors: Inspectors, estate: Estate, cases: Cases
) -> dict[str, str]:
    """What the other parts of the addresses are filled with: a theme, a message, a mail."""
    found = {
        "name": mails(estate)[0].name,
        "member_id": organisations()["RZ1"]["members"][0]["member_id"],
        "import_id": await _shown_import(estate),
        "subject_id": await _raised_signal(estate),
        "provider": "RZ1",
        "practice": "Y90001",
        "commissioner": "Q9A",
    }
    for name, subject, path in (
        ("theme", "helen.marsh", "/trends"),
        ("message_id", "max.stone", "/messages"),
    ):
        visitor = (await inspectors.of(subject)).plain
        await visitor.open(path)
        prefix = "/trends/themes/" if name == "theme" else "/messages/"
        link = visitor.page.locator(f'main a[href^="{prefix}"]:not([href*=".csv"])').first
        href = await link.get_attribute("href") or ""
        found[name] = href.removeprefix(prefix).partition("?")[0]
    helen = (await inspectors.of("helen.marsh")).plain
    await helen.open(f"/verdicts/{cases[CaseState.ANSWERED].reference}")
    await helen.page.locator('form[action$="/agree"] button').click()  # to be read a second time
    async with administrator(estate) as program:
        wanted = {"organisation": "Y90001", "label": "A partner's system"}
        found["key_id"] = (await program.post("/api/v1/keys", json=wanted)).json()["key_id"]
    found |= await _set_aside(estate, (await inspectors.of("max.stone")).plain)
    return found | await _tried((await inspectors.of("helen.marsh")).plain)


async def _set_aside(estate: Estate, visitor: Visitor) -> dict[str, str]:
    """A dead letter and a group of them that wait, and a decision about others. Set aside by a service that there is not."""
    told = [set_aside(detail, number) for number, detail in enumerate(("harm: enum", "kind: enum"))]
    async with AIOKafkaProducer(bootstrap_servers=estate.settings.bootstrap) as producer:
        for letter in told:
            await producer.send_and_wait(
                estate.settings.topic_prefix + letter.topic,
                letter.model_dump_json().encode(),
                key=letter.key.encode(),
                headers=proper_headers(letter),
            )
    groups = [group_of(one.consumer, one.cause, one.detail, one.origin_topic) for one in told]

    async def listed() -> bool:
        await visitor.open("/operations/dead-letters")
        return await visitor.page.locator(f'a[href$="{groups[1]}"]').count() == 1

    await eventually(listed, because="the letters are not listed")
    await visitor.open(f"/operations/dead-letters/{groups[1]}")
    await visitor.page.get_by_label("Replay it", exact=True).check()
    await visitor.press("Decide")
    await visitor.page.wait_for_url("**/operations/dead-letters/decisions/*")
    return {
        "group": groups[0],
        "letter_id": str(told[0].event_id),
        "decision_id": visitor.page.url.rpartition("/")[2],
    }


async def _tried(visitor: Visitor) -> dict[str, str]:
    """A version that is not in force, and its trial on history."""
    await visitor.open("/versions")
    link = visitor.page.locator('main a[href$="/adopt"]').first
    version = (await link.get_attribute("href") or "").split("/")[2]
    await visitor.press(f"Try {version} on history")
    await visitor.page.wait_for_url("**/versions/trials/*")
    address = visitor.page.url

    async def finished() -> bool:
        await visitor.page.goto(address)
        return await visitor.sees("Finished at")

    await eventually(finished, within=60, because="the trial does not end")
    shown = {"measured": COMMENTS.name, "taxonomy": SHIPPED.newest(Kind.EVENT).taxonomy}
    return {"version": version, "trial_id": address.rpartition("/")[2], **shown}


async def _raised_signal(estate: Estate) -> str:
    """What has one about Northfield Acute: the demonstration's reports are too few for charts."""
    found = signal(Subject("Q9A", "RZ1", "lost-letters"))
    earlier = replace(found, point=date(2026, 9, 1), tenets=(Tenet.SAFETY,))
    engine = create_async_engine(estate.database_url("reporting"))
    async with engine.begin() as connection:
        await keep(connection, [found, earlier])
    await engine.dispose()
    return str(found.subject.subject_id)


async def _shown_import(estate: Estate) -> str:
    """An import that is shown and never applied."""
    lines = [ods.line("Z00001"), ods.line("Y90002", "NEW HARBOUR"), ods.line("Y90003", status="C")]
    async with administrator(estate) as client:
        answer = await client.post(
            "/api/v1/directory/imports",
            content="\n".join([*lines, "a line that is none"]),
            headers={"Content-Type": "text/csv"},
        )
    assert answer.status_code == 201
    return str(answer.json()["import_id"])


def test_every_page_there_is_gets_looked_at() -> None:
    there = routes()
    looked_at = {(look.service, look.route) for look in LOOKS}
    assert there - looked_at - NOT_PAGES.keys() == set()
    assert looked_at - there == set()
    assert NOT_PAGES.keys() - there == set()


@NEEDS_CHROMIUM
@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_page_is_accessible_fits_a_phone_and_asks_nobody_else(
    look: Look, inspectors: Inspectors, cases: Cases, things: dict[str, str]
) -> None:
    inspector = await inspectors.of(look.subject(cases))
    path = look.path(cases, things)
    title = await inspector.title(path)
    assert re.fullmatch(r"[^-].+ - Insight", title)
    page = f"{look.service}{look.path(cases, things).partition('?')[0]} {look.who is None}"
    assert inspectors.titles.setdefault(title, page) == page
    assert await inspector.overflow() <= 0
    assert inspector.plain.complaints == []
    assert await inspector.violations(path) == []


FORMS = (
    (Look("reporting", f"{DEAD_LETTERS}/{{group}}", "max.stone"), "Decide"),
    (Look("reporting", f"{DEAD_LETTERS}/letters/{{letter_id}}", "max.stone"), "Decide"),
    (Look("intake", "/report", "amira.patel"), "Send report"),
    (Look("intake", "/administration/organisations/new", "ada.quinn"), "Add the organisation"),
    (Look("intake", f"{ORGANISATION}/members/new", "ada.quinn"), "Add the member"),
    (Look("intake", f"{ORGANISATION}/close", "ada.quinn"), "Continue"),
    (Look("intake", "/administration/imports", "ada.quinn"), "Show what it changes"),
    (Look("classification", "/versions/{version}/adopt", "helen.marsh"), "Put in force"),
    (Look("reporting", "/signals/{subject_id}/answer", "helen.marsh"), "Save what was done"),
    (Look("actions", f"{CASE}/acknowledge", Side.PROVIDER), "Acknowledge"),
    (Look("actions", f"{CASE}/actions", Side.PROVIDER, CaseState.DISPUTED), "Add the action"),
    (
        Look("actions", f"{CASE}/dispute", Side.PRACTICE, CaseState.ANSWERED),
        "Dispute and open the case again",
    ),
)


@NEEDS_CHROMIUM
@pytest.mark.parametrize(("look", "button"), FORMS, ids=str)
async def test_a_form_sent_empty_says_accessibly_what_is_missing(
    look: Look, button: str, inspectors: Inspectors, cases: Cases, things: dict[str, str]
) -> None:
    inspector = await inspectors.of(look.subject(cases))
    assert await inspector.violations(look.path(cases, things), press=button) == []
    assert (await inspector.shown.title()).startswith("Error: ")
    assert "There is a problem" in await inspector.shown.locator(":focus").inner_text()


@NEEDS_CHROMIUM
@pytest.mark.parametrize(
    ("subject", "path", "title"),
    [
        (None, "/nowhere", "Page not found - Insight"),
        ("jo.lee", "/messages", "You cannot see this page - Insight"),
        ("jo.lee", "/cases/IN-0000-00", "Page not found - Insight"),
    ],
)
async def test_a_refusal_is_a_page_like_any_other(
    inspectors: Inspectors, subject: str | None, path: str, title: str
) -> None:
    inspector = await inspectors.of(subject)
    assert await inspector.title(path) == title
    assert await inspector.overflow() <= 0
    assert inspector.plain.complaints == []
    assert await inspector.violations(path) == []


async def test_the_machines_doors_are_not_open_to_the_public(estate: Estate) -> None:
    async with administrator(estate) as client:
        for path in ("/livez", "/readyz", "/metrics", "/status"):
            assert (await client.get(path)).status_code == 404
