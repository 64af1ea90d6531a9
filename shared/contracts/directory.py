"""`insight.directory.v1` (compacted): who is who. Published by intake, keyed by organisation code; the newest record of a key is
the whole truth about that organisation, so a reader that starts late needs nothing else."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Fact, OrganisationCode, ShortText, Slug, Value
from shared.contracts.reports import Harm

DIRECTORY_TOPIC = "insight.directory.v1"


class OrganisationKind(StrEnum):
    PRACTICE = "practice"
    ACUTE = "acute"
    MENTAL_HEALTH = "mental-health"
    COMMUNITY = "community"
    AMBULANCE = "ambulance"
    OTHER_PROVIDER = "other-provider"
    COMMISSIONER = "commissioner"
    SUPPORT_UNIT = "support-unit"
    PATIENT_GROUP = "patient-group"


PROVIDER_KINDS = frozenset(
    {
        OrganisationKind.ACUTE,
        OrganisationKind.MENTAL_HEALTH,
        OrganisationKind.COMMUNITY,
        OrganisationKind.AMBULANCE,
        OrganisationKind.OTHER_PROVIDER,
    }
)
"""Kinds of organisation that a report can be about."""


class Role(StrEnum):
    """What a member may do for the organisation: `design.md`, "People and permissions"."""

    REPORTER = "reporter"
    RESPONDER = "responder"
    QUALITY_LEAD = "quality-lead"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"


class OrganisationStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class ServiceOffered(Value):
    """A service of a provider, as the report form lists it."""

    slug: Slug
    title: ShortText


class HarmPolicy(Value):
    """A provider's response clock for reports of one level of harm, where it differs."""

    harm: Harm
    acknowledge_within_hours: int = Field(ge=1, le=24 * 90)
    due_soon_hours: int = Field(default=4, ge=0, le=24 * 30)


class ResponsePolicy(Value):
    """The provider's response clock. Hours run by the wall clock, nights and weekends included."""

    acknowledge_within_hours: int = Field(default=24, ge=1, le=24 * 90)
    due_soon_hours: int = Field(default=4, ge=0, le=24 * 30)
    """How long before the deadline the reminder goes out."""
    close_unanswered_after_days: int | None = Field(default=28, ge=1, le=366)
    """Close a case whose outcome the practice left unanswered this long; none means never."""
    by_harm: tuple[HarmPolicy, ...] = ()
    """Levels of harm with a clock of their own; all else, and feedback, runs by the fields above."""

    def for_harm(self, harm: Harm | None) -> "ResponsePolicy":
        """The policy of one report, without exceptions; `harm` is none for feedback."""
        own = next((each for each in self.by_harm if each.harm is harm), None)
        changes: dict[str, object] = {"by_harm": ()}
        if own is not None:
            changes["acknowledge_within_hours"] = own.acknowledge_within_hours
            changes["due_soon_hours"] = own.due_soon_hours
        return self.model_copy(update=changes)


class Member(Value):
    """A person who acts for the organisation."""

    member_id: UUID
    subject: ShortText
    """The sign-in provider's `sub` claim."""
    name: ShortText
    roles: frozenset[Role]


class OrganisationRecorded(Fact):
    """The organisation is now as this record says."""

    topic: ClassVar[str] = DIRECTORY_TOPIC
    type: ClassVar[str] = "insight.organisation.recorded.v1"

    code: OrganisationCode
    revision: int = Field(ge=1)
    """Rises with each change; a reader keeps the highest it has seen."""
    name: ShortText
    kind: OrganisationKind
    status: OrganisationStatus = OrganisationStatus.OPEN
    commissioner: OrganisationCode | None = None
    successor: OrganisationCode | None = None
    """Of a closed organisation: who answers for it from now on, and sees and acts on what was its own."""
    opened_on: date | None = None
    closed_on: date | None = None
    succeeded_on: date | None = None
    """The day the successor took over."""
    postcode: ShortText | None = None
    """Tells organisations of one name apart."""
    contacts: tuple[ShortText, ...] = ()
    """Mail addresses that alerts and answers go to."""
    services: tuple[ServiceOffered, ...] = ()
    policy: ResponsePolicy = ResponsePolicy()
    members: tuple[Member, ...] = ()

    @property
    def key(self) -> str:
        return self.code
