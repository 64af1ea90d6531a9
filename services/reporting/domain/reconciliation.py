"""Every accepted report is open, closed, imported or set aside; and if it is not, where it is.

Intake says how many reports it had accepted by a moment so long ago that each should have come through. What has come of exactly
those is counted from the facts that reporting has heard; where some are missing, what the services say of themselves tells at which
stage they wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from shared.contracts.base import Value
from shared.contracts.cases import CASES_TOPIC
from shared.contracts.messages import MESSAGES_TOPIC
from shared.contracts.operations import Accepted, Waiting
from shared.contracts.reports import REPORTS_TOPIC
from shared.contracts.themes import THEMES_TOPIC

MOST_REFERENCES = 5


class Stage(StrEnum):
    INTAKE = "intake"
    """In its outbox."""
    CLASSIFICATION = "classification"
    ACTIONS = "actions"
    NOTIFICATIONS = "notifications"
    REPORTING = "reporting"
    """Published, and not read here yet."""
    NOWHERE = "nowhere"
    """Accepted, and neither in intake's outbox nor waiting to be read: lost, as far as anybody can tell."""
    NOT_ACCEPTED = "not-accepted"
    """The other way round: more have been heard of than intake accepted."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Reports that lack something, and the oldest of them."""

    number: int = 0
    oldest: datetime | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What facts say of the reports that were submitted by the moment. `no_...`: without those that the service set aside."""

    heard: int
    open: int
    closed: int
    imported: int
    set_aside: int
    """Without a case, since actions set them aside; decided about or not, but for those that were applied after all."""
    no_case: Missing
    no_verdict: Missing
    no_alert: Missing
    """Their clock runs, and no alert about them has ended."""
    unheard_set_aside: int
    """Reports that reporting itself set aside."""
    unheard_known: bool
    """Whether a case or a verdict is known of a report that is not."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the services say of themselves."""

    accepted: Accepted | None = None
    outbox: Waiting | None = None
    """Reports in intake's outbox."""
    alerts_held: int = 0
    """Alerts that wait for a contact to be sent to."""
    behind: frozenset[tuple[str, str]] = frozenset()
    """Services and topics of which they have records to read."""
    unpublished: frozenset[str] = frozenset()
    """Services with something in their outbox."""


class Reconciliation(Value):
    """The account of one moment."""

    checked_at: AwareDatetime
    until: AwareDatetime
    """The reports are those that were submitted by then."""
    accepted: int | None
    """None: intake has not been heard from."""
    open: int
    closed: int
    imported: int
    set_aside: int
    waiting: tuple[Waiting, ...] = ()

    @property
    def difference(self) -> int | None:
        """Accepted, and not accounted for."""
        if self.accepted is None:
            return None
        return self.accepted - self.open - self.closed - self.imported - self.set_aside


@dataclass
class _Stages:
    """Stages as they are found, each once."""

    before: Mapping[str, datetime]
    """Since when it was so at the last check, by stage."""
    otherwise: datetime
    """Since when what has no time of its own waits, at the least."""
    found: dict[Stage, Waiting] = field(default_factory=dict)

    def add(self, stage: Stage, missing: Missing) -> None:
        if missing.number <= 0:
            return
        since = missing.oldest or self.before.get(stage) or self.otherwise
        known = self.found.get(stage)
        if known is not None:  # a report may lack two things that wait at one stage
            missing = Missing(
                max(missing.number, known.number), None, known.references or missing.references
            )
            since = min(since, known.since)
        self.found[stage] = Waiting(
            stage=stage, number=missing.number, since=since, references=missing.references
        )


def reconcile(
    found: Found, told: Told, until: datetime, now: datetime, before: Mapping[str, datetime]
) -> Reconciliation:
    """`before`: since when each stage has had something waiting, as of the last check."""
    stages = _Stages(before, until)
    unheard_set_aside = 0
    if told.accepted is not None:
        unheard = told.accepted.number - found.heard
        unheard_set_aside = max(0, min(unheard, found.unheard_set_aside))
        _unheard(stages, found, told, unheard - unheard_set_aside)
    stages.add(_at(Stage.CLASSIFICATION, REPORTS_TOPIC, THEMES_TOPIC, told), found.no_verdict)
    stages.add(_at(Stage.ACTIONS, REPORTS_TOPIC, CASES_TOPIC, told), found.no_case)
    alerts = found.no_alert
    alerts = Missing(alerts.number - told.alerts_held, alerts.oldest, alerts.references)
    stages.add(_at(Stage.NOTIFICATIONS, CASES_TOPIC, MESSAGES_TOPIC, told), alerts)
    return Reconciliation(
        checked_at=now,
        until=until,
        accepted=told.accepted.number if told.accepted else None,
        open=found.open,
        closed=found.closed,
        imported=found.imported,
        set_aside=found.set_aside + unheard_set_aside,
        waiting=tuple(stages.found[stage] for stage in Stage if stage in stages.found),
    )


def _unheard(stages: _Stages, found: Found, told: Told, unheard: int) -> None:
    """Accepted reports that reporting has not heard of."""
    if told.outbox is not None:
        held = min(unheard, told.outbox.number)
        stages.add(Stage.INTAKE, Missing(held, told.outbox.since, told.outbox.references))
        unheard -= max(0, held)
    behind = (Stage.REPORTING, REPORTS_TOPIC) in told.behind
    stages.add(
        Stage.REPORTING if behind or found.unheard_known else Stage.NOWHERE, Missing(unheard)
    )
    stages.add(Stage.NOT_ACCEPTED, Missing(-unheard))


def _at(stage: Stage, reads: str, writes: str, told: Told) -> Stage:
    """At the service itself, unless it has nothing to do and what it wrote waits to be read here."""
    busy = (stage, reads) in told.behind or stage in told.unpublished
    return Stage.REPORTING if not busy and (Stage.REPORTING, writes) in told.behind else stage
