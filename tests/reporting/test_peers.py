"""A practice beside its peers: since when each of them counts, and where the practice's own numbers lead."""

import re
from collections.abc import AsyncIterator
from datetime import date, datetime, time
from html import unescape

import pytest

from services.reporting.domain.known import LONDON
from services.reporting.domain.months import long_name, plus
from tests.reporting.histories import Story
from tests.reporting.signals.told import LAST, facts_of, told_by
from tests.reporting.support import lines, page, reporting_with
from tests.reporting.test_organisation_pages import MORE, places
from tests.support.apps import Running
from tests.support.databases import Databases

pytestmark = pytest.mark.integration

OWN = "Y90001"
PAGE = f"/trends/practices/{OWN}"
MONTHS = [plus(LAST, at - 15) for at in range(16)]
JOINED, OLD, NONE = plus(LAST, -6), plus(LAST, -12), plus(LAST, -3)
"""The practice joined, and told of an event of a month long before; in one month since then it reported nothing."""


def reports() -> list[tuple[str, date, date]]:
    """Who reported, in which month, of which. Ten peers send one to five each month; three more joined in the last month."""
    steady = [(code, 1 + at // 2) for at, code in enumerate(MORE[:10])]
    found = [(code, month, month) for month in MONTHS for code, n in steady for _ in range(n)]
    found += [(OWN, month, month) for month in MONTHS if month >= JOINED and month != NONE] * 6
    found.append((OWN, JOINED, OLD))
    for code in (*MORE[10:], "Y90002"):
        found += [(code, LAST, MONTHS[0]), (code, LAST, LAST)]
    return found


def stories() -> list[Story]:
    return [
        told_by(
            code,
            number,
            happened_on=happened_in,
            occurred_at=datetime.combine(sent_in, time(12), LONDON),
        )
        for number, (code, sent_in, happened_in) in enumerate(reports())
    ]


@pytest.fixture(scope="module")
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    known = places()
    async with reporting_with([*known, *facts_of(stories())], kafka, databases, known) as service:
        yield service


async def test_months_before_regular_reporting_are_no_data_and_not_zero(service: Running) -> None:
    rows = {row[0]: row[1:] for row in await lines(service, "amira.patel", f"{PAGE}/peers.csv")}
    before = "Before regular reporting"
    for month in (plus(OLD, -1), plus(OLD, 1), plus(JOINED, -1)):
        assert rows[long_name(month)] == ["", "2 to 4", before]
    assert rows[long_name(OLD)] == ["1", "2 to 4", before]
    assert rows[long_name(JOINED)] == ["6", "2 to 4", "More than most"]
    assert rows[long_name(NONE)] == ["0", "2 to 4", "Fewer than most"]
    text = await page(service, "amira.patel", PAGE)
    assert "Of 7 months: fewer reports than most practices in 1, more than most in 6." in text


async def test_a_peer_counts_from_the_month_on_in_which_it_joined(service: Running) -> None:
    """Each of three told of an old event: as zeros of the months since then they would have drawn the band down."""
    rows = await lines(service, "amira.patel", f"{PAGE}/peers.csv")
    bands = {name: band for name, _, band, _ in rows[1:]}
    assert [bands[long_name(month)] for month in MONTHS[:-1]] == ["2 to 4"] * 15
    assert bands[long_name(LAST)] == "1 to 4"


@pytest.mark.parametrize("subject", ["amira.patel", "helen.marsh"])
async def test_own_months_lead_to_their_lists_in_table_and_drawing(
    service: Running, subject: str
) -> None:
    text = await page(service, subject, f"{PAGE}?kind=event")
    beside = text[text.index('id="peers"') :]
    table = beside[beside.index("<tbody") : beside.index("</tbody>")]
    numbers = re.findall(r'numeric"><a href="([^"]+)">(\d+)</a>', table)
    assert [number for _, number in numbers] == ["6"] * 3 + ["6"] * 3 + ["1"]
    assert re.search(rf"{long_name(NONE)}</th> <td[^>]*>0</td>", table)
    for drawing in re.findall(r"<svg.*?</svg>", beside):
        assert 'role="group"' in drawing
        points = re.findall(r'<a href="([^"]+)" tabindex="-1" aria-label="[^:"]+: (\d+)"', drawing)
        assert points == numbers[::-1]
    for address, number in (numbers[0], numbers[-1]):
        listed = await page(service, subject, unescape(address))
        assert re.search(rf"</span> {number} reports?</h1>", listed), address
