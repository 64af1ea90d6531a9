"""The comparisons: what was promised beside what has come of it, from the receipts alone and the facts' own words."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from deploy.cli.faults.ledger.account import Counted, Line, Sort, compare
from deploy.cli.faults.ledger.databases import Databases
from deploy.cli.faults.ledger.told import Promise
from deploy.cli.faults.ledger.wire import Told, Wire
from deploy.cli.faults.load.poison import victims
from shared.contracts.cases import CASES_TOPIC
from shared.contracts.messages import MESSAGES_TOPIC
from shared.contracts.operations import DEAD_LETTERS_TOPIC
from shared.contracts.reports import REPORTS_TOPIC
from shared.contracts.signals import SIGNALS_TOPIC
from shared.contracts.themes import THEMES_TOPIC

OPENED, DUE_SOON, OVERDUE, SETTLED = (
    ".opened.v1",
    ".due-soon.v1",
    ".overdue.v1",
    ".settled.v1",
)
ANSWER_WITHIN_SECONDS = 24 * 3600
"""What the providers of the run have: the default."""
CLOCK_TOLERANCE_SECONDS = 2.0
"""Between the ledger's reading of the clock and the database's."""


@dataclass(frozen=True)
class Books:
    """Everything that was read from outside. `ids`: report ids by reference, as intake has them."""

    services: Collection[str]
    promises: Sequence[Promise]
    ids: Mapping[str, str]
    databases: Databases
    wire: Wire
    mailbox: Counted
    contacts: Mapping[str, Sequence[str]]
    """Mail addresses by provider."""
    reminded: str

    def id_of(self, one: Promise) -> str:
        """A promise that intake does not know is found lost by the first line; here it has no id but its reference."""
        return one.report_id or self.ids.get(one.reference, one.reference)

    @cached_property
    def all(self) -> list[str]:
        return [self.id_of(one) for one in self.promises]

    @cached_property
    def live(self) -> list[str]:
        return [self.id_of(one) for one in self.promises if not one.historic]

    @cached_property
    def breached(self) -> list[str]:
        return [self.id_of(one) for one in self.promises if one.late]

    @cached_property
    def to_remind(self) -> list[str]:
        in_time = (self.id_of(one) for one in self.promises if not one.historic and not one.late)
        return [one for one in in_time if one[-1] in self.reminded]

    @cached_property
    def case_states(self) -> list[str]:
        changed = {*self.breached, *self.to_remind}
        return [f"{one} revision {2 if one in changed else 1}" for one in self.all]


Comparison = Callable[[Books], Awaitable[Line]]


@dataclass(frozen=True)
class Wanted:
    """A comparison, and the services without which it says nothing."""

    services: frozenset[str]
    compare: Comparison


def _effect(
    what: str,
    expected: Callable[[Books], Iterable[str]],
    service: str,
    name: str,
    *others: str,
    sort: Sort = Sort.EFFECTS,
) -> Wanted:
    """What the service's database holds; `others` must run, too."""

    async def look(books: Books) -> Line:
        found = await books.databases.read(service, name)
        return compare(sort, what, expected(books), found.elements())

    return Wanted(frozenset({service, *others}), look)


def _published(
    what: str,
    expected: Callable[[Books], Iterable[str]],
    found: Callable[[Wire], Iterable[str]],
    *services: str,
    sort: Sort = Sort.EFFECTS,
) -> Wanted:
    async def look(books: Books) -> Line:
        return compare(sort, what, expected(books), found(books.wire))

    return Wanted(frozenset(services), look)


async def _deadlines(books: Books) -> Line:
    """Each case's, against the moment when its report was accepted by the true clock."""
    rows = (row.partition(" ") for row in await books.databases.read("actions", "deadlines"))
    due = {report: float(at) for report, _, at in rows}
    right = [
        report
        for one in books.promises
        if not one.historic
        and (report := books.id_of(one)) in due
        and one.accepted_from - CLOCK_TOLERANCE_SECONDS
        <= due[report] - ANSWER_WITHIN_SECONDS
        <= one.accepted_until + CLOCK_TOLERANCE_SECONDS
    ]
    return compare(Sort.EFFECTS, "deadlines as promised", books.live, right)


async def _mails_accepted(books: Books) -> Line:
    """Whether a mail of unknown end was accepted is what nobody can say; that it was not accepted twice, everybody can."""
    sent = await books.databases.read("notifications", "sent")
    unknown = await books.databases.read("notifications", "unknown")
    perhaps = (one for one in unknown if books.mailbox[one])
    wanted = [*sent.elements(), *perhaps]
    return compare(Sort.MAILS, "mails accepted", wanted, books.mailbox.elements())


async def _ends_published(books: Books) -> Line:
    ends = await books.databases.read("notifications", "ends")
    settled = {one.detail.split()[1]: one.detail for one in books.wire.of(MESSAGES_TOPIC, SETTLED)}
    return compare(Sort.MAILS, "ends of mails published", ends.elements(), settled.values())


async def _signals_published(books: Books) -> Line:
    """Each as it was last told; how many there are depends on what is reported, and when."""
    kept = await books.databases.read("reporting", "signals")
    last = {one.key: f"{one.key} revision {one.revision}" for one in books.wire.of(SIGNALS_TOPIC)}
    return compare(Sort.EFFECTS, "signals published", kept.elements(), last.values())


async def _signals_known(books: Books) -> Line:
    kept = await books.databases.read("reporting", "signals")
    known = await books.databases.read("notifications", "signals")
    what = "signals known to notifications"
    return compare(Sort.EFFECTS, what, kept.elements(), known.elements())


async def _ends_known(books: Books) -> Line:
    ends = await books.databases.read("notifications", "ends")
    known = await books.databases.read("reporting", "messages")
    what = "ends of mails known to reporting"
    return compare(Sort.MAILS, what, ends.elements(), known.elements())


def _messages(books: Books) -> Iterable[str]:
    provider = {books.id_of(one): one.provider for one in books.promises}
    asked = [("alert", one) for one in books.live]
    asked += [("due-soon", one) for one in books.to_remind]
    asked += [("overdue", one) for one in books.breached]
    for kind, one in asked:
        for address in books.contacts[provider[one]]:
            yield f"{kind} {one} {address}"


def _set_aside(service: str) -> Wanted:
    what = f"poison set aside by {service}"

    def expected(books: Books) -> Iterable[str]:
        return (letter for victim, letter in _letters(books) if victim == service)

    return _effect(what, expected, service, "dead letters", sort=Sort.POISON)


def _letters(books: Books) -> Iterable[tuple[str, str]]:
    """Who must set aside which record, with which cause."""
    for place, (topic, cause) in books.wire.poison.items():
        for victim in victims(topic, cause):
            if victim in books.services:
                yield victim, f"{place} {cause}"


def _all_letters(books: Books) -> Iterable[str]:
    return (f"{victim} {letter}" for victim, letter in _letters(books))


INTAKE, CLASSIFICATION, ACTIONS = "intake", "classification", "actions"
NOTIFICATIONS, REPORTING = "notifications", "reporting"
COMPARISONS = (
    _effect(
        "receipts kept by intake",
        lambda b: (f"{p.key} {p.reference}" for p in b.promises if p.report_id is None),
        INTAKE,
        "reports kept",
    ),
    _published("reports published", lambda b: b.all, lambda w: w.keys(REPORTS_TOPIC), INTAKE),
    _effect("reports known to classification", lambda b: b.all, CLASSIFICATION, "reports"),
    _effect("verdicts given", lambda b: b.all, CLASSIFICATION, "verdicts"),
    _published(
        "verdicts published", lambda b: b.all, lambda w: w.keys(THEMES_TOPIC), CLASSIFICATION
    ),
    _effect("verdicts known to actions", lambda b: b.all, ACTIONS, "themes", CLASSIFICATION),
    _effect("verdicts known to reporting", lambda b: b.all, REPORTING, "verdicts", CLASSIFICATION),
    _effect("cases", lambda b: b.case_states, ACTIONS, "cases"),
    _effect("cases in the tally", lambda b: ["case"] * len(b.all), ACTIONS, "cases in the tally"),
    Wanted(frozenset({ACTIONS}), _deadlines),
    _effect("cases opened, by the history", lambda b: b.all, ACTIONS, "openings"),
    _published(
        "openings published", lambda b: b.all, lambda w: w.keys(CASES_TOPIC, OPENED), ACTIONS
    ),
    _effect("reminders fired, by the history", lambda b: b.to_remind, ACTIONS, "reminders"),
    _published(
        "reminders published",
        lambda b: b.to_remind,
        lambda w: w.keys(CASES_TOPIC, DUE_SOON),
        ACTIONS,
    ),
    _effect("breaches, by the history", lambda b: b.breached, ACTIONS, "breaches"),
    _published(
        "breaches published", lambda b: b.breached, lambda w: w.keys(CASES_TOPIC, OVERDUE), ACTIONS
    ),
    _effect("cases followed by intake", lambda b: b.case_states, INTAKE, "cases followed", ACTIONS),
    _effect("cases followed by reporting", lambda b: b.case_states, REPORTING, "cases", ACTIONS),
    _effect("reports known to reporting", lambda b: b.all, REPORTING, "reports"),
    _effect(
        "counts by month, provider, practice and kind",
        lambda b: (f"{p.month} {p.provider} {p.reporter} {p.kind}" for p in b.promises),
        REPORTING,
        "counts",
    ),
    _effect(
        "reports in the tally", lambda b: ["report"] * len(b.all), REPORTING, "reports in the tally"
    ),
    Wanted(frozenset({REPORTING}), _signals_published),
    Wanted(frozenset({REPORTING, NOTIFICATIONS}), _signals_known),
    _effect(
        "mails due, by fact and recipient",
        _messages,
        NOTIFICATIONS,
        "messages",
        ACTIONS,
        sort=Sort.MAILS,
    ),
    Wanted(frozenset({NOTIFICATIONS}), _mails_accepted),
    Wanted(frozenset({NOTIFICATIONS}), _ends_published),
    Wanted(frozenset({NOTIFICATIONS, REPORTING}), _ends_known),
    *(
        _set_aside(service)
        for service in (INTAKE, CLASSIFICATION, ACTIONS, NOTIFICATIONS, REPORTING)
    ),
    _published(
        "dead letters published",
        _all_letters,
        lambda w: (one.detail for one in w.of(DEAD_LETTERS_TOPIC)),
        sort=Sort.POISON,
    ),
    _effect(
        "dead letters known to reporting",
        _all_letters,
        REPORTING,
        "letters heard of",
        sort=Sort.POISON,
    ),
)


async def draw_up(books: Books) -> list[Line]:
    """Every comparison that the services at work allow."""
    return [await one.compare(books) for one in COMPARISONS if one.services <= set(books.services)]


def out_of_order(facts: Iterable[Told]) -> int:
    """Facts that do not come right after the revision before them, by key."""
    last: Counted = Counted()
    wrong = 0
    for fact in facts:
        wrong += fact.revision != last[fact.key] + 1
        last[fact.key] = fact.revision
    return wrong
