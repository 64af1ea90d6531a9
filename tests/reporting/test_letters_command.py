"""`insight dead-letters` in the test's own process: what it is asked wrongly, and how it decides about many."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import create_async_engine
from typer.testing import CliRunner

from deploy.cli.dead_letters.command import app
from deploy.cli.dead_letters.desk import Desk
from services.reporting import use_cases
from services.reporting.domain.letters import ALL, LetterState, Selection
from services.reporting.tables import dead_letter_fact
from services.reporting.use_cases import letters
from shared.contracts.operations import Cause, Decision
from shared.platform.audit import Author, AuthorKind, RecordKind
from shared.platform.transaction import Transactions
from tests.conftest import DatabaseUrl
from tests.reporting.support import apply
from tests.support.entries import entries
from tests.support.letters import set_aside


@pytest.mark.parametrize(
    "asked",
    [
        ["discard", "--all"],
        ["discard", "--all", "--reason", " "],
        ["discard", "--all", "--reason", "x" * 501],
        ["replay"],
        ["replay", "nothing"],
        ["replay", "--all", "--cause", "rule"],
        ["replay", "--cause", "boredom"],
        ["show", "nothing"],
        ["list", "--service", "nobody"],
    ],
    ids=" ".join,
)
def test_what_is_asked_wrongly_decides_nothing(asked: list[str]) -> None:
    """Nor does it ask a database, which there is not here."""
    assert CliRunner().invoke(app, asked).exit_code == 2


@pytest.fixture
async def transactions(database_url: DatabaseUrl) -> AsyncIterator[Transactions]:
    engine = create_async_engine(await database_url("reporting"))
    yield Transactions(engine, source="reporting")
    await engine.dispose()


@pytest.fixture
def desk(transactions: Transactions) -> Desk:
    return Desk(transactions, Author(AuthorKind.COMMAND, "Max Stone"))


@pytest.mark.integration
async def test_all_letters_that_wait_are_decided_about_once_in_parts(
    transactions: Transactions, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "DECIDED_AT_ONCE", 3)
    told = [set_aside(number=number) for number in range(8)]
    await apply(told, transactions)
    seen = []
    found = await desk.decide([ALL], Decision.REPLAY, "why", lambda *far: seen.append(far))
    assert found.letters == 8
    assert seen[0] == (0, 8)
    assert seen[-1] == (8, 8)
    again = await desk.decide([ALL], Decision.DISCARD, "why")
    assert again.letters == 0
    written = await entries(transactions, RecordKind.DEAD_LETTER)
    assert [one.record_id for one in written] == [str(one.event_id) for one in told]
    assert {one.who for one in written} == {("Max Stone", None)}
    undone = await desk.outcomes(found, patience=0)
    assert undone.not_done == 8


@pytest.mark.integration
async def test_what_is_refused_again_meanwhile_is_not_decided_about_for_ever(
    transactions: Transactions, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "DECIDED_AT_ONCE", 2)
    await apply([set_aside(number=number) for number in range(5)], transactions)
    at_once = use_cases.decide_about_letters

    async def refused_at_once(*asked: object) -> object:
        decided = await at_once(*asked)  # type: ignore[arg-type]
        await asked[3].connection.execute(  # type: ignore[attr-defined]
            update(dead_letter_fact).values(state=LetterState.WAITING, tries=1)
        )
        return decided

    monkeypatch.setattr("deploy.cli.dead_letters.desk.decide_about_letters", refused_at_once)
    found = await desk.decide([ALL], Decision.REPLAY, "")
    assert found.letters == 5
    assert len(found.decisions) == 3


@pytest.mark.integration
async def test_a_selection_is_by_letter_group_cause_and_service(
    transactions: Transactions, desk: Desk
) -> None:
    one, other = set_aside(), set_aside("no", cause=Cause.RULE, consumer="actions")
    await apply([one, other], transactions)
    assert len(await desk.groups(ALL, 9)) == 2
    for selection in (
        Selection(ids=(other.event_id,)),
        Selection(cause=Cause.RULE),
        Selection(consumer="actions"),
        Selection(group=(await desk.groups(Selection(cause=Cause.RULE), 9))[0].group),
    ):
        assert [each.letter_id for each in await desk.letters(selection, 9)] == [other.event_id]
    assert await desk.letters(Selection(cause=Cause.RULE, consumer="nobody"), 9) == []
