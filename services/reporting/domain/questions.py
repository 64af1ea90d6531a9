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

    @property
    def whole(self) -> bool:
        """Whoever they are about."""
        return self.providers is None and not self.but


Slice = Places | Pairs


@dataclass(frozen=True)
class Question:
    """Whose reports, of which kind, of which months."""

    scope: Scope
    filters: Filters
    period: Period
    providers: frozenset[str] | None = None
    """About these only: the codes that the provider of the filters stands for, or those of several where a page is of these."""

    @property
    def about(self) -> frozenset[str] | None:
        """The providers; none: whoever it is about."""
        one = self.filters.provider
        return self.providers if one is None or self.providers is not None else frozenset({one})

    @property
    def slices(self) -> list[Slice]:
        return slices_of(self.scope, self.about, self.filters.practice)


def slices_of(
    scope: Scope, about: frozenset[str] | None = None, practice: str | None = None
) -> list[Slice]:
    """Parts of the kept counts that have no report in common and together have all that are in scope, about these providers and from
    the practice where these are given."""
    answered = scope.providers or NONE
    answering = answered if about is None else answered & about
    if practice is not None:
        alone = frozenset({practice})
        if scope.everything or practice in (scope.reporters or NONE):
            return [Pairs(alone, about)]
        return [Pairs(alone, answering)] if answering else []
    if scope.everything or scope.area is not None:
        return [Places(scope.area or "", about)]
    found: list[Slice] = [Places("", answering)] if answering else []
    if scope.reporters and about is None:
        found.append(Pairs(scope.reporters, None, answered))
    elif scope.reporters and (others := (about or NONE) - answered):
        found.append(Pairs(scope.reporters, others))
    return found


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
