"""The pages of signals: who sees which, what is said of them, and what becomes of an answer."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from services.reporting.app import create_app
from services.reporting.domain.signals import Signal, Subject
from services.reporting.settings import Settings
from services.reporting.tables import touched_subject
from shared.contracts.directory import OrganisationKind, Role
from shared.contracts.reports import Tenet
from shared.contracts.signals import Movement, PointOf, SignalRule
from shared.platform.audit import RecordKind
from tests.conftest import SettingsFor
from tests.reporting.signals.samples import POINT, keep, signal
from tests.reporting.signals.told import facts_of, stories
from tests.reporting.support import apply
from tests.support.apps import Person, Running, running
from tests.support.directory import directory, member, organisation
from tests.support.entries import entries
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

AREA, PROVIDER = Subject("Q9A", "", "letters"), Subject("Q9A", "RZ1", "letters")
OTHERS, EVERYWHERE = Subject("QX1", "RZ3", "letters"), Subject("", "", "letters")
WORDS = "We asked the trust to send letters by the portal.\nNHS number 943 476 5919."


JOINT = signal(
    PROVIDER,
    tenets=(Tenet.EFFECTIVENESS, Tenet.SAFETY),
    rule=SignalRule.JOINT,
    since=POINT,
)
RARE = signal(AREA, point_of=PointOf.REPORT, mean=0.0, point=date(2026, 10, 3))


async def raise_(
    service: Running, *signals: Signal, raised: bool = True, revision: int = 1
) -> None:
    async with service.transactions.begin() as tx:
        await keep(tx.connection, signals, raised=raised, revision=revision)


@pytest.fixture
async def service(settings_for: SettingsFor) -> AsyncIterator[Running]:
    """A theme that has a title, two areas, and nothing to be found in the counts."""
    lead = member("nina.frost", "Nina Frost", Role.QUALITY_LEAD)
    board = organisation("QX1", "New Board", OrganisationKind.COMMISSIONER, lead)
    app = create_app(await settings_for(Settings))
    async with running(app, [*directory(), board]) as service:
        await apply(facts_of(stories((1,))), service.transactions)

        async def looked_at() -> bool:  # or what tests put there would be withdrawn
            async with service.transactions.read() as connection:
                rows = await connection.execute(select(func.count()).select_from(touched_subject))
                return rows.scalar_one() == 0

        await eventually(looked_at, because="nobody looks for signals")
        yield service


async def page(person: Person, path: str = "/signals", status: int = 200) -> str:
    answer = await person.get(path)
    assert answer.status_code == status
    return answer.text


def links(text: str) -> set[str]:
    return set(re.findall(r'href="(/signals/[0-9a-f-]{36})"', text))


async def test_a_quality_lead_reads_what_changed_where_and_is_led_to_the_chart(
    service: Running,
) -> None:
    helen = await service.sign_in("helen.marsh")
    assert "No open signals" in await page(helen)
    await raise_(
        service,
        signal(AREA),
        signal(AREA, point=date(2026, 9, 1)),
        JOINT,
        signal(PROVIDER, tenets=(Tenet.SAFETY,), movement=Movement.RISING, rule=SignalRule.TREND),
        signal(OTHERS),
        signal(EVERYWHERE),
    )
    text = await page(helen)
    assert links(text) == {f"/signals/{each.subject_id}" for each in (AREA, PROVIDER)}
    assert "Open (2)" in text
    assert (
        "All reports: higher than expected from April to October 2026, likely a real change."
        in text
    )
    assert "Effectiveness and safety: worse together in October 2026" in text
    assert "Safety: rising from April to October 2026" in text
    assert "Northfield Acute NHS Trust</p>" in text
    assert "All providers</p>" in text
    for chart in ("/trends/themes/letters", "/trends/themes/letters?provider=RZ1"):
        assert f'href="{chart}"' in text
        assert await page(helen, chart)
    one = await page(helen, f"/signals/{AREA.subject_id}")
    assert one.count("One of 7 or more above the mean") == 2
    assert "September 2026" in one


async def test_only_who_may_open_the_reports_sees_a_small_signal(service: Running) -> None:
    await raise_(service, signal(AREA), RARE, JOINT, signal(OTHERS), signal(EVERYWHERE))
    seen = {
        "helen.marsh": {AREA, PROVIDER},
        "nina.frost": {OTHERS},
        "jo.lee": {PROVIDER},
        "amira.patel": set(),
        "ravi.dhillon": set(),
    }
    for subject, subjects in seen.items():
        person = await service.sign_in(subject)
        assert links(await page(person)) == {f"/signals/{each.subject_id}" for each in subjects}
        for each in (AREA, PROVIDER, OTHERS, EVERYWHERE):
            expected = 200 if each in subjects else 404
            await page(person, f"/signals/{each.subject_id}", expected)
    await raise_(
        service,
        *(replace(signal(each), mean=50.0) for each in (AREA, EVERYWHERE, PROVIDER)),
        revision=2,
    )
    amira, ravi = await service.sign_in("amira.patel"), await service.sign_in("ravi.dhillon")
    assert links(await page(amira)) == {f"/signals/{AREA.subject_id}"}
    assert links(await page(ravi)) == {f"/signals/{EVERYWHERE.subject_id}"}
    text = await page(amira, f"/signals/{AREA.subject_id}")
    assert "You see totals only" in await page(amira)
    assert "3 October 2026" not in text, "the day of a report is told"


async def test_what_was_done_is_kept_with_who_said_it_and_what_comes_later_is_open_again(
    service: Running,
) -> None:
    helen = await service.sign_in("helen.marsh")
    earlier = signal(PROVIDER)
    await raise_(service, earlier, signal(AREA))
    path = f"/signals/{PROVIDER.subject_id}"
    form = await page(helen, f"{path}/answer")
    seen = re.findall(r'name="seen" value="([0-9a-f-]{36})"', form)
    assert seen == [str(earlier.signal_id)]
    later = signal(PROVIDER, point=date(2026, 11, 1))
    await raise_(service, later)
    refused = await helen.post(f"{path}/answer", {"words": " ", "seen": seen})
    assert refused.status_code == 422
    assert "Enter what was done" in refused.text
    sent = await helen.post(f"{path}/answer", {"words": WORDS, "seen": seen})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{path}?answered=true")

    text = await page(helen, f"{path}?answered=true")
    assert "Your answer was kept" in text
    assert "by the portal.\nNHS number [NHS number]." in text
    assert "Helen Marsh, " in text
    states = re.findall(r"(Answered|Open|Withdrawn)\s*</strong>", text)
    assert states == ["Open", "Answered"]
    assert links(await page(helen, "/signals?state=answered")) == {path}
    assert path in links(await page(helen))
    [told] = await entries(service.transactions, RecordKind.SIGNAL)
    assert (told.record_id, told.step) == (str(PROVIDER.subject_id), "answered")
    assert told.who == ("Helen Marsh", "Q9A")
    assert told.after["signals"] == seen
    assert "by the portal" in await page(helen, f"{path}/history")
    assert "by the portal" in await page(helen, f"{path}/history.csv")

    again = await helen.post(f"{path}/answer", {"words": WORDS, "seen": seen})
    assert again.status_code == 409
    jo = await service.sign_in("jo.lee")
    assert "by the portal" in await page(jo, path)
    assert "Say what was done" not in await page(jo, path)


async def test_only_quality_leads_of_the_area_answer(service: Running) -> None:
    await raise_(service, signal(PROVIDER))
    path = f"/signals/{PROVIDER.subject_id}/answer"
    values = {"words": WORDS, "seen": [str(signal(PROVIDER).signal_id)]}
    for subject, status in (("jo.lee", 403), ("ravi.dhillon", 403), ("nina.frost", 404)):
        person = await service.sign_in(subject)
        assert (await person.get(path)).status_code == status
        assert (await person.post(path, values)).status_code == status
    assert await entries(service.transactions, RecordKind.SIGNAL) == []


async def test_a_withdrawn_signal_stands_apart_unless_it_was_answered(service: Running) -> None:
    helen = await service.sign_in("helen.marsh")
    await raise_(service, signal(PROVIDER), signal(AREA))
    answer = {"words": WORDS, "seen": [str(signal(AREA).signal_id)]}
    await helen.post(f"/signals/{AREA.subject_id}/answer", answer)
    await raise_(service, signal(PROVIDER), signal(AREA), raised=False, revision=2)
    assert "No open signals" in await page(helen)
    withdrawn = await page(helen, "/signals?state=withdrawn")
    assert links(withdrawn) == {f"/signals/{PROVIDER.subject_id}"}
    assert links(await page(helen, "/signals?state=answered")) == {f"/signals/{AREA.subject_id}"}
    await page(helen, f"/signals/{PROVIDER.subject_id}/answer", 404)
    late = {"words": WORDS, "seen": [str(signal(PROVIDER).signal_id)]}
    assert (await helen.post(f"/signals/{PROVIDER.subject_id}/answer", late)).status_code == 409


async def test_many_signals_stand_on_several_pages(service: Running) -> None:
    helen = await service.sign_in("helen.marsh")
    await raise_(service, *(signal(replace(AREA, theme=f"theme-{n}")) for n in range(23)))
    first, second = await page(helen), await page(helen, "/signals?state=open&page=2")
    assert (len(links(first)), len(links(second))) == (20, 3)
    assert "There are no more signals" in await page(helen, "/signals?page=3")


async def test_a_wrong_address_gets_an_error_page(service: Running) -> None:
    helen = await service.sign_in("helen.marsh")
    nothing = "/signals/019ab0c0-5e00-7000-8000-000000000404"
    for path, status in (
        ("/signals?state=lost", 422),
        ("/signals?page=0", 422),
        ("/signals/letters", 404),
        (nothing, 404),
        (f"{nothing}/answer", 404),
        (f"{nothing}/history", 404),
    ):
        assert "<h1" in await page(helen, path, status)
