"""What an administrator may write about an organisation, and when that is a change."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from uuid_utils.compat import uuid7

from shared.contracts.base import OrganisationCode, Slug
from shared.contracts.directory import (
    Member,
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
    ResponsePolicy,
    Role,
    ServiceOffered,
)

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


class OrganisationDetails(Details):
    """An organisation, whole: what is left out goes back to its default."""

    name: Line
    kind: OrganisationKind
    status: OrganisationStatus = OrganisationStatus.OPEN
    commissioner: OrganisationCode | None = None
    successor: OrganisationCode | None = None
    contacts: tuple[MailAddress, ...] = Field(default=(), max_length=50)
    services: tuple[ServiceDetails, ...] = Field(default=(), max_length=500)
    policy: ResponsePolicy = ResponsePolicy()
    members: tuple[MemberDetails, ...] = Field(default=(), max_length=5_000)

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        if len({each.slug for each in self.services}) < len(self.services):
            raise PydanticCustomError("twice", "A service is listed twice")
        if len({each.subject for each in self.members}) < len(self.members):
            raise PydanticCustomError("twice", "A member is listed twice")
        return self


def next_record(
    code: str, details: OrganisationDetails, known: OrganisationRecorded | None, now: AwareDatetime
) -> OrganisationRecorded:
    """The organisation's next record, one revision on; `known` itself when it already says the same."""
    ids = {member.subject: member.member_id for member in known.members} if known else {}
    record = OrganisationRecorded(
        occurred_at=now,
        code=code,
        revision=known.revision + 1 if known else 1,
        name=details.name,
        kind=details.kind,
        status=details.status,
        commissioner=details.commissioner,
        successor=details.successor,
        contacts=details.contacts,
        services=tuple(ServiceOffered(slug=s.slug, title=s.title) for s in details.services),
        policy=details.policy,
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
    return known if known and _content(known) == _content(record) else record


def _content(record: OrganisationRecorded) -> dict[str, object]:
    return record.model_dump(exclude={"event_id", "occurred_at", "revision"})
