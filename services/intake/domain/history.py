"""What a changed organisation leaves in the history: one entry for each member, policy and organisation that changed, with the
changed fields before and after."""

from collections.abc import Iterator
from typing import Any

from shared.contracts.directory import (
    Member,
    OrganisationRecorded,
    OrganisationStatus,
    ResponsePolicy,
)
from shared.platform.audit import Change, RecordKind, difference

_IDENTITY = {"event_id", "occurred_at", "revision"}
_OWN_ENTRIES = {"members", "policy"}


def changes_of(before: OrganisationRecorded | None, after: OrganisationRecorded) -> list[Change]:
    """Nothing for a record that says the same."""
    return [
        *_of_organisation(before, after),
        *_of_policy(before, after),
        *_of_members(before, after),
    ]


def _of_organisation(
    before: OrganisationRecorded | None, after: OrganisationRecorded
) -> Iterator[Change]:
    old, new = difference(_fields(before), _fields(after))
    if new or before is None:
        yield Change(RecordKind.ORGANISATION, after.code, _what(before, after), old, new)


def _what(before: OrganisationRecorded | None, after: OrganisationRecorded) -> str:
    if before is None:
        return "added"
    if before.status is not after.status:
        return "closed" if after.status is OrganisationStatus.CLOSED else "reopened"
    return "succeeded" if before.successor != after.successor else "changed"


def _of_policy(
    before: OrganisationRecorded | None, after: OrganisationRecorded
) -> Iterator[Change]:
    if before is None or before.policy == after.policy:
        return
    old, new = difference(_policy(before.policy), _policy(after.policy))
    yield Change(RecordKind.POLICY, after.code, "response times changed", old, new)


def _of_members(
    before: OrganisationRecorded | None, after: OrganisationRecorded
) -> Iterator[Change]:
    old = {each.member_id: each for each in before.members} if before else {}
    new = {each.member_id: each for each in after.members}
    for member_id in dict.fromkeys([*old, *new]):
        was, now = old.get(member_id), new.get(member_id)
        if was == now:
            continue
        what = (
            "member added" if was is None else "member removed" if now is None else "member changed"
        )
        changed = difference(_member(was, after.code), _member(now, after.code))
        yield Change(RecordKind.MEMBER, f"{after.code}/{member_id}", what, *changed)


def _fields(record: OrganisationRecorded | None) -> dict[str, Any]:
    if record is None:
        return {}
    told = record.model_dump(mode="json", exclude=_IDENTITY | _OWN_ENTRIES | {"services"})
    return told | {"services": {each.slug: each.title for each in record.services}}


def _policy(policy: ResponsePolicy) -> dict[str, Any]:
    own = {
        each.harm.value: each.model_dump(mode="json", exclude={"harm"}) for each in policy.by_harm
    }
    return policy.model_dump(mode="json", exclude={"by_harm"}) | {"by_harm": own}


def _member(member: Member | None, organisation: str) -> dict[str, Any]:
    if member is None:
        return {}
    return {
        "organisation": organisation,
        "subject": member.subject,
        "name": member.name,
        "roles": sorted(member.roles),
    }
