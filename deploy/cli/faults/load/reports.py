"""The reports that are sent: the same ones in the same order for a seed."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from deploy.cli.bench.workload import PRACTICES, PROVIDERS
from deploy.cli.demo.history import Told, history, latest
from services.intake.domain.references import ALPHABET
from shared.contracts.reports import ReportSubmitted, Source

STORIES = 2_000
LATE_SHARE = 0.15
"""Live reports, of those straight to Kafka, whose deadline has passed when they come."""
LATE_BY = timedelta(hours=25)


@dataclass(frozen=True)
class Report:
    """One that is to be sent. `late`: its deadline has passed already."""

    key: str
    body: dict[str, Any]
    """As the bulk door takes it."""
    report_id: UUID
    event_id: UUID
    """These two for one that goes straight to Kafka; the door gives its own."""
    reference: str
    late: bool

    @property
    def historic(self) -> bool:
        return bool(self.body["historic"])

    @property
    def month(self) -> str:
        """Of the event, as its first day."""
        return f"{self.body['happened_on'][:8]}01"

    def fact(self, now: datetime) -> ReportSubmitted:
        """What intake would have published."""
        told = {name: value for name, value in self.body.items() if name != "idempotency_key"}
        told["happened_on"] = date.fromisoformat(told["happened_on"])
        return ReportSubmitted(
            event_id=self.event_id,
            occurred_at=now - LATE_BY if self.late else now,
            report_id=self.report_id,
            reference=self.reference,
            source=Source.IMPORT,
            **told,
        )


def endless(seed: int, live: float) -> Iterator[Report]:
    """`live`: the share that is not imported history."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    today = datetime.now(UTC).date()
    new = latest(seed, today, STORIES, PRACTICES, PROVIDERS)
    old = history(seed, today, STORIES, PRACTICES, PROVIDERS)
    for number in itertools.count():
        is_live = chance.random() < live
        story = (new if is_live else old)[number % STORIES]
        yield _report(f"{seed}-{number}", number, story, chance, live=is_live)


def _report(key: str, number: int, story: Told, chance: random.Random, *, live: bool) -> Report:
    late = live and chance.random() < LATE_SHARE
    body = {
        "idempotency_key": key,
        "reporter": story.reporter,
        "provider": story.provider,
        "service": story.story.service,
        "kind": story.story.kind,
        "tenet": story.story.tenet,
        "harm": story.story.harm,
        "rating": story.story.rating,
        "happened_on": story.happened_on.isoformat(),
        "text": story.text,
        "historic": not live,
    }
    ids = [UUID(int=chance.getrandbits(128), version=4) for _ in range(2)]
    return Report(key, body, ids[0], ids[1], _reference(number), late)


def _reference(number: int) -> str:
    """Beginning with a letter that intake's own references never have."""
    digits = []
    for _ in range(5):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    text = "U" + "".join(reversed(digits))
    return f"IN-{text[:4]}-{text[4:]}"
