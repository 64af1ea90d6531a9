"""What holds of organisations in every service."""

from dataclasses import dataclass

from shared.contracts.directory import OrganisationKind, OrganisationRecorded, OrganisationStatus


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
