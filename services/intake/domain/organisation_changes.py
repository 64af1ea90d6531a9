"""The changes that a person can make to an organisation. Each gives the record as it should be; whether it may be so is for
`administering.problems_of`."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from services.intake.domain.directory import PolicyDetails
from shared.contracts.directory import (
    Member,
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
    Role,
    ServiceOffered,
)

Change = Callable[[OrganisationRecorded], OrganisationRecorded]


def change_details(
    *,
    name: str,
    kind: OrganisationKind,
    commissioner: str | None,
    opened_on: date | None,
    postcode: str | None,
) -> Change:
    return lambda record: record.model_copy(
        update={
            "name": name,
            "kind": kind,
            "commissioner": commissioner,
            "opened_on": opened_on,
            "postcode": postcode,
        }
    )


def change_contacts(contacts: tuple[str, ...]) -> Change:
    return lambda record: record.model_copy(update={"contacts": contacts})


def change_services(services: tuple[ServiceOffered, ...]) -> Change:
    return lambda record: record.model_copy(update={"services": services})


def change_policy(policy: PolicyDetails) -> Change:
    return lambda record: record.model_copy(update={"policy": policy.policy()})


def close(closed_on: date, successor: str | None, succeeded_on: date | None) -> Change:
    return lambda record: record.model_copy(
        update={
            "status": OrganisationStatus.CLOSED,
            "closed_on": closed_on,
            "successor": successor,
            "succeeded_on": succeeded_on if successor else None,
        }
    )


def reopen(record: OrganisationRecorded) -> OrganisationRecorded:
    """With the members it had; what its successor had taken over comes back."""
    opened = {
        "status": OrganisationStatus.OPEN,
        "closed_on": None,
        "successor": None,
        "succeeded_on": None,
    }
    return record.model_copy(update=opened)


def add_member(member: Member) -> Change:
    """The same member once more is there already: a form that is sent twice adds one."""

    def change(record: OrganisationRecorded) -> OrganisationRecorded:
        others = tuple(each for each in record.members if each.member_id != member.member_id)
        return record.model_copy(update={"members": (*others, member)})

    return change


def change_member(member_id: UUID, name: str, roles: frozenset[Role]) -> Change:
    """Nothing happens where there is no such member any more."""

    def change(record: OrganisationRecorded) -> OrganisationRecorded:
        members = tuple(
            each.model_copy(update={"name": name, "roles": roles})
            if each.member_id == member_id
            else each
            for each in record.members
        )
        return record.model_copy(update={"members": members})

    return change


def remove_member(member_id: UUID) -> Change:
    def change(record: OrganisationRecorded) -> OrganisationRecorded:
        members = tuple(each for each in record.members if each.member_id != member_id)
        return record.model_copy(update={"members": members})

    return change
