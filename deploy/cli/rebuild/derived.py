"""What of each service's database follows from Kafka alone, and by whose handlers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Table

from deploy.cli.rebuild.shadow import SCHEMA
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
    afterwards: str = ""
    """Statement run as the new tables take their places."""


def _directory() -> Consumers:
    return Consumers().on(OrganisationRecorded, record_organisations)


_LOOK_AGAIN = f"""
    INSERT INTO public.touched_subject (area, provider, theme)
    SELECT area, provider, theme FROM {SCHEMA}.touched_subject
    UNION
    SELECT area, provider, theme FROM public.watched_subject
"""  # noqa: S608 - our own name
"""Signals stay, with what people answered: whatever was counted, before or now, is looked at for signals once more."""
_DIRECTORY = Derived(_directory, (organisation,))
DERIVED: Mapping[str, Derived] = {
    "classification": _DIRECTORY,
    "actions": _DIRECTORY,
    "notifications": _DIRECTORY,
    "reporting": Derived(
        reporting_consumers, (*reporting.READ_MODEL, organisation), afterwards=_LOOK_AGAIN
    ),
}
"""Intake's own directory is where the facts come from: there is nothing to rebuild it from."""
