"""A verdict is agreed with, or corrected in one thing, by one press of a button."""

from dataclasses import replace

import pytest

from services.classification import domain
from services.classification.domain import ChosenFrom
from services.classification.model.versions import SHIPPED
from services.classification.pages.offers import offers_on
from services.classification.repository import StoredReport
from shared.contracts.reports import Kind
from shared.contracts.themes import DecidedBy
from shared.platform.audit import RecordKind
from tests.classification.newest import text_near_a_theme
from tests.classification.people import RUDE, classified, decide, history, press
from tests.support.apps import Running
from tests.support.entries import entries
from tests.support.reports import report

pytestmark = pytest.mark.integration

TWO = "The ward clerk was rude. Wrong dose of warfarin was prescribed."


async def test_a_theme_is_taken_out_with_a_reason_and_the_others_stay(pages: Running) -> None:
    submitted = report(text=TWO)
    await classified(pages, submitted)
    [before] = await history(pages, submitted)
    assert len(before.themes) == 2
    helen = await pages.sign_in("helen.marsh")
    page = await helen.get(f"/verdicts/{submitted.reference}")
    gone = before.themes[0]
    answer = await press(helen, page, f"Not about this ({domain.title_of(gone)})")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/verdicts/{submitted.reference}?corrected",
    )
    after, _ = await history(pages, submitted)
    assert domain.keys_of(after) == domain.keys_of(before) - {domain.key_of(gone)}
    assert (after.revision, after.decided_by, after.tenet) == (2, DecidedBy.PERSON, before.tenet)
    assert after.themes[0].evidence
    assert after.reason == (
        f"Not about \u201c{domain.title_of(gone)}\u201d: the words mean something else"
    )
    *_, told = await entries(pages.transactions, RecordKind.VERDICT, submitted.report_id)
    assert (told.step, told.who) == ("corrected", ("Helen Marsh", "Q9A"))


async def test_each_reason_that_is_offered_is_kept_in_words(pages: Running) -> None:
    reports = [report(number, text=RUDE) for number in range(len(domain.REASONS))]
    await classified(pages, *reports)
    helen = await pages.sign_in("helen.marsh")
    for submitted, (because, words) in zip(reports, domain.REASONS.items(), strict=True):
        page = await helen.get(f"/verdicts/{submitted.reference}")
        assert f'<option value="{because}">{words}' in page.text
        values = {"revision": "1", "theme": "staff-attitude", "because": because}
        assert (
            await helen.post(f"/verdicts/{submitted.reference}/not-about", values)
        ).status_code == 303
        after, _ = await history(pages, submitted)
        assert after.themes == ()
        assert words[1:] in (after.reason or "")


async def test_what_the_model_considered_is_offered_and_added(pages: Running) -> None:
    submitted = report(text=text_near_a_theme(), service="surgery")
    await classified(pages, submitted)
    [before] = await history(pages, submitted)
    helen = await pages.sign_in("helen.marsh")
    page = await helen.get(f"/verdicts/{submitted.reference}")
    near, *_ = SHIPPED.load(SHIPPED.newest(Kind.EVENT).name).considered(submitted.text)
    answer = await press(helen, page, f"Add {domain.title_of(near)}")
    assert answer.status_code == 303
    after, _ = await history(pages, submitted)
    assert domain.keys_of(after) == domain.keys_of(before) | {domain.key_of(near)}
    assert domain.title_of(near) in (after.reason or "")
    page = await helen.get(f"/verdicts/{submitted.reference}")
    assert f'Add<span class="nhsuk-u-visually-hidden"> {domain.title_of(near)}' not in page.text


async def test_any_other_theme_of_the_list_can_be_added(pages: Running) -> None:
    submitted = report(text=RUDE)
    await classified(pages, submitted)
    helen = await pages.sign_in("helen.marsh")
    page = await helen.get(f"/verdicts/{submitted.reference}")
    answer = await press(helen, page, "Add this theme")
    assert answer.status_code == 303
    after, before = await history(pages, submitted)
    assert len(domain.keys_of(after) - domain.keys_of(before)) == 1


async def test_agreeing_with_all_changes_nothing_but_who_decided(pages: Running) -> None:
    submitted = report(text=TWO)
    await classified(pages, submitted)
    helen = await pages.sign_in("helen.marsh")
    page = await helen.get(f"/verdicts/{submitted.reference}?from=sample")
    assert (await press(helen, page, "Agree with all")).status_code == 303
    after, before = await history(pages, submitted)
    assert domain.agrees(before, domain.keys_of(after), after.tenet)
    assert (after.decided_by, after.chosen_from) == (DecidedBy.PERSON, ChosenFrom.SAMPLE)
    again = (await helen.get(f"/verdicts/{submitted.reference}")).text
    assert "/agree" not in again
    assert "/not-about" in again  # who decided may still have been wrong


async def test_in_the_queue_one_press_agrees_and_leads_back_to_the_same_page_of_it(
    pages: Running,
) -> None:
    reports = [report(number, kind=Kind.FEEDBACK, text="zzz") for number in range(22)]
    await classified(pages, *reports)
    helen = await pages.sign_in("helen.marsh")
    queue = await helen.get("/verdicts?kind=feedback&show=sample&page=2")
    reference = next(
        each.reference for each in reports if f"themes of {each.reference}" in queue.text
    )
    answer = await press(helen, queue, f"Agree with the themes of {reference}")
    assert answer.status_code == 303
    assert answer.headers["location"] == (
        f"/verdicts?kind=feedback&show=sample&page=2&agreed={reference}"
    )
    back = await helen.get(answer.headers["location"])
    assert f"Your decision on {reference} is kept" in back.text
    assert back.text.count("nhsuk-table__row") == 1
    [decided] = [each for each in reports if each.reference == reference]
    after, _ = await history(pages, decided)
    assert after.chosen_from is ChosenFrom.SAMPLE


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example", "/verdicts.example", "/cases"]
)
async def test_agreeing_leads_nowhere_but_to_the_queue_or_the_verdict(
    pages: Running, back: str
) -> None:
    submitted = report(text=RUDE)
    await classified(pages, submitted)
    helen = await pages.sign_in("helen.marsh")
    answer = await helen.post(
        f"/verdicts/{submitted.reference}/agree", {"revision": "1", "back": back}
    )
    assert answer.headers["location"] == f"/verdicts/{submitted.reference}?corrected"


async def test_who_saw_an_older_verdict_is_told_to_look_again_and_changes_nothing(
    pages: Running,
) -> None:
    submitted = report(text=TWO)
    await classified(pages, submitted)
    helen = await pages.sign_in("helen.marsh")
    page = await helen.get(f"/verdicts/{submitted.reference}")
    await decide(pages, submitted, "communication", by="omar.reid")
    for button in ("Agree with all", "Not about this (Staff attitude)", "Add this theme"):
        answer = await press(helen, page, button)
        assert answer.status_code == 409
        assert "Somebody else decided on this report" in answer.text
    assert len(await history(pages, submitted)) == 2


async def test_what_no_page_of_ours_sends_is_refused(pages: Running) -> None:
    submitted = report(text=RUDE)
    await classified(pages, submitted)
    helen = await pages.sign_in("helen.marsh")
    seen = {"revision": "1"}
    for path, values in (
        ("agree", {}),
        ("agree", {"revision": "first"}),
        ("not-about", seen),
        ("not-about", seen | {"theme": "medications", "because": "in-passing"}),
        ("not-about", seen | {"theme": "staff-attitude", "because": "I say so"}),
        ("about", seen | {"theme": "general/parking"}),
    ):
        answer = await helen.post(f"/verdicts/{submitted.reference}/{path}", values)
        assert (path, answer.status_code) == (path, 422)
    assert len(await history(pages, submitted)) == 1


async def test_only_a_quality_lead_of_the_area_has_the_buttons_and_may_press_them(
    pages: Running,
) -> None:
    ours, theirs = report(1, text=RUDE), report(2, text=RUDE, reporter="Y11111", provider="RX9")
    await classified(pages, ours, theirs)
    values = {"revision": "1", "theme": "staff-attitude", "because": "in-passing"}
    for subject, submitted, status in (
        ("amira.patel", ours, 403),
        ("jo.lee", ours, 403),
        ("max.stone", ours, 403),
        ("helen.marsh", theirs, 404),
    ):
        person = await pages.sign_in(subject)
        for path in ("agree", "not-about", "about"):
            answer = await person.post(f"/verdicts/{submitted.reference}/{path}", values)
            assert (subject, answer.status_code) == (subject, status)
    amira = await pages.sign_in("amira.patel")
    page = (await amira.get(f"/verdicts/{ours.reference}")).text
    assert "<form" not in page.partition("<main")[2]
    assert len(await history(pages, ours)) == len(await history(pages, theirs)) == 1


async def test_the_full_form_knows_where_somebody_came_from(pages: Running) -> None:
    submitted = report(text=RUDE)
    await classified(pages, submitted)
    helen = await pages.sign_in("helen.marsh")
    page = (await helen.get(f"/verdicts/{submitted.reference}?from=sample")).text
    assert f"/verdicts/{submitted.reference}/correct?from=sample" in page
    form = (await helen.get(f"/verdicts/{submitted.reference}/correct?from=sample")).text
    assert 'name="chosen_from" value="sample"' in form
    nonsense = await helen.get(f"/verdicts/{submitted.reference}/correct?from=nowhere")
    assert 'name="chosen_from" value="other"' in nonsense.text


def test_the_model_that_gave_the_verdict_is_asked_again_and_the_newest_where_it_has_gone() -> None:
    """Without a database: the version is told by the verdict."""
    submitted = report(text=text_near_a_theme())
    version = SHIPPED.newest(Kind.EVENT)
    classifier = SHIPPED.load(version.name)
    current = domain.first_decision(classifier.classify(submitted.text), submitted.occurred_at)
    stored = StoredReport(
        submitted.report_id,
        submitted.reference,
        submitted.kind,
        submitted.reporter,
        submitted.provider,
        submitted.happened_on,
        submitted.service,
        submitted.harm,
        submitted.question,
        submitted.text,
        1,
    )
    offered = offers_on(stored, current, classifier.taxonomy, SHIPPED)
    assert list(offered.considered) == list(classifier.considered(submitted.text))
    unknown = offers_on(stored, replace(current, model_version="x"), classifier.taxonomy, SHIPPED)
    assert unknown == offered
    offered_keys = {key for key, _ in offered.others} | {
        domain.key_of(each) for each in offered.considered
    }
    every = {key for key, _ in domain.choices(classifier.taxonomy)}
    assert offered_keys == every - domain.keys_of(current)
