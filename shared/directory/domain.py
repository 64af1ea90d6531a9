"""What holds of organisations in every service."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.contracts.directory import (
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
    ServiceOffered,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """An organisation in short, where many are looked through."""

    code: str
    name: str
    kind: OrganisationKind
    status: OrganisationStatus
    commissioner: str | None


def succeeded_by(record: OrganisationRecorded) -> str | None:
    """Who stands in for the organisation: nobody while it is open, whatever its record says."""
    return record.successor if record.status is OrganisationStatus.CLOSED else None


def service_title(slug: str, offered: Iterable[ServiceOffered]) -> str:
    """As in the provider's list; what is not in there any more is called by its slug."""
    titles = {each.slug: each.title for each in offered}
    return titles.get(slug) or slug.replace("-", " ").capitalize()
