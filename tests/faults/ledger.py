"""The account: what was promised beside what has come of it, from the receipts alone and the facts' own words.

Every line compares two counters of short texts. What is expected and missing is lost, what is there beyond it is twice (or was
never asked for, which is as bad).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.contracts.cases import CASES_TOPIC
from shared.contracts.messages import MESSAGES_TOPIC
from shared.contracts.operations import DEAD_LETTERS_TOPIC
from shared.contracts.reports import REPORTS_TOPIC
from shared.contracts.themes import THEMES_TOPIC
from tests.faults.databases import Counted, ids_of
from tests.faults.load import Promise
from tests.faults.poison import LISTENERS
from tests.faults.wire import Told, Wire

OPENED, DUE_SOON, SETTLED = ".opened.v1", ".due-soon.v1", ".settled.v1"
UNKNOWN = "mails of unknown end"
REMINDED = "0123"
"""The time of the reminder comes for cases whose id ends in one of these: a quarter of them."""


@dataclass(frozen=True)
class Line:
    """One comparison. `examples` are a few of what is wrong."""

    what: str
    expected: int
    lost: int
    twice: int
    examples: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        return not (self.lost or self.twice)


@dataclass(frozen=True)
class Account:
    """All lines, and what is no comparison: order, what is stuck, and figures that are only told."""

    lines: Sequence[Line]
    out_of_order: int
    stuck: Mapping[str, int]
    told: Mapping[str, int] = field(default_factory=dict)
    """Figures by name, that of `UNKNOWN` among them."""

    @property
    def right(self) -> bool:
        return all(line.right for line in self.lines) and not self.out_of_order and not self.stuck

    def table(self) -> str:
        text = [f"{'':<58}{'expected':>9}{'lost':>7}{'twice':>7}"]
        text += [f"{o.what:<58}{o.expected:>9,}{o.lost:>7,}{o.twice:>7,}" for o in self.lines]
        text.append(f"{'out of order':<58}{self.out_of_order:>9,}")
        text.append(f"{'stuck':<58}{sum(self.stuck.values()):>9,}  {dict(self.stuck) or ''}")
        text += [f"{what:<58}{number:>9,}" for what, number in self.told.items()]
        text += [example for one in self.lines for example in one.examples]
        return "\n".join(text)


@dataclass(frozen=True)
class Books:
    """Everything that was read from outside."""

    promises: Collection[Promise]
    effects: Mapping[str, Mapping[str, Counted]]
    wire: Wire
    mailbox: Counted
    contacts: Mapping[str, Sequence[str]]
    """Mail addresses by provider."""


def compare(what: str, expected: Iterable[str], found: Iterable[str]) -> Line:
    wanted, there = Counter(expected), Counter(found)
    lost, twice = wanted - there, there - wanted
    examples = [f"{what}: lost {one}" for one in list(lost)[:3]]
    examples += [f"{what}: {number} too many of {one}" for one, number in list(twice.items())[:3]]
    return Line(what, wanted.total(), lost.total(), twice.total(), tuple(examples))


def draw_up(books: Books, stuck: Mapping[str, int], told: Mapping[str, int]) -> Account:
    """`stuck` and `told` as the account is to show them."""
    lines = [*_reports(books), *_cases(books), *_mails(books), *_counts(books), *_poison(books)]
    ordered = [*books.wire.of(CASES_TOPIC), *books.wire.of(THEMES_TOPIC)]
    unknown = books.effects["notifications"]["unknown"]
    more = {
        "copies on the wire": books.wire.copies,
        UNKNOWN: unknown.total(),
        "of them accepted by the mail server": sum(books.mailbox[one] for one in unknown),
    }
    return Account(lines, out_of_order(ordered), stuck, {**told, **more})


def out_of_order(facts: Iterable[Told]) -> int:
    """Facts that do not come right after the revision before them, by topic and key."""
    last: Counter[tuple[str, str]] = Counter()
    wrong = 0
    for fact in facts:
        place, revision = (fact.topic, fact.key), fact.value["revision"]
        wrong += revision != last[place] + 1
        last[place] = revision
    return wrong


def _ids(books: Books, *, with_history: bool = True) -> list[str]:
    """Ids of what was promised. A promise that intake does not know is found lost by the first line; here it has no id."""
    ids = ids_of(books.effects)
    return [
        ids.get(one.reference, one.reference)
        for one in books.promises
        if with_history or not one.historic
    ]


def _reports(books: Books) -> list[Line]:
    ids, there = _ids(books), books.effects
    receipts = [f"{one.key} {one.reference}" for one in books.promises]
    published = _keys(books.wire.of(REPORTS_TOPIC))
    themed = _keys(books.wire.of(THEMES_TOPIC))
    return [
        compare("receipts kept by intake", receipts, there["intake"]["reports kept"].elements()),
        compare("reports published", ids, published),
        compare("reports known to classification", ids, _in(there, "classification", "reports")),
        compare("verdicts given", ids, _in(there, "classification", "verdicts")),
        compare("verdicts published", ids, themed),
        compare("verdicts known to actions", ids, _in(there, "actions", "themes")),
        compare("verdicts known to reporting", ids, _in(there, "reporting", "verdicts")),
    ]


def _cases(books: Books) -> list[Line]:
    ids, there = _ids(books), books.effects
    reminded = _reminded(books)
    known = [f"{one} revision {2 if one in reminded else 1}" for one in ids]
    facts = books.wire.of(CASES_TOPIC, DUE_SOON)
    return [
        compare("cases", known, _in(there, "actions", "cases")),
        compare(
            "cases in the tally", ["case"] * len(ids), _in(there, "actions", "cases in the tally")
        ),
        compare("cases opened, by the history", ids, _in(there, "actions", "openings")),
        compare("openings published", ids, _keys(books.wire.of(CASES_TOPIC, OPENED))),
        compare("reminders fired, by the history", reminded, _in(there, "actions", "reminders")),
        compare("reminders published", reminded, _keys(facts)),
        compare("cases followed by intake", known, _in(there, "intake", "cases followed")),
        compare("cases followed by reporting", known, _in(there, "reporting", "cases")),
    ]


def _mails(books: Books) -> list[Line]:
    there = books.effects["notifications"]
    by_id = ids_of(books.effects)
    provider = {by_id.get(one.reference): one.provider for one in books.promises}
    asked = [("alert", one) for one in _ids(books, with_history=False)]
    asked += [("due-soon", one) for one in _reminded(books)]
    wanted = [
        f"{kind} {one} {address}"
        for kind, one in asked
        for address in books.contacts[provider.get(one, "")]
    ]
    # Whether a mail of unknown end was accepted is what nobody can say; that it was not accepted twice, everybody can.
    unknown = (one for one in there["unknown"] if books.mailbox[one])
    settled = {
        fact.value["message_id"]: fact.value["state"]
        for fact in books.wire.of(MESSAGES_TOPIC, SETTLED)
    }
    ends = there["ends"].elements()
    return [
        compare("messages, by fact and recipient", wanted, there["messages"].elements()),
        compare("mails accepted", [*there["sent"].elements(), *unknown], books.mailbox.elements()),
        compare(
            "ends of messages published", ends, (f"{one} {state}" for one, state in settled.items())
        ),
        compare(
            "ends of messages known to reporting",
            there["ends"].elements(),
            _in(books.effects, "reporting", "messages"),
        ),
    ]


def _counts(books: Books) -> list[Line]:
    there = books.effects["reporting"]
    cells = (f"{one.month} {one.provider} {one.reporter} {one.kind}" for one in books.promises)
    return [
        compare("reports known to reporting", _ids(books), there["reports"].elements()),
        compare("reports in the monthly counts", cells, there["counts"].elements()),
        compare(
            "reports in the tally",
            ["report"] * len(books.promises),
            there["reports in the tally"].elements(),
        ),
    ]


def _poison(books: Books) -> list[Line]:
    lines, everyone = [], []
    for service, there in books.effects.items():
        wanted = [
            f"{place} {cause}"
            for place, cause in books.wire.poison.items()
            if service in LISTENERS[place.partition("/")[0]]
        ]
        everyone += [f"{service} {one}" for one in wanted]
        lines.append(
            compare(f"poison set aside by {service}", wanted, there["dead letters"].elements())
        )
    letters = (
        f"{one['consumer']} {one['origin_topic']}/{one['origin_partition']}/{one['origin_offset']} {one['cause']}"
        for one in (fact.value for fact in books.wire.of(DEAD_LETTERS_TOPIC))
    )
    lines.append(compare("dead letters published", everyone, letters))
    lines.append(
        compare(
            "dead letters known to reporting",
            everyone,
            _in(books.effects, "reporting", "letters heard of"),
        )
    )
    return lines


def _reminded(books: Books) -> list[str]:
    return [one for one in _ids(books, with_history=False) if one[-1] in REMINDED]


def _keys(facts: Iterable[Told]) -> list[str]:
    return [fact.key for fact in facts]


def _in(effects: Mapping[str, Mapping[str, Counted]], service: str, name: str) -> Iterable[str]:
    return effects[service][name].elements()
