"""What a trend page shows to one reader: the question that its numbers answer, and where they lead."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from services.reporting.domain.charted import LONGEST_MONTHS, Window, ended_in, last_whole
from services.reporting.domain.filters import OF_PERIOD, Choices, Filters, query_of
from services.reporting.domain.joining import NOBODY, Joining
from services.reporting.domain.judging import PLAIN, Judging
from services.reporting.domain.known import LONDON, month_of
from services.reporting.domain.months import Period, long_name, plus
from services.reporting.domain.numbers import EXACT, SmallNumbers
from services.reporting.domain.questions import Question
from services.reporting.domain.scope import Overseer, Scope, wider_scope
from services.reporting.domain.spc import Rebase

LISTS = "/trends/reports"
"""Where the reports behind a figure are listed."""


@dataclass(frozen=True)
class View:
    """Who reads what: the question that every number of the page answers."""

    question: Question
    address: Filters
    """As in this page's address; the question may be narrower, since a theme's page is of one theme."""
    choices: Choices
    errors: dict[str, str]
    first: date | None
    """The first month with reports in scope, and the newest."""
    newest: date | None
    now: datetime
    small_numbers: SmallNumbers
    """For numbers that count reports which the reader may not open."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """The parameters of the address as they were typed."""
    judging: Judging = PLAIN
    joining: Joining = NOBODY
    """Since when these reports can be judged."""
    overseer: Overseer | None = None
    """The commissioner of the reader's area, and who is in it; none for who has none."""
    answers: Collection[str] = ()
    """The filters that this page's numbers heed: those that its form offers."""

    @property
    def area(self) -> Scope:
        """All reports of the reader's area: exact for its quality leads, else by the rule for small numbers."""
        wider = wider_scope(self.overseer)
        if self.scope.area is not None and not self.scope.redacted:
            return self.scope
        return wider

    @property
    def area_rule(self) -> SmallNumbers:
        return self.small_numbers if self.area.redacted else EXACT

    @property
    def rule(self) -> SmallNumbers:
        """How this page's numbers are told."""
        return self.small_numbers if self.scope.redacted else EXACT

    @property
    def scope(self) -> Scope:
        return self.question.scope

    @property
    def filters(self) -> Filters:
        return self.question.filters

    @property
    def today(self) -> date:
        return self.now.astimezone(LONDON).date()

    @cached_property
    def window(self) -> Window:
        """The months that this page's charts are of. Where the reader did not choose, charts of few reports go back further."""
        period = self.question.period
        chosen = bool(self.filters.months or self.filters.since)
        longest = (
            None if chosen else plus(min(period.last, last_whole(self.today)), 1 - LONGEST_MONTHS)
        )
        joined = self.joining
        ended = self.newest if joined.silent else ended_in(self.newest, self.today)
        return Window(period, joined.first, self.today, self.rule, longest, joined.rebases, ended)

    @property
    def rebases(self) -> list[Rebase]:
        """Where limits begin anew within the period. A chart that goes back further tells of earlier ones itself."""
        first, last = self.question.period.first, self.question.period.last
        return [each for each in self.joining.rebases if first < each.on <= last]

    @property
    def joined(self) -> str:
        """Why limits begin anew in all charts of the page; empty where they do not."""
        told = "; ".join(_told(each) for each in self.rebases)
        return f"In all charts, limits begin anew {told}." if told else ""

    @property
    def why_no_year_before(self) -> str:
        if not self.rebases:
            return "There is no data of a year before yet."
        told = _told(self.rebases[-1])
        return f"There is no year before from about the same practices: limits begin anew {told}."

    @property
    def comparable(self) -> date | None:
        """The first month that can be compared with the newest whole one of the page."""
        return None if self.whole is None else self.joining.comparable(self.whole.last)

    @property
    def whole(self) -> Period | None:
        """The period's whole months."""
        period, last = self.question.period, self.window.whole
        return Period(period.first, last) if period.first <= last else None

    @property
    def query(self) -> str:
        """The address part of this view."""
        return query_of({**self.address.pairs, **self.judging.pairs})

    def queried(self, **changes: str) -> str:
        """The same with some parameters changed; empty ones go."""
        asked = {**self.address.pairs, **self.judging.pairs, **changes}
        return query_of({name: value for name, value in asked.items() if value})

    def listed(self, filters: Filters, first: date, last: date, **also: str) -> str | None:
        """Where these reports of these months are listed, with the theme among the filters and `also` further parameters of the list;
        none for who may not open them."""
        return self.lists_of(filters, **also)(first, last)

    def lists_of(self, filters: Filters, **also: str) -> Callable[[date, date], str | None]:
        """The same for many months: a chart has an address for each of its points."""
        if self.scope.redacted:
            return lambda _first, _last: None
        asked = {name: value for name, value in filters.pairs.items() if name not in OF_PERIOD}
        rest = query_of({**asked, **also})
        begin = f"{LISTS}{rest}{'&' if rest else '?'}"
        return lambda first, last: f"{begin}since={first:%Y-%m}&until={last:%Y-%m}"

    def over(self, first: date, last: date) -> Question:
        """The same question of other months."""
        return replace(self.question, period=Period(first, last))

    @property
    def earlier(self) -> str | None:
        """The address part of the months before these, if there may be data."""
        first = self.question.period.first
        if self.first is None or first <= self.first:
            return None
        return self.address.ending(plus(first, -1)).query

    @property
    def later(self) -> str | None:
        last = self.question.period.last
        current = month_of(self.today)
        if last >= current:
            return None
        later = plus(last, self.filters.month_count)
        return self.address.ending(None if later >= last_whole(self.today) else later).query


def _told(rebase: Rebase) -> str:
    return f"in {long_name(rebase.on)}: {rebase.reason}"
