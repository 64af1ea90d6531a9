"""About a report that was withdrawn nobody is told anything more, from whichever side the next mail would have come."""

import pytest

from services.notifications import use_cases
from services.notifications.domain import PutOff, Status
from shared.contracts.cases import CaseClosed, CaseFact, CaseOpened, CaseOverdue, ClosedBecause
from shared.platform.audit import RecordKind
from tests.notifications.office import Office
from tests.notifications.postbox import Postbox
from tests.notifications.samples import (
    PROVIDER,
    PROVIDER_CONTACT,
    facts_of_a_case,
    opened_case,
    organisation,
)
from tests.support.entries import entries, steps

pytestmark = pytest.mark.integration


def closed(fact: CaseFact, because: ClosedBecause = ClosedBecause.WITHDRAWN) -> CaseClosed:
    kept = {"occurred_at", "report_id", "reference", "reporter", "provider"}
    return CaseClosed(revision=9, because=because, **fact.model_dump(include=kept))


async def test_an_alert_that_has_not_left_is_not_sent(office: Office, postbox: Postbox) -> None:
    withdrawn, other = opened_case(), opened_case(reference="IN-7K3Q-93")
    await office.tell(withdrawn, other)
    await office.tell_closed(closed(withdrawn))
    await office.deliver()
    [mail] = postbox.received
    assert "IN-7K3Q-93" in mail.message["Subject"]
    assert await office.statuses() == [Status.SENT]
    *_, left_out, _ = await entries(office.transactions, RecordKind.MESSAGE)
    assert (left_out.step, left_out.before) == ("left out", {"state": "pending"})


async def test_what_has_left_has_and_nothing_follows_it(office: Office, postbox: Postbox) -> None:
    facts = facts_of_a_case()
    await office.tell(facts[CaseOpened])
    await office.deliver()
    await office.tell_closed(closed(facts[CaseOpened]))
    await office.tell(facts[CaseOverdue])  # set aside before, and replayed
    await office.deliver()
    assert postbox.addresses == [PROVIDER_CONTACT]
    assert await office.statuses() == [Status.SENT]


async def test_a_case_that_was_closed_otherwise_is_told_of_as_ever(
    office: Office, postbox: Postbox
) -> None:
    fact = opened_case()
    await office.tell(fact)
    await office.tell_closed(closed(fact, ClosedBecause.CONFIRMED))
    await office.deliver()
    assert postbox.addresses == [PROVIDER_CONTACT]


async def test_what_waits_for_a_contact_waits_no_more(office: Office, postbox: Postbox) -> None:
    await office.know(organisation(PROVIDER))
    fact = opened_case()
    await office.tell(fact)
    assert await office.statuses() == [Status.HELD]
    await office.tell_closed(closed(fact))
    assert await office.statuses() == []
    assert await steps(office.transactions, RecordKind.MESSAGE) == ["added", "left out"]
    await office.know(organisation(PROVIDER, PROVIDER_CONTACT, revision=3))
    await office.deliver()
    assert postbox.received == []


async def test_a_mail_in_hand_at_the_withdrawal_and_then_put_off_is_not_tried_again(
    office: Office, postbox: Postbox
) -> None:
    fact = opened_case()
    await office.tell(fact)
    async with office.transactions.begin() as tx:
        batch = await use_cases.claim(tx, 10)
    async with office.transactions.begin() as tx:
        await use_cases.begin_sending(batch, tx)
    await office.tell_closed(closed(fact))
    assert await office.statuses() == [Status.SENDING]
    async with office.transactions.begin() as tx:
        await use_cases.record_outcomes([(batch.messages[0], PutOff(450), None)], tx)
    await office.all_due()
    await office.deliver()
    assert postbox.received == []
    assert await office.statuses() == []
