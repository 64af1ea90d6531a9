"""The trend and operations pages of the whole service, without a consumer's help: who sees what, and what is asked for wrongly."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.reporting.app import create_app
from services.reporting.settings import Settings
from shared.contracts.cases import CaseOpened, CaseState
from shared.contracts.directory import OrganisationKind, Role
from shared.contracts.operations import Cause, DeadLetter, Heartbeat
from shared.contracts.reports import Kind, Tenet
from shared.contracts.themes import AssignedTheme
from tests.conftest import SettingsFor
from tests.reporting.histories import NOW, Story, seeded, story
from tests.reporting.support import apply
from tests.support.apps import Running, running
from tests.support.directory import closed, directory, member, organisation

pytestmark = pytest.mark.integration

MEDICATION = (AssignedTheme(theme="medication", title="Medication", confidence=0.9),)


def told(number: int, practice: str, provider: str, **changes: object) -> Story:
    return story(
        seeded(number),
        number,
        reporter=practice,
        provider=provider,
        tenet=Tenet.SAFETY,
        historic=False,
        happened_on=NOW.date(),
        **changes,
    )


STORIES = [
    told(1, "Y90001", "RZ1"),
    told(2, "Y90001", "RZ2"),
    told(3, "Y90002", "RZ1"),
    *(told(number, "Y90002", "RZ3") for number in range(4, 12)),
]


@pytest.fixture
async def service(settings_for: SettingsFor) -> AsyncIterator[Running]:
    """Eleven reports of one month and theme: two of Elm Road, nine of Harbour; two about Northfield."""
    async with running(create_app(await settings_for(Settings)), directory()) as service:
        for each in STORIES:
            verdict = each.verdict(1, tenet=Tenet.SAFETY, themes=MEDICATION)
            await apply([each.report, verdict, *each.case(length=1)], service.transactions)
        yield service


async def page(service: Running, subject: str, path: str, status: int = 200) -> str:
    answer = await (await service.sign_in(subject)).get(path)
    assert answer.status_code == status
    return answer.text


async def test_a_quality_lead_sees_all_reports_of_the_commissioner(service: Running) -> None:
    text = await page(service, "helen.marsh", "/trends?months=6")
    assert "Safety: 11 reports, most in November 2026 (11)." in text
    listed = await page(service, "helen.marsh", "/trends/themes/medication")
    assert all(each.report.reference in listed for each in STORIES)


async def test_a_practice_sees_its_own_reports_and_nobody_elses(service: Running) -> None:
    text = await page(service, "amira.patel", "/trends/themes/medication")
    assert "Safety: 2 reports" in text
    for each in STORIES:
        assert (each.report.reference in text) == (each.report.reporter == "Y90001")
    assert "Harbour Medical Centre" not in text


async def test_a_provider_sees_what_is_about_it_and_nothing_else(service: Running) -> None:
    text = await page(service, "jo.lee", "/trends/themes/medication/reports.csv")
    for each in STORIES:
        assert (each.report.reference in text) == (each.report.provider == "RZ1")


async def test_a_successor_s_figures_include_its_predecessors_and_counts_stay_as_they_were(
    service: Running,
) -> None:
    tom = "/trends/themes/medication"
    assert "Safety: 9 reports" in await page(service, "tom.bright", tom)
    known = {each.code: each for each in directory()}
    await service.seed([closed(known["Y90001"], "Y90002"), closed(known["RZ3"], "RZ1")])
    assert "Safety: 11 reports" in await page(service, "tom.bright", tom)
    listed = await page(service, "jo.lee", "/trends/themes/medication/reports.csv")
    for each in STORIES:
        assert (each.report.reference in listed) == (each.report.provider in {"RZ1", "RZ3"})
    # Under the names they were reported by, which say what became of them.
    area = await page(service, "helen.marsh", "/trends/tenets.csv")
    old = "Valley Community NHS Trust (now part of Northfield Acute NHS Trust)"
    assert f'"Medication","{old}",8,0,0,8' in area
    one = await page(service, "helen.marsh", "/trends/months.csv?practice=Y90001&months=6")
    assert '"November 2026",0,0,2,2' in one


async def test_a_succeeding_commissioner_has_the_figures_of_the_one_before(
    service: Running,
) -> None:
    lead = member("nina.frost", "Nina Frost", Role.QUALITY_LEAD)
    board = organisation("QX1", "New Board", OrganisationKind.COMMISSIONER, lead)
    await service.seed([board])
    assert "Safety: 11 reports" not in await page(service, "nina.frost", "/trends?months=6")
    (old,) = [each for each in directory() if each.code == "Q9A"]
    await service.seed([closed(old, "QX1")])
    assert "Safety: 11 reports" in await page(service, "nina.frost", "/trends?months=6")
    # Who reads redacted totals reads those of the board that took over.
    (group,) = [each for each in directory() if each.code == "PG1"]
    await service.seed([group.model_copy(update={"commissioner": "Q9A", "revision": 2})])
    assert "Reports in New Board" in await page(service, "ravi.dhillon", "/trends")


async def test_a_filter_cannot_widen_what_is_seen(service: Running) -> None:
    text = await page(service, "jo.lee", "/trends/months.csv?practice=Y90002&provider=RZ3", 200)
    assert '"November 2026",0,0,1,1' in text


async def test_a_practice_sees_its_commissioners_totals_beside_its_own(service: Running) -> None:
    text = " ".join((await page(service, "amira.patel", "/trends?months=6")).split())
    row = text[text.index("Your practice beside others") :]
    assert '<td class="nhsuk-table__cell nhsuk-table__cell--numeric">5</td>' in row
    assert "fewer than 5" in row
    assert not re.search(r">(9|11)<", row)


async def test_a_reviewer_sees_rounded_totals_and_no_single_report(service: Running) -> None:
    text = await page(service, "ravi.dhillon", "/trends?months=6")
    assert "Safety: at least 10 reports" in text
    heat = text[text.index("Where the 3 tenets meet") :]
    assert "Valley Community NHS Trust" in heat
    assert "Northfield Acute NHS Trust" not in heat
    listed = await page(service, "ravi.dhillon", "/trends/themes/medication")
    assert not any(each.report.reference in listed for each in STORIES)
    await page(service, "ravi.dhillon", "/trends/themes/medication/reports.csv", 403)


async def test_the_files_of_a_reviewer_hide_what_its_page_hides(service: Running) -> None:
    few = ",".join(["fewer than 5"] * 3)
    months = await page(service, "ravi.dhillon", "/trends/months.csv?months=6")
    assert f"October 2026,{few},fewer than 5" in months
    assert "November 2026,fewer than 5,fewer than 5,10,10" in months
    assert "Total,hidden,hidden,at least 10,at least 10" in months
    themes = await page(service, "ravi.dhillon", "/trends/themes.csv?months=6")
    assert f"Medication,{few},fewer than 5,fewer than 5,10,10" in themes
    tenets = await page(service, "ravi.dhillon", "/trends/tenets.csv?months=6")
    assert "Medication,Valley Community NHS Trust,5,fewer than 5,fewer than 5,5" in tenets
    assert "Northfield" not in tenets


async def test_the_months_that_a_reviewer_asks_for_cannot_overlap(service: Running) -> None:
    whole = await page(service, "ravi.dhillon", "/trends/months.csv?months=6")
    for until in ("2026-11", "2026-10", "2026-06"):
        same = await page(service, "ravi.dhillon", f"/trends/months.csv?months=6&until={until}")
        assert same == whole
    before = await page(service, "ravi.dhillon", "/trends/months.csv?months=6&until=2026-05")
    assert "December 2025" in before
    assert "June 2026" not in before


async def test_the_smallest_number_shown_is_a_setting(settings_for: SettingsFor) -> None:
    settings = await settings_for(Settings, small_numbers_below=12)
    async with running(create_app(settings), directory()) as service:
        for each in STORIES:
            await apply([each.report], service.transactions)
        assert "No month has 12 reports or more so far." in await page(
            service, "ravi.dhillon", "/trends"
        )


async def test_filters_in_the_address_choose_what_is_counted(service: Running) -> None:
    one = await page(service, "helen.marsh", "/trends/months.csv?provider=RZ1&months=6")
    assert '"November 2026",0,0,2,2' in one
    none = await page(service, "helen.marsh", "/trends/months.csv?tenet=experience&months=6")
    assert '"November 2026",0,0,0,0' in none
    assert '"June 2026"' + ',"no data"' * 4 in none


async def test_the_csv_has_the_numbers_of_the_page(service: Running) -> None:
    text = await page(service, "helen.marsh", "/trends/tenets.csv")
    assert '"Medication","Valley Community NHS Trust",8,0,0,8' in text
    assert '"Medication","November' not in text
    themes = await page(service, "helen.marsh", "/trends/themes.csv?months=6")
    assert '"Medication"' + ',"no data"' * 5 + ",11,11" in themes


UNUSABLE = ("tenet=fun", "theme=gone", "provider=RZ9", "until=2999-01", "until=x", "months=%00")


async def test_a_filter_that_cannot_be_used_is_named_and_left_out(service: Running) -> None:
    for query in UNUSABLE:
        text = await page(service, "helen.marsh", f"/trends?{query}", 422)
        assert "There is a problem" in text, query
        assert "Safety: 11 reports" in text, query


async def test_an_unknown_theme_has_a_page_that_says_so(service: Running) -> None:
    assert "no such theme" in await page(service, "helen.marsh", "/trends/themes/gone", 404)
    assert "no such theme" in await page(service, "helen.marsh", "/trends/themes/%27%22%00", 404)


async def test_an_empty_database_says_that_there_is_not_enough_data_yet(
    settings_for: SettingsFor,
) -> None:
    async with running(create_app(await settings_for(Settings)), directory()) as service:
        for subject in ("helen.marsh", "amira.patel", "jo.lee", "ravi.dhillon", "max.stone"):
            assert "Not enough data yet" in await page(service, subject, "/trends")
        assert "None: every record" in await page(service, "max.stone", "/operations")


async def test_operations_are_for_operators_and_quality_leads_only(service: Running) -> None:
    await page(service, "amira.patel", "/operations", 403)
    await page(service, "ravi.dhillon", "/operations", 403)
    visitor = await service.visitor()
    assert (await visitor.get("/operations")).headers["location"].startswith("/sign-in")
    assert (await visitor.get("/trends")).headers["location"] == "/sign-in?next=/trends"


async def test_operations_show_health_cases_and_dead_letters_but_no_contents(
    service: Running,
) -> None:
    late = told(40, "Y90001", "RZ1", kind=Kind.EVENT)
    (opened,) = late.case(length=1)
    assert isinstance(opened, CaseOpened)
    letter = DeadLetter(
        occurred_at=NOW,
        consumer="actions",
        origin_topic="insight.reports.v1",
        origin_partition=0,
        origin_offset=7,
        cause=Cause.BAD_VALUE,
        detail="harm: enum",
        record_key=None,
        record_value=b"c2VjcmV0IHdvcmRz",
        record_headers=(),
    )
    await apply([late.report, opened, letter], service.transactions)
    beat = Heartbeat(
        service="intake",
        instance="host:1",
        at=NOW,
        ready=False,
        problems=("Kafka does not answer",),
        counts={"reports_accepted": 15},
    )
    service.app.state.health_board.hear(beat.model_dump_json().encode())
    text = " ".join((await page(service, "max.stone", "/operations")).split())
    assert "Kafka does not answer" in text
    assert "harm: enum" in text
    assert "secret" not in text
    assert "c2VjcmV0" not in text
    assert (
        '<span class="reporting-figure__value">3</span> <span class="reporting-figure__label">difference'
        in text
    )
    assert opened.state is CaseState.OPEN
    lead = await page(service, "helen.marsh", "/operations")
    assert "Kafka does not answer" in lead
    assert '<span class="reporting-figure__value">fewer than 5</span>' in lead
    assert '<span class="reporting-figure__value">15</span>' in lead
    assert '<span class="reporting-figure__value">12</span>' not in lead


async def test_a_service_that_has_fallen_silent_is_down(settings_for: SettingsFor) -> None:
    app = create_app(await settings_for(Settings))
    board = app.state.health_board
    moment = [100.0]
    board.clock = lambda: moment[0]
    beat = Heartbeat(service="actions", instance="host:2", at=NOW, ready=True)
    board.hear(beat.model_dump_json().encode())
    board.hear(b"\xff not a heartbeat")
    board.hear(None)
    (process,) = [each for each in board.processes() if each.service == "actions"]
    assert process.is_well
    moment[0] += timedelta(seconds=30).total_seconds()
    (process,) = [each for each in board.processes() if each.service == "actions"]
    assert process.is_down
    assert {each.service for each in board.processes() if each.is_down} == {
        "intake",
        "classification",
        "actions",
        "notifications",
        "reporting",
    }
