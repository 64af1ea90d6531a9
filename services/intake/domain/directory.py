"""What an administrator may write about an organisation, and when that is a change."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError
from uuid_utils.compat import uuid7

from shared.contracts.base import OrganisationCode, Slug
from shared.contracts.directory import (
    HarmPolicy,
    Member,
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
    ResponsePolicy,
    Role,
    ServiceOffered,
)
from shared.contracts.reports import Harm

Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=500,
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$",
    ),
]
"""One line of plain text."""
MailAddress = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,189}$")
]
"""A plain mail address: no spaces, no new lines, nothing that could add a header to a mail."""
Hours = Annotated[int, Field(ge=1, le=24 * 90)]
ReminderHours = Annotated[int, Field(ge=0, le=24 * 30)]
Days = Annotated[int, Field(ge=1, le=366)]
Postcode = Annotated[
    str,
    BeforeValidator(lambda value: " ".join(str(value).upper().split())),
    StringConstraints(pattern=r"^[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}$"),
]

MOST_CONTACTS, MOST_SERVICES, MOST_MEMBERS = 50, 500, 5_000


class Details(BaseModel):
    """Unknown fields are refused: a misspelt one would otherwise be lost in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ServiceDetails(Details):
    slug: Slug
    title: Line


class MemberDetails(Details):
    member_id: UUID | None = None
    """Leave it out: a known subject keeps its id, a new one is given one."""
    subject: Line
    name: Line
    roles: frozenset[Role]


class HarmDetails(Details):
    harm: Harm
    acknowledge_within_hours: Hours
    due_soon_hours: ReminderHours = 4


class PolicyDetails(Details):
    acknowledge_within_hours: Hours = 24
    due_soon_hours: ReminderHours = 4
    close_unanswered_after_days: Days | None = 28
    by_harm: tuple[HarmDetails, ...] = ()

    def policy(self) -> ResponsePolicy:
        return ResponsePolicy(
            acknowledge_within_hours=self.acknowledge_within_hours,
            due_soon_hours=self.due_soon_hours,
            close_unanswered_after_days=self.close_unanswered_after_days,
            by_harm=tuple(HarmPolicy(**each.model_dump()) for each in self.by_harm),
        )


class OrganisationDetails(Details):
    """An organisation, whole: what is left out goes back to its default."""

    name: Line
    kind: OrganisationKind
    status: OrganisationStatus = OrganisationStatus.OPEN
    commissioner: OrganisationCode | None = None
    successor: OrganisationCode | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    succeeded_on: date | None = None
    postcode: Postcode | None = None
    contacts: tuple[MailAddress, ...] = Field(default=(), max_length=MOST_CONTACTS)
    services: tuple[ServiceDetails, ...] = Field(default=(), max_length=MOST_SERVICES)
    policy: PolicyDetails = PolicyDetails()
    members: tuple[MemberDetails, ...] = Field(default=(), max_length=MOST_MEMBERS)

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        if len({each.slug for each in self.services}) < len(self.services):
            raise PydanticCustomError("twice", "A service is listed twice")
        if len({each.subject for each in self.members}) < len(self.members):
            raise PydanticCustomError("twice", "A member is listed twice")
        if len({each.harm for each in self.policy.by_harm}) < len(self.policy.by_harm):
            raise PydanticCustomError("twice", "A level of harm has two response times")
        return self


def next_record(
    code: str, details: OrganisationDetails, known: OrganisationRecorded | None, now: AwareDatetime
) -> OrganisationRecorded:
    """The organisation's next record, one revision on; `known` itself when it already says the same."""
    ids = {member.subject: member.member_id for member in known.members} if known else {}
    record = OrganisationRecorded(
        occurred_at=now,
        code=code,
        revision=1,
        name=details.name,
        kind=details.kind,
        status=details.status,
        commissioner=details.commissioner,
        successor=details.successor,
        opened_on=details.opened_on,
        closed_on=details.closed_on,
        succeeded_on=details.succeeded_on,
        postcode=details.postcode,
        contacts=details.contacts,
        services=tuple(ServiceOffered(slug=s.slug, title=s.title) for s in details.services),
        policy=details.policy.policy(),
        members=tuple(
            Member(
                member_id=each.member_id or ids.get(each.subject) or uuid7(),
                subject=each.subject,
                name=each.name,
                roles=each.roles,
            )
            for each in details.members
        ),
    )
    return following(record, known, now)


def following(
    wanted: OrganisationRecorded, known: OrganisationRecorded | None, now: AwareDatetime
) -> OrganisationRecorded:
    """What is wanted, as a new fact one revision after what is known; `known` itself when it already says the same."""
    if known is None:
        return wanted
    if content(known) == content(wanted):
        return known
    identity = {"event_id": uuid7(), "occurred_at": now, "revision": known.revision + 1}
    return wanted.model_copy(update=identity)


def content(record: OrganisationRecorded) -> dict[str, object]:
    """What it says, without which record it is."""
    return record.model_dump(exclude={"event_id", "occurred_at", "revision"})
