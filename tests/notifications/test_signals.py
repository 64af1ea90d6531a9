"""Signals become mails: a joint safety signal at once, all others in the day's digest, each one once."""

from datetime import UTC, date, datetime, time
from uuid import uuid4

import pytest

from services.notifications.domain import SignalMail, Status, Told, changes_in, next_digest
from shared.contracts.directory import OrganisationStatus
from shared.contracts.messages import MessageState
from shared.contracts.reports import Tenet
from shared.contracts.signals import Bearing, Movement, PointOf, SignalRule
from shared.platform.audit import RecordKind
from tests.notifications.office import Office
from tests.notifications.postbox import Postbox
from tests.notifications.samples import (
    COMMISSIONER,
    COMMISSIONER_CONTACT,
    PROVIDER,
    again,
    joint,
    organisation,
    raised,
    withdrawn,
)
from tests.support.entries import entries

pytestmark = pytest.mark.integration

SAFETY_TOO = (Tenet.EFFECTIVENESS, Tenet.SAFETY)


async def test_a_joint_safety_signal_is_mailed_at_once_and_only_once(
    office: Office, postbox: Postbox
) -> None:
    fact = joint(*SAFETY_TOO)
    await office.tell_signals(fact)
    await office.tell_signals(fact, again(withdrawn(fact)))
    assert await office.deliver() == 1
    assert await office.digests_due() == []
    [mail] = postbox.received
    assert mail.address == COMMISSIONER_CONTACT
    assert "Discharge summaries, Northfield Acute NHS Trust" in mail.text
    assert "Effectiveness and safety: worse together in June 2026" in mail.text
    assert await office.settled() == []
    added, _ = await entries(office.transactions, RecordKind.MESSAGE)
    assert added.after == {
        "state": MessageState.PENDING,
        "kind": SignalMail.JOINT_SAFETY,
        "recipient": COMMISSIONER,
        "address": "q***@insight.example",
    }


async def test_one_theme_and_provider_is_told_of_in_one_mail(
    office: Office, postbox: Postbox
) -> None:
    series = uuid4()
    earlier = joint(*SAFETY_TOO, series_id=series, point=date(2026, 5, 1), since=date(2026, 5, 1))
    later = joint(*SAFETY_TOO, series_id=series, since=date(2026, 5, 1))
    await office.tell_signals(later, earlier, joint(*SAFETY_TOO, provider="RZ2"))
    await office.deliver()
    assert len(postbox.received) == 2
    assert [mail.text.count("worse together") for mail in postbox.received] == [1, 1]


async def test_other_signals_wait_for_the_digest_of_the_day(
    office: Office, postbox: Postbox
) -> None:
    await office.tell_signals(
        raised(),
        joint(Tenet.EXPERIENCE, Tenet.EFFECTIVENESS),
        raised(theme="referrals", title="Referrals", movement=Movement.FALLING),
    )
    assert await office.deliver() == 0
    [due_at] = await office.digests_due()
    local = due_at.astimezone(next_digest(due_at, time(7, 30)).tzinfo)
    assert (local.hour, local.minute) == (7, 30)
    await office.tell_signals(raised(tenets=(Tenet.SAFETY,)))
    assert await office.digests_due() == [due_at]
    assert await office.send_digest() == 1
    await office.deliver()
    [mail] = postbox.received
    assert mail.message["Subject"] == "Insight: 3 changes in what is reported"
    await office.tell_signals(raised())
    await office.send_digest()
    await office.deliver()
    assert len(postbox.received) == 2


async def test_what_was_withdrawn_before_the_digest_is_not_in_it(
    office: Office, postbox: Postbox
) -> None:
    gone, stays = raised(theme="referrals", title="Referrals"), raised()
    await office.tell_signals(gone, stays)
    await office.tell_signals(withdrawn(gone))
    await office.send_digest()
    await office.deliver()
    [mail] = postbox.received
    assert "Discharge summaries" in mail.text
    assert "Referrals" not in mail.text
    other = raised()
    await office.tell_signals(other)
    await office.tell_signals(withdrawn(other))
    assert await office.send_digest() == 1
    assert await office.deliver() == 0


async def test_a_fact_that_comes_late_changes_nothing(office: Office, postbox: Postbox) -> None:
    fact = raised()
    await office.tell_signals(withdrawn(fact))
    await office.tell_signals(fact)
    assert await office.send_digest() == 0
    assert await office.deliver() == 0


async def test_nobody_is_mailed_about_all_areas_together(office: Office) -> None:
    await office.tell_signals(raised(area=None))
    await office.tell_signals(joint(*SAFETY_TOO, area=None))
    assert await office.digests_due() == []
    assert await office.log() == []


async def test_the_commissioner_that_took_over_is_told(office: Office, postbox: Postbox) -> None:
    board = organisation(COMMISSIONER).model_copy(
        update={"code": "QX1", "contacts": ("board@qx1.example",)}
    )
    closed = {"status": OrganisationStatus.CLOSED, "successor": "QX1"}
    await office.know(board, organisation(COMMISSIONER).model_copy(update=closed))
    await office.tell_signals(joint(*SAFETY_TOO))
    await office.deliver()
    assert postbox.addresses == ["board@qx1.example"]


async def test_without_a_contact_the_mail_is_held_until_there_is_one_and_tells_the_same(
    office: Office, postbox: Postbox
) -> None:
    await office.know(organisation(COMMISSIONER))
    await office.tell_signals(raised())
    await office.send_digest()
    assert await office.statuses() == [Status.HELD]
    await office.know(organisation(COMMISSIONER, "lead@q9a.example", revision=3))
    await office.watch()
    await office.deliver()
    [mail] = postbox.received
    assert mail.address == "lead@q9a.example"
    assert "higher than expected from January to June 2026" in mail.text


async def test_a_refused_mail_about_signals_ends_without_a_fact(
    office: Office, postbox: Postbox
) -> None:
    postbox.answer_address = lambda _: "550 unknown"
    await office.tell_signals(joint(*SAFETY_TOO))
    await office.know(organisation(COMMISSIONER, "no address", revision=3))
    await office.tell_signals(joint(*SAFETY_TOO, provider="RZ2"))
    await office.deliver()
    assert await office.statuses() == [Status.FAILED, Status.FAILED]
    assert await office.settled() == []


@pytest.mark.parametrize(
    ("now", "due_at"),
    [
        (datetime(2026, 11, 23, 7, 29, tzinfo=UTC), datetime(2026, 11, 23, 7, 30, tzinfo=UTC)),
        (datetime(2026, 11, 23, 7, 30, tzinfo=UTC), datetime(2026, 11, 24, 7, 30, tzinfo=UTC)),
        # Clocks go forward on 29 March 2026, and back on 25 October.
        (datetime(2026, 3, 28, 8, 0, tzinfo=UTC), datetime(2026, 3, 29, 6, 30, tzinfo=UTC)),
        (datetime(2026, 3, 29, 6, 30, tzinfo=UTC), datetime(2026, 3, 30, 6, 30, tzinfo=UTC)),
        (datetime(2026, 10, 24, 6, 30, tzinfo=UTC), datetime(2026, 10, 25, 7, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 7, 30, tzinfo=UTC)),
    ],
)
def test_the_digest_comes_at_the_same_local_time_all_year(now: datetime, due_at: datetime) -> None:
    assert next_digest(now, time(7, 30)) == due_at


def told(**changes: object) -> Told:
    values: dict[str, object] = {
        "provider": None,
        "theme": "referrals",
        "title": "Referrals",
        "tenets": (),
        "rule": SignalRule.SHIFT,
        "movement": Movement.HIGHER,
        "bearing": Bearing.NEITHER,
        "point_of": PointOf.MONTH,
        "point": date(2026, 6, 1),
        "since": date(2026, 3, 1),
    }
    return Told(**values | changes)  # type: ignore[arg-type]


def test_a_theme_is_told_by_its_newest_point_and_first_rule_and_what_became_worse_comes_first() -> (
    None
):
    changes = changes_in(
        [
            told(point=date(2026, 5, 1)),
            told(rule=SignalRule.TREND, movement=Movement.RISING),
            told(),
            told(tenets=(Tenet.SAFETY,), movement=Movement.FALLING, rule=SignalRule.TREND),
            told(provider=PROVIDER, theme="zebra", title="Zebra", bearing=Bearing.WORSE),
            told(provider=PROVIDER, theme="apple", title="Apple", bearing=Bearing.BETTER),
        ],
        {PROVIDER: "Northfield"},
    )
    assert [(each.title, each.provider, each.words) for each in changes] == [
        (
            "Zebra",
            "Northfield",
            ("All reports: higher than expected from March to June 2026, likely a real change",),
        ),
        (
            "Apple",
            "Northfield",
            ("All reports: higher than expected from March to June 2026, likely a real change",),
        ),
        (
            "Referrals",
            None,
            (
                "All reports: rising from March to June 2026, likely a real change",
                "Safety: falling from March to June 2026, likely a real change",
            ),
        ),
    ]
