"""Whose signals somebody may see, and what has become of each."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from services.reporting.domain.charted import FEWEST_ROUNDED
from services.reporting.domain.numbers import SmallNumbers
from services.reporting.domain.scope import Overseer
from services.reporting.domain.signals.subjects import EVERYWHERE, Subject
from shared.contracts.directory import PROVIDER_KINDS, OrganisationRecorded, Role


class State(StrEnum):
    OPEN = "open"
    """It holds, and nobody has said what was done about it."""
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    """Later data removed it, before anybody answered."""


@dataclass(frozen=True)
class Sight:
    """What somebody sees: all of some areas, all of some providers, and of one area what the rule for small numbers allows."""

    areas: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()
    redacted: str | None = None
    fewest: float = 0
    """Of the latter: the smallest mean of a chart that is shown to them. That a small number is low tells what it is."""

    def may_answer(self, subject: Subject) -> bool:
        """Whoever leads quality in the area."""
        return subject.area in self.areas


def sight_of(
    organisation: OrganisationRecorded,
    roles: Collection[Role],
    codes: frozenset[str],
    overseer: Overseer | None,
    rule: SmallNumbers,
) -> Sight:
    """As `scope_of`: signals of reports that the reader may open one by one are seen whole; of others those of themes in the whole
    area, of all areas together for who has none. A practice opens too few reports for any signal to be of them alone."""
    leads = Role.QUALITY_LEAD in roles
    answers = Role.RESPONDER in roles and organisation.kind in PROVIDER_KINDS
    return Sight(
        areas=frozenset({organisation.code}) if leads else frozenset(),
        providers=codes if answers else frozenset(),
        redacted=None if leads else EVERYWHERE if overseer is None else overseer.code,
        fewest=FEWEST_ROUNDED * rule.below,
    )
