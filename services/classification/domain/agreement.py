"""How well two readers of the same reports agree on themes, beyond what chance alone would bring. Pure.

A report may have several themes, so each theme is a yes-or-no question of its own: Cohen's kappa (J. Cohen, A coefficient of
agreement for nominal scales, 1960) with the large-sample standard error of Fleiss, Cohen and Everitt (1969). Over all themes kappa
is pooled as by De Vries and others (2008): what is observed and what chance brings are each added up before they are compared, so
that a rare theme weighs little and one that nobody ever chooses weighs nothing. Answers on one report hang together; the pooled
interval therefore leaves out one whole report at a time (the jackknife).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

ENOUGH = 30
"""Fewer reports than these are too few to say anything by."""
_Z = 1.96
"""Of a 95% interval."""
_ROUNDING = 1e-9
"""What is less is nothing but the computer's rounding."""


@dataclass(frozen=True)
class Pair:
    """What two readers made of a report, as keys of themes, and how many reports there are of which they made just this."""

    first: frozenset[str]
    second: frozenset[str]
    reports: int = 1


@dataclass(frozen=True)
class Answers:
    """How many reports two readers gave a theme to."""

    both: int
    first_only: int
    second_only: int
    neither: int

    @property
    def reports(self) -> int:
        return self.both + self.first_only + self.second_only + self.neither

    @property
    def observed(self) -> float:
        """The share of reports that they answered alike."""
        return (self.both + self.neither) / self.reports

    @property
    def expected(self) -> float:
        """The share that two readers would answer alike by chance, each choosing the theme as often as these did."""
        first, second = self.both + self.first_only, self.both + self.second_only
        others = (self.reports - first) * (self.reports - second)
        return (first * second + others) / self.reports**2


@dataclass(frozen=True)
class Kappa:
    """1: they always agree. 0: as often as chance would have it. Below: less often. `low` and `high` bound its 95% interval;
    none where they never disagreed, or one of them always gave the same answer: there is nothing to estimate it by."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class OnTheme:
    key: str
    answers: Answers
    kappa: Kappa | None


@dataclass(frozen=True)
class Agreement:
    """`kappa` is none where there is nothing to say: no reports, or readers who never vary."""

    reports: int
    same: int
    """Reports that were given exactly the same themes."""
    kappa: Kappa | None
    themes: tuple[OnTheme, ...]
    """Those that either reader chose, the most chosen first."""

    @property
    def is_enough(self) -> bool:
        return self.reports >= ENOUGH


def agreement_of(pairs: Iterable[Pair]) -> Agreement:
    """Of reports of one kind: each could have been given every theme of the list."""
    known = [pair for pair in pairs if pair.reports]
    found = answers(known)
    themes = [OnTheme(key, each, kappa(each)) for key, each in found.items()]
    return Agreement(
        reports=sum(pair.reports for pair in known),
        same=sum(pair.reports for pair in known if pair.first == pair.second),
        kappa=_pooled(known, found),
        themes=tuple(sorted(themes, key=lambda each: (each.answers.neither, each.key))),
    )


def answers(pairs: Collection[Pair]) -> dict[str, Answers]:
    """By each theme that either reader chose."""
    total = sum(pair.reports for pair in pairs)
    both, first, second = Counter[str](), Counter[str](), Counter[str]()
    for pair in pairs:
        for counted, keys in (
            (both, pair.first & pair.second),
            (first, pair.first - pair.second),
            (second, pair.second - pair.first),
        ):
            counted.update(dict.fromkeys(keys, pair.reports))
    return {
        key: Answers(
            both[key], first[key], second[key], total - both[key] - first[key] - second[key]
        )
        for key in sorted(both | first | second)
    }


def kappa(found: Answers) -> Kappa | None:
    """Cohen's kappa on one theme; none where neither reader ever varies, so that chance alone explains everything."""
    if not found.reports or found.expected == 1:
        return None
    value = (found.observed - found.expected) / (1 - found.expected)
    return _within(value, standard_error(found))


def standard_error(found: Answers) -> float:
    """Of kappa, for a large sample, as Fleiss, Cohen and Everitt have it. Chance must leave something to explain."""
    total, expected = found.reports, found.expected
    value = (found.observed - expected) / (1 - expected)
    first = ((found.both + found.first_only) / total, (found.second_only + found.neither) / total)
    second = ((found.both + found.second_only) / total, (found.first_only + found.neither) / total)
    alike = sum(
        share / total * (1 - (one + other) * (1 - value)) ** 2
        for share, one, other in zip((found.both, found.neither), first, second, strict=True)
    )
    unlike = (1 - value) ** 2 * (
        found.first_only / total * (second[0] + first[1]) ** 2
        + found.second_only / total * (second[1] + first[0]) ** 2
    )
    rest = (value - expected * (1 - value)) ** 2
    return sqrt(max(0.0, alike + unlike - rest) / total) / (1 - expected)


def _pooled(pairs: Sequence[Pair], found: Mapping[str, Answers]) -> Kappa | None:
    """Kappa over all these themes together; none where neither reader ever varies."""
    value = _ratio(_parts(each) for each in found.values())
    if value is None:
        return None
    total = sum(pair.reports for pair in pairs)
    left = [
        (value if one is None else one, pair.reports)
        for one, pair in zip(_leaving_out(pairs, found), pairs, strict=True)
    ]
    mean = sum(one * reports for one, reports in left) / total
    spread = sum(reports * (one - mean) ** 2 for one, reports in left)
    return _within(value, sqrt((total - 1) / total * spread))


def _leaving_out(pairs: Sequence[Pair], found: Mapping[str, Answers]) -> Iterator[float | None]:
    """For each pair, kappa without one of its reports. Most themes are in neither reader's answer: they stand in a sum made once, to
    which a pair's own themes make a difference."""
    silent = {key: _parts(_less(each, neither=1)) for key, each in found.items()}
    differences = {
        answer: {
            key: _minus(_parts(_less(each, **{answer: 1})), silent[key])
            for key, each in found.items()
            if getattr(each, answer)
        }
        for answer in ("both", "first_only", "second_only")
    }
    whole = (sum(each[0] for each in silent.values()), sum(each[1] for each in silent.values()))
    for pair in pairs:
        own = [
            differences[answer][key]
            for answer, keys in (
                ("both", pair.first & pair.second),
                ("first_only", pair.first - pair.second),
                ("second_only", pair.second - pair.first),
            )
            for key in keys
        ]
        yield _ratio([whole, *own])


def _parts(found: Answers) -> tuple[float, float]:
    """What is observed beyond chance, and what chance leaves room for."""
    if not found.reports:
        return 0.0, 0.0
    return found.observed - found.expected, 1 - found.expected


def _ratio(parts: Iterable[tuple[float, float]]) -> float | None:
    known = list(parts)
    above, below = sum(each[0] for each in known), sum(each[1] for each in known)
    return above / below if below > _ROUNDING else None


def _minus(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] - other[0], one[1] - other[1]


def _less(found: Answers, **fewer: int) -> Answers:
    """With so many reports fewer of each answer."""
    return replace(found, **{name: getattr(found, name) - by for name, by in fewer.items()})


def _within(value: float, error: float) -> Kappa:
    if error < _ROUNDING:
        return Kappa(value)
    return Kappa(value, max(-1.0, value - _Z * error), min(1.0, value + _Z * error))
