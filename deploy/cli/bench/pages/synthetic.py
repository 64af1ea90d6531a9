"""Reports in the shape that real ones have, made from a seed: practices that report much and little, themes of which a few make up
most, growth over the years, winters, and what became of each. Practice by practice, so that each can be made and counted apart."""

import random
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from uuid import UUID

from services.reporting.domain.known import Known, Progress, Reported, Theme, Verdict
from services.reporting.domain.months import plus
from shared.contracts.cases import CaseState, ClosedBecause
from shared.contracts.directory import OrganisationKind, OrganisationRecorded
from shared.contracts.reports import Harm, Kind, Rating, Source, Tenet
from shared.contracts.themes import DecidedBy

MONTHS = 120
BOARDS = ("Q9A", "Q9B")
PROVIDERS = {
    "RZ1": 40,
    "RZ2": 18,
    "RZ3": 18,
    "RY1": 12,
    "RY2": 6,
    "RY3": 4,
    "RX1": 1,
    "RX2": 1,
}
"""Reports of 100 about each. The first three are in the first board's area, as on a fresh estate."""
OWN_PRACTICE = "Y90001"
"""One of the estate's own, so that somebody can sign in for it."""
SERVICES = ("discharge", "outpatients", "pathology", "imaging", "other")
EVENT_THEMES = tuple(f"event-theme-{at:02}" for at in range(1, 21))
FEEDBACK_THEMES = tuple(f"feedback-theme-{at:02}" for at in range(1, 11))
SUB_THEMES = tuple(f"part-{at}" for at in range(1, 4))

_RANDOM_BITS = 58
_LETTERS = string.digits + string.ascii_uppercase
WHOSE = "-c0c0"
"""In each report's id, where those of practices that report alike differ."""


@dataclass(frozen=True)
class Shape:
    """How many reports, by how many practices, up to which day. Practices are a multiple of those that report alike."""

    reports: int
    practices: int
    today: date
    seed: int = 7
    alike: int = 1
    """So many practices in a row report the same, each under ids of its own: to make and count each of ten million takes most of an
    hour."""

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Who reports most comes first; the estate's own practice is in the middle."""
        made = [f"B{at:05}" for at in range(1, self.practices)]
        return (*made[: self.practices // 2], OWN_PRACTICE, *made[self.practices // 2 :])

    @cached_property
    def told(self) -> dict[str, tuple[str, ...]]:
        """By the first of those that report alike: all of them."""
        starts = range(0, self.practices, self.alike)
        return {self.codes[at]: self.codes[at : at + self.alike] for at in starts}

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many reports each of those alike has, by the first of them: Zipf's law, flattened, as participation is broad."""
        weights = [1 / (at + 20) for at in range(1, self.practices + 1)]
        parts = [0.0, *accumulate(weights)][:: self.alike]
        ends = [round(self.reports // self.alike * part / parts[-1]) for part in parts]
        return {
            first: end - begin
            for first, (begin, end) in zip(self.told, pairwise(ends), strict=True)
        }

    @cached_property
    def months(self) -> list[date]:
        return [plus(self.today.replace(day=1), at - MONTHS + 1) for at in range(MONTHS)]

    @cached_property
    def month_weights(self) -> list[float]:
        """Growing to three times the beginning, more in winter."""
        return [
            (1 + 2 * at / MONTHS) * (1.3 if month.month in (12, 1, 2) else 1)
            for at, month in enumerate(self.months)
        ]


def directory(shape: Shape) -> list[OrganisationRecorded]:
    """The organisations that the estate does not have: practices by turns of either board, and providers."""
    made = [(code, OrganisationKind.PRACTICE) for code in shape.codes if code != OWN_PRACTICE]
    made += [(code, OrganisationKind.ACUTE) for code in list(PROVIDERS)[3:]]
    found = [
        OrganisationRecorded(
            occurred_at=datetime.combine(shape.today, time(), UTC),
            code=code,
            revision=1,
            name=f"Synthetic {kind.value} {code}",
            kind=kind,
            commissioner=BOARDS[at % 2],
        )
        for at, (code, kind) in enumerate(made)
    ]
    board = found[0].model_copy(
        update={
            "code": BOARDS[1],
            "kind": OrganisationKind.COMMISSIONER,
            "commissioner": None,
            "name": "Synthetic Integrated Care Board",
        }
    )
    return [*found, board]


def reports(shape: Shape, practice: str) -> Iterator[tuple[UUID, Known]]:
    """Every report of one practice, the first of those that report alike: the same for the same shape, whatever others are made."""
    number = shape.counts[practice]
    chance = random.Random(f"{shape.seed}/{practice}")  # noqa: S311 - a workload, not a secret
    months = chance.choices(shape.months, shape.month_weights, k=number)
    providers = chance.choices(list(PROVIDERS), list(PROVIDERS.values()), k=number)
    events = chance.choices((True, False), (60, 40), k=number)
    for at in range(number):
        teller = _Teller(chance, practice, providers[at], shape.today)
        yield teller.tell(months[at], is_event=events[at])


@dataclass(frozen=True)
class _Teller:
    chance: random.Random
    practice: str
    provider: str
    today: date

    def tell(self, month: date, *, is_event: bool) -> tuple[UUID, Known]:
        chance = self.chance
        happened_on = min(self.today, month.replace(day=chance.randint(1, 28)))
        # Most within days, a few after months; what would be reported after today happened so much earlier.
        delay = timedelta(days=int(chance.expovariate(0.15)))
        if happened_on + delay > self.today:
            happened_on -= delay
        reported_on = happened_on + delay
        submitted_at = datetime.combine(reported_on, time(9), UTC) + timedelta(
            seconds=chance.randrange(30_000)
        )
        tenet = self._tenet(is_event=is_event)
        reported = Reported(
            reference=f"IN-{''.join(chance.choices(_LETTERS, k=4))}-{chance.randrange(100):02}",
            kind=Kind.EVENT if is_event else Kind.FEEDBACK,
            tenet=tenet,
            source=chance.choices(tuple(Source), (60, 15, 25))[0],
            reporter=self.practice,
            provider=self.provider,
            service=chance.choice(SERVICES),
            happened_on=happened_on,
            submitted_at=submitted_at,
            reported_on=reported_on,
            harm=chance.choices(tuple(Harm), (55, 25, 8, 2, 1, 9))[0] if is_event else None,
            rating=None if is_event else chance.choices(tuple(Rating), (15, 15, 10, 30, 25, 5))[0],
            historic=False,
        )
        verdict = Verdict(1, tenet, self._themes(is_event=is_event), DecidedBy.MODEL)
        known = Known(reported, verdict, self._progress(submitted_at))
        return _id(submitted_at, chance), known

    def _tenet(self, *, is_event: bool) -> Tenet:
        if not is_event:
            return Tenet.EXPERIENCE if self.chance.random() < 0.9 else Tenet.EFFECTIVENESS
        return Tenet.SAFETY if self.chance.random() < 0.4 else Tenet.EFFECTIVENESS

    def _themes(self, *, is_event: bool) -> tuple[Theme, ...]:
        chance = self.chance
        slugs: Sequence[str] = EVENT_THEMES if is_event else FEEDBACK_THEMES
        weights = _EVENT_WEIGHTS if is_event else _FEEDBACK_WEIGHTS
        number = chance.choices((0, 1, 2, 3), (5, 60, 28, 7))[0]
        chosen = dict.fromkeys(chance.choices(slugs, cum_weights=weights, k=number))
        return tuple(
            Theme(slug, chance.choice(SUB_THEMES) if chance.random() < 0.6 else None)
            for slug in chosen
        )

    def _progress(self, submitted_at: datetime) -> Progress:
        """Answered within weeks by most; of the last days' reports, some still wait."""
        chance = self.chance
        due_at = submitted_at + timedelta(hours=24)
        if (self.today - submitted_at.date()).days < 7 and chance.random() < 0.3:
            return Progress(1, CaseState.OPEN, due_at, 1)
        late = chance.random() < 0.15
        later = submitted_at + timedelta(hours=chance.randint(1, 23) if not late else 50)
        acts, disputes = chance.random() < 0.6, chance.random() < 0.05
        confirmed = chance.random() < 0.6
        return Progress(
            revision=6,
            state=CaseState.CLOSED,
            due_at=due_at,
            due_revision=2,
            acknowledged_at=later,
            acknowledged_late=late,
            learning_at=later + timedelta(days=3) if acts else None,
            action_planned_at=later + timedelta(days=4) if acts else None,
            action_completed_on=(later + timedelta(days=40)).date()
            if acts and chance.random() < 0.7
            else None,
            outcome_at=later + timedelta(days=9),
            disputed_at=later + timedelta(days=12) if disputes else None,
            confirmed_at=later + timedelta(days=14) if confirmed else None,
            closed_at=later + timedelta(days=14),
            closed_because=ClosedBecause.CONFIRMED if confirmed else ClosedBecause.UNANSWERED,
        )


def _zipf(number: int) -> list[float]:
    return list(accumulate(1 / at for at in range(1, number + 1)))


_EVENT_WEIGHTS = _zipf(len(EVENT_THEMES))
_FEEDBACK_WEIGHTS = _zipf(len(FEEDBACK_THEMES))


def _id(at: datetime, chance: random.Random) -> UUID:
    """A UUIDv7: rising with time, as the estate's own are."""
    milliseconds = int(at.timestamp() * 1000)
    bits = chance.getrandbits(_RANDOM_BITS)
    first, second, last = bits >> 46, bits >> 32 & (1 << 14) - 1, bits & (1 << 32) - 1
    whose = int(WHOSE[1:], 16)
    return UUID(
        int=milliseconds << 80 | 7 << 76 | first << 64 | 2 << 62 | second << 48 | whose << 32 | last
    )
