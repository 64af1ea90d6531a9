"""What a page asks: whose reports, of which kind, of which months. And which kept counts add up to the answer."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.domain.filters import Filters
from services.reporting.domain.months import Period
from services.reporting.domain.scope import Scope

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Places:
    """Counts by area and provider. An empty area is any; no providers given: whoever it is about."""

    area: str = ""
    providers: frozenset[str] | None = None


@dataclass(frozen=True)
class Pairs:
    """Counts by who reported about whom: about these providers, or all but some."""

    reporters: frozenset[str]
    providers: frozenset[str] | None = None
    but: frozenset[str] = NONE


Slice = Places | Pairs


@dataclass(frozen=True)
class Question:
    """Whose reports, of which kind, of which months."""

    scope: Scope
    filters: Filters
    period: Period

    @property
    def slices(self) -> list[Slice]:
        return slices_of(self.scope, self.filters.provider, self.filters.practice)


def slices_of(scope: Scope, provider: str | None, practice: str | None) -> list[Slice]:
    """Parts of the kept counts that have no report in common and together have all that are in scope, about the provider and from
    the practice where these are given."""
    one = None if provider is None else frozenset({provider})
    if practice is not None:
        return _from(practice, scope, one)
    if scope.everything or scope.area is not None:
        return [Places(scope.area or "", one)]
    own, answered = scope.reporters or NONE, scope.providers or NONE
    about = answered if one is None else answered & one
    found: list[Slice] = [Places("", about)] if about else []
    if own and (one is None or not about):
        found.append(Pairs(own, one, answered if one is None else NONE))
    return found


def _from(practice: str, scope: Scope, provider: frozenset[str] | None) -> list[Slice]:
    alone = frozenset({practice})
    if scope.everything or practice in (scope.reporters or NONE):
        return [Pairs(alone, provider)]
    about = scope.providers or NONE
    about = about if provider is None else about & provider
    return [Pairs(alone, about)] if about else []


@dataclass(frozen=True, order=True)
class Position:
    """Where a report, or an action, stands in a list that is newest first: the list goes on after it."""

    day: date
    record_id: UUID

    @property
    def text(self) -> str:
        """As in an address."""
        return f"{self.day.isoformat()}_{self.record_id}"

    @classmethod
    def parse(cls, text: str) -> "Position | None":
        """None when it is not one."""
        day, _, record_id = text.partition("_")
        try:
            return cls(date.fromisoformat(day), UUID(record_id))
        except ValueError:
            return None
