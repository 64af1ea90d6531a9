"""The page that says how far the model and people agree, and people among themselves."""

import pytest

from services.classification import repository
from services.classification.domain import ChosenFrom
from services.classification.repository import Scope, agreement
from shared.contracts.reports import Kind, ReportSubmitted
from tests.classification.people import AREA, RUDE, classified, decide
from tests.support.apps import Running
from tests.support.reports import report

pytestmark = pytest.mark.integration

PAGE = "/verdicts/agreement"


async def decided(
    pages: Running, numbers: range, *themes: str, chosen_from: ChosenFrom = ChosenFrom.OTHER
) -> list[ReportSubmitted]:
    """Reports that the model finds to be about staff attitude, decided by Helen."""
    reports = [report(number, text=RUDE) for number in numbers]
    await classified(pages, *reports)
    for each in reports:
        await decide(pages, each, *themes, chosen_from=chosen_from)
    return reports


async def test_the_first_decision_is_compared_with_the_verdict_that_it_looked_at(
    pages: Running,
) -> None:
    [first] = await decided(pages, range(1), "medications", chosen_from=ChosenFrom.SAMPLE)
    await decide(pages, first, "communication", by="omar.reid", seen=2)  # not the model's any more
    await decided(pages, range(1, 3), "staff-attitude")
    async with pages.transactions.read() as connection:
        found = await agreement.model_and_people(connection, AREA, Kind.EVENT)
        none = await agreement.model_and_people(connection, AREA, Kind.FEEDBACK)
    assert none == []
    assert {
        (each.chosen_from, each.pair.first, each.pair.second, each.pair.reports) for each in found
    } == {
        (ChosenFrom.SAMPLE, frozenset({"staff-attitude"}), frozenset({"medications"}), 1),
        (ChosenFrom.OTHER, frozenset({"staff-attitude"}), frozenset({"staff-attitude"}), 2),
    }


async def test_themes_are_compared_by_sub_theme_and_in_no_order(pages: Running) -> None:
    texts = (
        "The clerk was rude. Wrong tablets prescribed, warfarin dose doubled.",
        "The clerk was rude, shouted and hung up on us. Warfarin dose doubled.",
    )
    reports = [report(number, text=text) for number, text in enumerate(texts)]
    await classified(pages, *reports)
    for each in reports:
        await decide(pages, each, "medications", "communication")
    async with pages.transactions.read() as connection:
        [found] = await agreement.model_and_people(connection, AREA, Kind.EVENT)
        said = [(await repository.decisions(connection, each.report_id))[1] for each in reports]
    assert said[0].themes[0].theme != said[1].themes[0].theme  # the surest first
    assert found.pair.reports == 2
    assert found.pair.second == {"medications", "communication"}


async def test_below_thirty_reports_there_is_nothing_to_say_and_the_sample_stands_apart(
    pages: Running,
) -> None:
    helen = await pages.sign_in("helen.marsh")
    empty = (await helen.get(PAGE)).text
    assert "Nobody has decided on a report of this type yet" in empty
    assert "There are no second readings of this type yet" in empty
    await decided(pages, range(2), "staff-attitude", chosen_from=ChosenFrom.SAMPLE)
    await decided(pages, range(2, 5), "medications", chosen_from=ChosenFrom.LEAST_CERTAIN)
    page = (await helen.get(PAGE)).text
    for text in (
        "Too few to say",
        "From the random sample",
        "From the least certain",
        "All together",
        "agreement on them is lower than on all reports",
        "2 of 5",
    ):
        assert text in page
    assert "insight-chart" not in page
    assert "Nobody has decided" in (await helen.get(f"{PAGE}?kind=feedback")).text


async def test_from_thirty_reports_on_kappa_stands_in_figures_and_in_a_picture(
    pages: Running,
) -> None:
    await decided(pages, range(10), "staff-attitude")
    await decided(pages, range(10, 15), "medications")
    nothing = [report(number, text="zzz") for number in range(15, 35)]
    await classified(pages, *nothing)
    for each in nothing:
        await decide(pages, each)
    helen = await pages.sign_in("helen.marsh")
    page = (await helen.get(PAGE)).text
    # staff attitude: both 10, the model alone 5, neither 20 of 35; 30/35 = 0.857 seen, 0.531 by chance
    assert "0.70" in page
    assert "Staff attitude: 0.70, between" in page  # the picture's own words
    assert "Too few to say" not in page
    assert "86%" in page


async def test_people_are_compared_with_each_other_at_the_decision_that_was_read(
    pages: Running,
) -> None:
    [first, second] = await decided(pages, range(2), "staff-attitude")
    omar = await pages.sign_in("omar.reid")
    for each, theme in ((first, "staff-attitude"), (second, "medications")):
        sent = await omar.post(
            f"/verdicts/{each.reference}/second-reading", {"themes": [theme], "tenet": "safety"}
        )
        assert sent.status_code == 303
    await decide(pages, second, "medications", seen=2)
    async with pages.transactions.read() as connection:
        found = await agreement.people_and_people(connection, AREA, Kind.EVENT)
    staff, medicines = frozenset({"staff-attitude"}), frozenset({"medications"})
    assert {(each.first, each.second) for each in found} == {(staff, staff), (staff, medicines)}
    page = (await omar.get(PAGE)).text
    assert "1 of 2" in page
    assert "Fewer than 30 reports" in page


async def test_another_areas_reports_count_for_nobody_here(pages: Running) -> None:
    elsewhere = report(9, reporter="Y11111", provider="RX9", text=RUDE)
    await classified(pages, elsewhere)
    theirs = Scope(reported=frozenset({"Y11111"}))
    await decide(pages, elsewhere, scope=theirs)
    async with pages.transactions.read() as connection:
        assert await agreement.model_and_people(connection, AREA, Kind.EVENT) == []
        assert await agreement.model_and_people(connection, theirs, Kind.EVENT) != []


async def test_only_quality_leads_see_it(pages: Running) -> None:
    for subject in ("amira.patel", "jo.lee", "max.stone", "ravi.dhillon"):
        person = await pages.sign_in(subject)
        assert (await person.get(PAGE)).status_code == 403
