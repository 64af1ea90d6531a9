"""Who may change what about an organisation, and what must hold of it afterwards.

The administrator role belongs to a member of an organisation. A support unit's administrators look after the whole directory;
any other organisation's look after its own members and contacts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.intake.domain.submissions import Problem
from shared.contracts.directory import (
    PROVIDER_KINDS,
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
    Role,
)
from shared.contracts.reports import Harm

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

KIND_WORDS = {
    OrganisationKind.PRACTICE: "a GP practice",
    OrganisationKind.ACUTE: "an acute trust",
    OrganisationKind.MENTAL_HEALTH: "a mental health trust",
    OrganisationKind.COMMUNITY: "a community trust",
    OrganisationKind.AMBULANCE: "an ambulance trust",
    OrganisationKind.OTHER_PROVIDER: "a provider of another kind",
    OrganisationKind.COMMISSIONER: "a commissioner",
    OrganisationKind.SUPPORT_UNIT: "a support unit",
    OrganisationKind.PATIENT_GROUP: "a patient or support group",
}
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
                f"A member of {kind} cannot be {' or '.join(wrong)}. Roles there are: {can_be}"
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
            f"{successor.name} is {KIND_WORDS[successor.kind]}, and {KIND_WORDS[record.kind]}"
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
