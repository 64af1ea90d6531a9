"""A case's history as a page and as a file."""

import csv
import io
import json
from datetime import datetime

import pytest

from shared.platform.audit.chain import Entry, link
from shared.web.history import PAGE_SIZE
from tests.actions.test_journey import LEARNING, answer
from tests.actions.waiting import put_case
from tests.support.apps import Running

pytestmark = pytest.mark.integration

LONG = "We found that the letter waited in a queue. " * 10


async def test_both_sides_and_the_quality_lead_read_who_did_what(pages: Running) -> None:
    submitted = await put_case(pages)
    page = f"/cases/{submitted.reference}"
    jo = await pages.sign_in("jo.lee")
    await jo.post(f"{page}/acknowledge", {"owner": "Jo Lee", "next_step": "We look into it."})
    await jo.post(f"{page}/learning-response", LEARNING | {"what_happened": LONG})
    for reader in ("jo.lee", "amira.patel", "helen.marsh"):
        shown = (await (await pages.sign_in(reader)).get(f"{page}/history")).text
        places = [shown.index(f"<strong>{step}") for step in ("Learning", "Acknow", "Opened")]
        assert places == sorted(places)
        assert "Northfield Acute NHS Trust (RZ1)" in shown
        assert "automatically" in shown
        assert "Root cause analysis" in shown
        assert (
            f'<summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">{LONG[:60]}'
            in shown
        )
        assert submitted.text not in shown
    assert f'{page}/history"' in (await jo.get(page)).text


async def test_a_long_history_is_read_page_by_page(pages: Running) -> None:
    submitted = await put_case(pages)
    page = f"/cases/{submitted.reference}"
    jo = await pages.sign_in("jo.lee")
    await jo.post(f"{page}/acknowledge", {"owner": "Jo Lee", "next_step": "We look into it."})
    for number in range(PAGE_SIZE):
        await jo.post(f"{page}/learning-response", LEARNING | {"why": f"Reason {number}."})
    newest = (await jo.get(f"{page}/history")).text
    assert f'href="{page}/history?before=3"' in newest
    assert "Opened by the report" not in newest
    older = (await jo.get(f"{page}/history?before=3")).text
    assert "Opened by the report" in older
    assert "Older entries" not in older
    assert "There are no older entries" in (await jo.get(f"{page}/history?before=1")).text
    for wrong in ("0", "-1", "x", "9" * 30):
        assert (await jo.get(f"{page}/history?before={wrong}")).status_code in {400, 404, 422}


async def test_the_file_holds_every_entry_to_the_letter_so_that_its_hashes_can_be_computed_again(
    pages: Running,
) -> None:
    submitted = await put_case(pages)
    page = f"/cases/{submitted.reference}"
    jo = await pages.sign_in("jo.lee")
    await jo.post(f"{page}/acknowledge", {"owner": "=1+1", "next_step": "We look into it."})
    await jo.post(f"{page}/learning-response", LEARNING)
    await answer(jo, submitted.reference, "We check it daily.")
    response = await jo.get(f"{page}/history.csv")
    assert response.headers["content-type"].startswith("text/csv")
    assert (
        f"cases-{submitted.reference.lower()}-history.csv"
        in response.headers["content-disposition"]
    )
    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert [row["Entry"] for row in rows] == ["4", "3", "2", "1"]
    assert rows[0]["Acting for (name now)"] == "Northfield Acute NHS Trust"
    assert json.loads(rows[2]["After"])["owner"] == "=1+1"
    previous = bytes(32)
    for row in reversed(rows):
        entry = Entry(
            datetime.fromisoformat(row["Time (UTC)"]),
            row["Record"],
            row["Record ID"],
            row["What happened"],
            row["Author is a"],
            row["Author ID"] or None,
            row["Author"],
            row["Acting for"] or None,
            row["Before"],
            row["After"],
        )
        previous = link(previous, int(row["Entry"]), entry.digest)
        assert previous.hex() == row["Hash"]
