"""Records that no producer of ours would write, straight to Kafka, among the good ones.

Each carries its name and expected cause in its key (`poison bad-value 17`), by which the ledger finds it again.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from deploy.cli.faults.load.direct import encoded
from shared.contracts.base import Fact
from shared.contracts.cases import CASES_TOPIC, CaseOpened, CaseState
from shared.contracts.directory import DIRECTORY_TOPIC, OrganisationKind, OrganisationRecorded
from shared.contracts.operations import Cause
from shared.contracts.reports import REPORTS_TOPIC, Harm, Kind, ReportSubmitted, Source, Tenet
from shared.contracts.themes import THEMES_TOPIC, ThemesAssigned

KEY_BEGINS = b"poison "
NOBODY = UUID(int=0)
NO_REFERENCE = "IN-UUUU-UU"
TOO_LARGE = 2**40
"""As a revision: the contract allows it, no database column takes it."""

MALFORMED = {
    REPORTS_TOPIC: ("classification", "actions", "reporting"),
    THEMES_TOPIC: ("actions", "reporting"),
    CASES_TOPIC: ("intake", "notifications", "reporting"),
    DIRECTORY_TOPIC: ("classification", "actions", "notifications", "reporting"),
}
"""Who must set aside what nobody can read: everybody who listens."""
REFUSED = {
    THEMES_TOPIC: ("actions", "reporting"),
    CASES_TOPIC: ("intake", "reporting"),
    DIRECTORY_TOPIC: ("classification", "actions", "notifications", "reporting"),
}
"""Who must set aside what can be read and breaks a rule. Notifications tells nobody of a case that is history and has no rule for it."""

Named = dict[str, bytes]
"""Headers."""


def key_of(cause: Cause, number: int) -> bytes:
    return KEY_BEGINS + f"{cause.value} {number}".encode()


def cause_in(key: bytes | None) -> Cause | None:
    """The cause a poison record must be set aside with; none for a record that is no poison."""
    if key is None or not key.startswith(KEY_BEGINS):
        return None
    return Cause(key.split()[1].decode())


def victims(topic: str, cause: Cause) -> tuple[str, ...]:
    """The services that must set it aside."""
    return (REFUSED if cause is Cause.RULE else MALFORMED)[topic]


class Poisoner:
    """Publishes one after the other: every kind on every topic that can have it, in a seeded order, again and again."""

    def __init__(self, producer: AIOKafkaProducer, prefix: str, seed: int) -> None:
        self.sent = 0
        self._producer = producer
        self._prefix = prefix
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._to_come: list[tuple[Poison, str]] = []

    async def send(self) -> None:
        """A record that Kafka takes twice is two, each to be set aside: the ledger reads them from the topic."""
        if not self._to_come:
            self._to_come = [(kind, topic) for kind in KINDS for topic in kind.topics]
            self._chance.shuffle(self._to_come)
        kind, topic = self._to_come.pop()
        good = GOOD[topic](datetime.now(UTC))
        value, headers = kind.spoil(good.model_dump_json().encode(), dict(encoded(good)))
        key = key_of(kind.cause, self.sent)
        while True:
            try:
                await self._producer.send_and_wait(
                    self._prefix + topic, value, key=key, headers=list(headers.items())
                )
            except KafkaError:
                continue  # the broker is away; the producer itself waits between its tries
            self.sent += 1
            return


@dataclass(frozen=True)
class Poison:
    """One kind. `spoil` makes a good record's value and headers bad."""

    cause: Cause
    topics: tuple[str, ...]
    spoil: Callable[[bytes, Named], tuple[bytes, Named]]


KINDS = (
    Poison(Cause.BAD_VALUE, tuple(MALFORMED), lambda value, named: (value[:-9], named)),
    Poison(Cause.BAD_VALUE, tuple(MALFORMED), lambda _, named: (b'{"of": "another shape"}', named)),
    Poison(
        Cause.BAD_HEADERS,
        tuple(MALFORMED),
        lambda value, named: (value, named | {"ce_subject": b"\xff\x00\xfe"}),
    ),
    Poison(Cause.BAD_HEADERS, tuple(MALFORMED), lambda value, _: (value, {})),
    Poison(
        Cause.BAD_HEADERS,
        tuple(MALFORMED),
        lambda value, named: (value, named | {"ce_id": str(NOBODY).encode()}),
    ),
    Poison(
        Cause.UNKNOWN_TYPE,
        tuple(MALFORMED),
        lambda value, named: (value, named | {"ce_type": b"insight.report.eaten.v1"}),
    ),
    Poison(Cause.RULE, tuple(REFUSED), lambda value, named: (value, named)),
)


def _report(now: datetime) -> Fact:
    return ReportSubmitted(
        occurred_at=now,
        report_id=NOBODY,
        reference=NO_REFERENCE,
        kind=Kind.EVENT,
        tenet=Tenet.SAFETY,
        source=Source.IMPORT,
        reporter="Y90001",
        provider="RZ1",
        service="other",
        happened_on=now.date(),
        harm=Harm.NONE,
        text="Nobody wrote this.",
        historic=True,
    )


def _themes(now: datetime) -> Fact:
    return ThemesAssigned(
        occurred_at=now,
        report_id=NOBODY,
        revision=TOO_LARGE,
        tenet=Tenet.SAFETY,
        themes=(),
        taxonomy_version="none",
        model_version="none",
    )


def _case(now: datetime) -> Fact:
    return CaseOpened(
        occurred_at=now,
        report_id=NOBODY,
        reference=NO_REFERENCE,
        revision=TOO_LARGE,
        state=CaseState.HISTORY,
        reporter="Y90001",
        provider="RZ1",
        kind=Kind.EVENT,
        harm=Harm.NONE,
        due_at=None,
    )


def _organisation(now: datetime) -> Fact:
    return OrganisationRecorded(
        occurred_at=now,
        code="ZZZ9",
        revision=TOO_LARGE,
        name="Nobody",
        kind=OrganisationKind.ACUTE,
    )


GOOD: dict[str, Callable[[datetime], Fact]] = {
    REPORTS_TOPIC: _report,
    THEMES_TOPIC: _themes,
    CASES_TOPIC: _case,
    DIRECTORY_TOPIC: _organisation,
}
"""Facts that hold to their contracts; a revision, where there is one, breaks the rule of fitting into a database."""
