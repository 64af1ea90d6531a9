"""What of each service's database follows from Kafka alone, and by whose handlers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Table

from services.reporting import tables as reporting
from services.reporting.consumers import build_consumers as reporting_consumers
from shared.contracts.directory import OrganisationRecorded
from shared.directory.tables import organisation
from shared.directory.use_cases import record_organisations
from shared.platform.consumers import Consumers


@dataclass(frozen=True)
class Derived:
    consumers: Callable[[], Consumers]
    tables: tuple[Table, ...]
    """Their rows say nothing that Kafka does not; every other table stays as it is."""


def _directory() -> Consumers:
    return Consumers().on(OrganisationRecorded, record_organisations)


_DIRECTORY = Derived(_directory, (organisation,))
DERIVED: Mapping[str, Derived] = {
    "classification": _DIRECTORY,
    "actions": _DIRECTORY,
    "notifications": _DIRECTORY,
    "reporting": Derived(reporting_consumers, (*reporting.READ_MODEL, organisation)),
}
"""Intake's own directory is where the facts come from: there is nothing to rebuild it from."""
