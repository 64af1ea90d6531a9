"""Who may change what about an organisation, what must hold of it afterwards, and each change that a person can make.

The administrator role belongs to a member of an organisation. A support unit's administrators look after the whole directory;
any other organisation's look after its own members and contacts.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.intake.domain.directory import PolicyDetails
from services.intake.domain.submissions import Problem
from shared.contracts.directory import (
    PROVIDER_KINDS,
    Member,
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
    Role,
    ServiceOffered,
)
from shared.contracts.reports import Harm

Change = Callable[[OrganisationRecorded], OrganisationRecorded]

_PROVIDER_ROLES = frozenset({Role.RESPONDER, Role.REPORTER, Role.ADMINISTRATOR})
ROLES: Mapping[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.PRACTICE: frozenset({Role.REPORTER, Role.ADMINISTRATOR}),
    **dict.fromkeys(PROVIDER_KINDS, _PROVIDER_ROLES),
    OrganisationKind.COMMISSIONER: frozenset(
        {Role.QUALITY_LEAD, Role.REVIEWER, Role.ADMINISTRATOR}
    ),
    OrganisationKind.SUPPORT_UNIT: frozenset(
        {Role.QUALITY_LEAD, Role.REVIEWER, Role.OPERATOR, Role.ADMINISTRATOR}
    ),
    OrganisationKind.PATIENT_GROUP: frozenset({Role.REPORTER, Role.REVIEWER, Role.ADMINISTRATOR}),
}
"""What members of each kind of organisation can be. A report is about a provider, so that only providers respond."""

OWN_CLOCK = (Harm.FATAL, Harm.SEVERE, Harm.MODERATE, Harm.LOW, Harm.UNKNOWN)
"""Levels of harm that can have response times of their own, the gravest first; no harm, and feedback, run by the usual ones."""

KIND_WORDS = {kind: kind.value.replace("-", " ") for kind in OrganisationKind}
ROLE_WORDS = {role: role.value.replace("-", " ") for role in Role}


class Part(StrEnum):
    """What of an organisation is changed."""

    DETAILS = "details"
    STANDING = "standing"
    CONTACTS = "contacts"
    SERVICES = "services"
    POLICY = "policy"
    MEMBERS = "members"


_OF_ONE_S_OWN = frozenset({Part.CONTACTS, Part.MEMBERS})


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who changes the directory. `only`: the one organisation that somebody looks after; none for the whole directory."""

    subject: str | None
    only: str | None

    def may_see(self, code: str) -> bool:
        return self.only in (None, code)

    def may_change(self, code: str, part: Part) -> bool:
        return self.only is None or (self.only == code and part in _OF_ONE_S_OWN)


THE_KEY = Administrator(subject=None, only=None)
"""A program with the administrator's key."""


class NotAllowed(Exception):
    """The directory would not be right afterwards; each problem is told at its field."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(each.message for each in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else the directory says, as far as a changed organisation's rules ask for it."""

    today: date
    others: Mapping[str, OrganisationRecorded]
    """The commissioner and the successor, where they are known."""
    stands_for: Collection[str]
    """The codes for which the organisation stands."""


def problems_of(
    record: OrganisationRecorded, known: OrganisationRecorded | None, around: Surroundings
) -> list[Problem]:
    """What is wrong with the record; empty when it may become the organisation's next. Members that were there before and have not
    changed are taken as they are."""
    return [
        *_about_members(record, known),
        *_about_commissioner(record, around),
        *_about_standing(record, around),
        *_about_policy(record),
    ]


def _about_members(
    record: OrganisationRecorded, known: OrganisationRecorded | None
) -> list[Problem]:
    before = known.members if known and known.kind is record.kind else ()
    kind = KIND_WORDS[record.kind]
    found = []
    for member in record.members:
        if member in before:
            continue
        if wrong := sorted(ROLE_WORDS[role] for role in member.roles - ROLES[record.kind]):
            can_be = " or ".join(sorted(ROLE_WORDS[role] for role in ROLES[record.kind]))
            message = (
                f"A member of a {kind} cannot be {' or '.join(wrong)}. Roles there are: {can_be}"
            )
            found.append(Problem("roles", message))
    if len({each.subject for each in record.members}) < len(record.members):
        found.append(Problem("subject", "Somebody with this sign-in name is a member already"))
    return found


def _about_commissioner(record: OrganisationRecorded, around: Surroundings) -> list[Problem]:
    """One that the directory does not know yet is let through: files name them before anybody has added them."""
    code = record.commissioner
    if code is None:
        return []
    if code == record.code:
        return [Problem("commissioner", "An organisation cannot be its own commissioner")]
    known = around.others.get(code)
    if known is not None and known.kind is not OrganisationKind.COMMISSIONER:
        return [Problem("commissioner", f"{known.name} is not a commissioner")]
    return []


def _about_standing(record: OrganisationRecorded, around: Surroundings) -> list[Problem]:
    found = []
    if record.closed_on and record.opened_on and record.closed_on < record.opened_on:
        found.append(Problem("closed_on", "It cannot have closed before it opened"))
    if record.status is OrganisationStatus.CLOSED:
        for name, day in (("closed_on", record.closed_on), ("succeeded_on", record.succeeded_on)):
            if day is not None and day > around.today:
                found.append(Problem(name, "The date must be today or in the past"))
    elif record.successor is not None:
        found.append(Problem("successor", "Only a closed organisation has a successor"))
    if record.succeeded_on is not None and record.successor is None:
        found.append(Problem("succeeded_on", "Say who took over, or leave the date out"))
    return found or _about_successor(record, around)


def _about_successor(record: OrganisationRecorded, around: Surroundings) -> list[Problem]:
    code = record.successor
    if code is None:
        return []
    successor = around.others.get(code)
    if code == record.code:
        message = "An organisation cannot succeed itself"
    elif successor is None:
        message = f"The directory has no organisation with the code {code}"
    elif family(successor.kind) != family(record.kind):
        message = (
            f"{successor.name} is a {KIND_WORDS[successor.kind]}. A {KIND_WORDS[record.kind]}"
            " can be succeeded by one of its own sort only"
        )
    elif code in around.stands_for:
        message = f"{successor.name} was itself succeeded by {record.name}"
    elif successor.status is OrganisationStatus.CLOSED and successor.successor is None:
        message = f"{successor.name} is closed, and nobody has succeeded it"
    else:
        return []
    return [Problem("successor", message)]


def family(kind: OrganisationKind) -> str:
    """Organisations of one family can succeed each other: a community trust may become part of an acute one."""
    return "provider" if kind in PROVIDER_KINDS else kind.value


def _about_policy(record: OrganisationRecorded) -> list[Problem]:
    found = []
    policy = record.policy
    clocks = [("", policy.acknowledge_within_hours, policy.due_soon_hours)]
    for each in policy.by_harm:
        clocks.append((f"_{each.harm}", each.acknowledge_within_hours, each.due_soon_hours))
        if each.harm not in OWN_CLOCK:
            message = "Reports without harm run by the usual response time"
            found.append(Problem("policy", message))
    for suffix, within, reminder in clocks:
        if reminder >= within and reminder > 0:
            message = "The reminder must come after the report: fewer hours than the response time"
            found.append(Problem(f"due_soon_hours{suffix}", message))
    return found


def last_administrator_leaves(
    administrator: Administrator, before: OrganisationRecorded, after: OrganisationRecorded
) -> bool:
    """Whether somebody would lock themselves out, and the organisation with them."""
    own = administrator.subject in {
        each.subject for each in before.members if Role.ADMINISTRATOR in each.roles
    }
    return own and not any(Role.ADMINISTRATOR in each.roles for each in after.members)


# The changes. Each gives the record as it should be; whether it may be so is for `problems_of`.


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
