"""What was typed is not lost: drafts of forms, kept when the session ends and when somebody asks, on a real database."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from services.intake.app import create_app
from services.intake.settings import Settings
from services.intake.tables import report as reports
from shared.contracts.sessions import SessionEnded
from shared.platform.transaction import Transactions
from shared.sessions.use_cases import record_endings
from shared.web import session
from shared.web.drafts import repository
from shared.web.drafts.content import LARGEST, Place
from shared.web.drafts.pruning import Pruning
from shared.web.drafts.tables import draft as drafts
from shared.web.settings import WebSettings
from tests.conftest import DatabaseUrl
from tests.intake.samples import FORM
from tests.intake.test_form import text_of
from tests.support.apps import CSRF_TOKEN, IDLE, TOO_LONG, Age, Running, bearing, content_of
from tests.support.directory import directory
from tests.support.settings import settings_of
from tests.support.waiting import eventually

WEB = WebSettings()
MINUTE = timedelta(minutes=1)
WORDS = "She waited nine days. Ring 0161 496 0123 <b>about</b> it."
TYPED = {**FORM, "text": WORDS}
AMIRA = Place("amira.patel", "Y90001", "/report")
"""Her draft's place."""

pytestmark = pytest.mark.integration


@pytest.fixture
async def intake(database_url: DatabaseUrl) -> AsyncIterator[Running]:
    """The pages on their real database, with nothing running behind them."""
    settings = settings_of(Settings, database_url=await database_url("intake"))
    async with AsyncExitStack() as stack:
        service = Running(create_app(settings), stack)
        await service.seed(directory())
        yield service
    await service.runtime.engine.dispose()


async def places(intake: Running) -> list[Place]:
    async with intake.transactions.read() as connection:
        rows = await connection.execute(
            select(drafts.c.subject, drafts.c.organisation, drafts.c.form).order_by(drafts.c.form)
        )
        return [Place(*row) for row in rows]


async def sent_reports(intake: Running) -> int:
    async with intake.transactions.read() as connection:
        return int(
            (await connection.execute(select(func.count()).select_from(reports))).scalar_one()
        )


@pytest.mark.parametrize("age", [IDLE, TOO_LONG], ids=["idle", "at the hard limit"])
async def test_a_form_sent_after_the_session_ended_comes_back_filled_and_can_be_sent(
    intake: Running, age: Age
) -> None:
    late = await intake.sign_in("amira.patel", age=age)
    refused = await late.post("/report", TYPED)
    assert refused.status_code == 303
    assert refused.headers["location"] == "/sign-in?next=/report"
    assert await sent_reports(intake) == 0

    amira = await intake.sign_in("amira.patel")
    page = await amira.get("/report")
    assert "We kept what you had typed" in text_of(page.text)
    assert "She waited nine days. Ring 0161 496 0123 &lt;b&gt;about&lt;/b&gt; it." in page.text
    assert f'value="{FORM["submission"]}"' in page.text
    assert 'value="20"' in page.text  # the day

    assert (await amira.post("/report", TYPED)).status_code == 303
    assert await sent_reports(intake) == 1
    assert await places(intake) == []
    assert "We kept" not in (await amira.get("/report")).text


@pytest.mark.parametrize(
    ("subject", "organisation"), [("tom.bright", "Y90002"), ("dana.cole", "Y90003")]
)
async def test_nobody_else_sees_it_not_even_the_same_person_for_another_organisation(
    intake: Running, subject: str, organisation: str
) -> None:
    late = await intake.sign_in("dana.cole", "Y90002", IDLE)
    assert (await late.post("/report", TYPED)).status_code == 303
    other = await intake.sign_in(subject, organisation)
    for address in ("/report", "/reports"):
        page = await other.get(address)
        assert page.status_code == 200
        assert "She waited" not in page.text
        assert "Not sent yet" not in page.text
    await other.post("/report", {"draft": "discard", "draft_then": "/reports"})
    dana = await intake.sign_in("dana.cole", "Y90002")
    assert "She waited nine days" in (await dana.get("/report")).text


async def test_a_newer_draft_takes_the_place_of_the_older_one(intake: Running) -> None:
    for words in ("The first words", "The second words"):
        late = await intake.sign_in("amira.patel", age=IDLE)
        await late.post("/report", {**TYPED, "text": words})
    amira = await intake.sign_in("amira.patel")
    page = (await amira.get("/report")).text
    assert "The second words" in page
    assert "The first words" not in page
    assert await places(intake) == [AMIRA]


async def test_what_is_kept_can_be_read_neither_in_the_table_nor_in_the_log_nor_from_another_place(
    intake: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    late = await intake.sign_in("amira.patel", age=IDLE)
    await late.post("/report", {**TYPED, "new_password": "swordfish"})
    async with intake.transactions.begin() as tx:
        content = (await tx.connection.execute(select(drafts.c.content))).scalar_one()
        assert b"waited" not in content
        unlocked = intake.app.state.drafts.cipher.unlock(AMIRA, content)
        assert unlocked.first("text") == WORDS
        assert unlocked.first("new_password") == ""
        assert unlocked.first(session.CSRF) == ""
        moved = {"subject": "tom.bright", "organisation": "Y90002"}
        await tx.connection.execute(update(drafts).values(moved))
    tom = await intake.sign_in("tom.bright")
    page = await tom.get("/report")
    assert page.status_code == 200
    assert "She waited" not in page.text
    assert caplog.records
    assert "waited" not in caplog.text


async def test_a_draft_that_another_key_has_locked_is_no_draft(
    intake: Running, database_url: DatabaseUrl
) -> None:
    amira = await intake.sign_in("amira.patel")
    await amira.post("/report", {**TYPED, "draft": "save", "draft_then": "/reports"})
    async with intake.transactions.begin() as tx:
        await tx.connection.execute(update(drafts).values(content=b"gAAAAABother"))
    page = await amira.get("/report")
    assert page.status_code == 200
    assert "We kept" not in page.text
    assert (await amira.post("/report", TYPED)).status_code == 303
    assert await places(intake) == []


@pytest.mark.parametrize(
    "age",
    [
        Age(began=WEB.remembered + MINUTE, seen=WEB.remembered + MINUTE),
        Age(began=timedelta(days=400), seen=timedelta(days=400)),
    ],
)
async def test_a_session_that_ended_long_ago_keeps_nothing_but_gives_the_words_back(
    intake: Running, age: Age
) -> None:
    late = await intake.sign_in("amira.patel", age=age)
    refused = await late.post("/report", TYPED)
    assert refused.status_code == 403
    assert "You have been signed out" in refused.text
    assert "She waited nine days" in refused.text
    assert 'href="/sign-in?next=/report"' in refused.text
    assert await places(intake) == []


@pytest.mark.parametrize(
    ("values", "headers"),
    [
        ({session.CSRF: "another token"}, {}),
        ({session.CSRF: ""}, {}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Origin": "https://elsewhere.example"}),
    ],
)
async def test_an_ended_session_keeps_only_what_one_of_its_own_forms_has_sent(
    intake: Running, values: dict[str, str], headers: dict[str, str]
) -> None:
    late = await intake.sign_in("amira.patel", age=IDLE)
    content = {session.CSRF: CSRF_TOKEN, **TYPED, **values}
    refused = await late.client.post("/report", data=content, headers=headers)
    assert refused.status_code == 403
    assert await places(intake) == []


async def test_a_session_that_was_signed_out_keeps_nothing_even_once_it_is_past_its_limits(
    intake: Running,
) -> None:
    late = await intake.sign_in("amira.patel", age=IDLE)
    copy = late.cookie
    (handle,) = session.handles(content_of(copy))
    await late.get("/reports")
    assert session.ended_in(content_of(late.cookie)) is not None
    async with intake.transactions.begin() as tx:
        await record_endings([SessionEnded(occurred_at=tx.now, handle=handle)], tx)
    for cookie in (copy, late.cookie):
        stolen = bearing(await intake.visitor(), cookie)
        refused = await stolen.post("/report", TYPED)
        assert refused.status_code == 403
        assert "What you sent was not kept" in text_of(refused.text)
    assert await places(intake) == []


async def test_somebody_removed_from_the_directory_keeps_nothing(intake: Running) -> None:
    late = await intake.sign_in("amira.patel", age=IDLE)
    elm_road = next(each for each in directory() if each.code == "Y90001")
    await intake.seed([elm_road.model_copy(update={"members": (), "revision": 2})])
    assert (await late.post("/report", TYPED)).status_code == 403
    assert await places(intake) == []


async def test_more_than_is_kept_is_given_back(intake: Running) -> None:
    late = await intake.sign_in("amira.patel", age=IDLE)
    refused = await late.post("/report", {**TYPED, "text": "so much " * (LARGEST // 8)})
    assert refused.status_code == 403
    assert "so much so much" in refused.text
    amira = await intake.sign_in("amira.patel")
    too_much = {**TYPED, "text": "x" * LARGEST, "draft": "save"}
    assert (await amira.post("/report", too_much)).status_code == 413
    assert await places(intake) == []


async def test_nul_and_bytes_that_are_no_text_do_not_stop_a_draft(intake: Running) -> None:
    late = await intake.sign_in("amira.patel", age=IDLE)
    body = f"{session.CSRF}={CSRF_TOKEN.replace(' ', '+')}&text=She%00+waited%FF".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    kept = await late.client.post("/report", content=body, headers=headers)
    assert kept.status_code == 303
    amira = await intake.sign_in("amira.patel")
    assert "She waited" in (await amira.get("/report")).text


async def test_signing_in_again_as_the_same_person_lets_open_forms_be_sent(
    intake: Running,
) -> None:
    for subject, token in (("amira.patel", CSRF_TOKEN), ("tom.bright", None)):
        late = await intake.sign_in("amira.patel", age=IDLE)
        await late.get("/reports")
        content = content_of(late.cookie)
        session.begin(content, subject, "Somebody", handles=["a" * 32], signed_in_at=0)
        assert content.get(session.CSRF) == token
        assert (content.get(session.ORGANISATION) == "Y90001") is (token is not None)
        assert session.ENDED not in content


async def test_signing_out_of_an_ended_session_forgets_who_it_was(intake: Running) -> None:
    late = await intake.sign_in("amira.patel", age=IDLE)
    left = await late.post("/sign-out")
    assert (left.status_code, left.headers["location"]) == (303, "/sign-out")
    assert (await late.post("/report", TYPED)).status_code == 403
    assert await places(intake) == []


async def test_a_report_saved_for_later_is_found_in_my_reports_and_finished(
    intake: Running,
) -> None:
    amira = await intake.sign_in("amira.patel")
    half = {"submission": FORM["submission"], "text": "Half of it", "happened_on[day]": "40"}
    saved = await amira.post("/report", {**half, "draft": "save", "draft_then": "/reports"})
    assert (saved.status_code, saved.headers["location"]) == (303, "/reports")
    mine = await amira.get("/reports")
    assert "Not sent yet" in text_of(mine.text)
    assert 'href="/report"' in mine.text
    page = await amira.get("/report")
    assert "Half of it" in page.text
    assert 'value="40"' in page.text
    assert "There is a problem" not in page.text
    await amira.post("/report", {**TYPED, "draft_then": "/reports"})
    assert "Not sent yet" not in (await amira.get("/reports")).text


async def test_a_draft_is_deleted_when_asked_and_leads_back_to_pages_of_ours_only(
    intake: Running,
) -> None:
    amira = await intake.sign_in("amira.patel")
    for then, leads_to in (("/reports", "/reports"), ("//elsewhere.example", "/"), ("", "/")):
        await amira.post("/report", {**TYPED, "draft": "save", "draft_then": "/reports"})
        assert await places(intake) == [AMIRA]
        gone = await amira.post("/report", {"draft": "discard", "draft_then": then})
        assert (gone.status_code, gone.headers["location"]) == (303, leads_to)
        assert await places(intake) == []
    assert await sent_reports(intake) == 0


async def test_sending_another_report_leaves_the_draft_of_this_one(intake: Running) -> None:
    amira = await intake.sign_in("amira.patel")
    await amira.post("/report", {**TYPED, "draft": "save", "draft_then": "/reports"})
    other = {**FORM, "submission": "3f0d2f6e-5a55-4f37-9b1c-0d5a2f9a2222", "text": "Another one"}
    assert (await amira.post("/report", other)).status_code == 303
    assert "She waited nine days" in (await amira.get("/report")).text


async def test_a_draft_nobody_came_back_for_is_not_shown_and_deleted(intake: Running) -> None:
    amira = await intake.sign_in("amira.patel")
    await amira.post("/report", {**TYPED, "draft": "save", "draft_then": "/reports"})
    await _age_drafts(intake.transactions, WEB.drafts - MINUTE)
    async with intake.transactions.begin() as tx:
        assert await repository.remove_older_than(tx.connection, WEB.drafts) == 0
    await _age_drafts(intake.transactions, 2 * MINUTE)
    for address in ("/report", "/reports"):
        assert "Not sent yet" not in (await amira.get(address)).text
    assert await places(intake) == [AMIRA]

    async def is_gone() -> bool:
        return await places(intake) == []

    (worker,) = [each for each in intake.runtime._workers if isinstance(each, Pruning)]
    pruning = asyncio.create_task(worker.run(intake.transactions))
    await eventually(is_gone)
    pruning.cancel()


async def _age_drafts(transactions: Transactions, by: timedelta) -> None:
    async with transactions.begin() as tx:
        await tx.connection.execute(update(drafts).values(saved_at=drafts.c.saved_at - by))


async def test_the_oldest_of_too_many_drafts_make_room(intake: Running) -> None:
    for number in range(repository.MOST + 2):
        async with intake.transactions.begin() as tx:
            place = replace(AMIRA, form=f"/cases/{number:03}")
            await repository.save(tx.connection, place, b"locked")
            await repository.save(tx.connection, replace(place, subject="tom.bright"), b"locked")
    kept = [each.form for each in await places(intake) if each.subject == AMIRA.subject]
    assert kept == [f"/cases/{number:03}" for number in range(2, repository.MOST + 2)]
