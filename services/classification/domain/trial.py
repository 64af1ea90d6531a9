"""What another version would change, were it to classify history: one report compared, and many added up. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.classification.domain.decision import Decision, key_of
from services.classification.model.verdict import Verdict
from shared.contracts.themes import AssignedTheme, DecidedBy

ENOUGH_DECIDED = 30
"""Reports decided by people before anything is said about which version agrees with them more."""


class TrialState(StrEnum):
    UNDER_WAY = "under way"
    FINISHED = "finished"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Comparison:
    """A report's verdict as it is, and what the candidate says of it. Themes are keys of `key_of`."""

    decided_by: DecidedBy
    before: frozenset[str]
    gained: frozenset[str]
    lost: frozenset[str]
    against: frozenset[str] | None = None
    """What the version in force finds, where a person decided: these two are held against the person's themes."""
    tenet_changed: bool = False
    sentiment_changed: bool = False
    hints_changed: bool = False

    @property
    def after(self) -> frozenset[str]:
        return (self.before - self.lost) | self.gained

    @property
    def changed(self) -> bool:
        return bool(
            self.gained
            or self.lost
            or self.tenet_changed
            or self.sentiment_changed
            or self.hints_changed
        )


@dataclass(frozen=True)
class ThemeCount:
    """Reports with a theme: as they are, as they would be, and how many would gain or lose it."""

    before: int = 0
    after: int = 0
    gained: int = 0
    lost: int = 0


@dataclass(frozen=True)
class Agreement:
    """A version's themes held against people's, theme by theme over all their reports."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def micro_f1(self) -> float:
        """From 0, nothing in common, to 1, all the same."""
        of_all = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / of_all if of_all else 1.0


@dataclass(frozen=True)
class Findings:
    """A trial, added up. What people decided counts in the last three only: no version would change it."""

    compared: int = 0
    changed: int = 0
    tenets: int = 0
    sentiments: int = 0
    hints: int = 0
    themes: Mapping[str, ThemeCount] = field(default_factory=dict)
    decided: int = 0
    in_force: Agreement = Agreement()
    candidate: Agreement = Agreement()

    @property
    def unchanged(self) -> int:
        return self.compared - self.changed

    @property
    def enough_decided(self) -> bool:
        return self.decided >= ENOUGH_DECIDED


def compare(current: Decision, candidate: Verdict, in_force: Verdict | None) -> Comparison:
    """`in_force`: what the version in force says now, asked only where a person decided."""
    before, after = _keys(current.themes), _keys(candidate.themes)
    return Comparison(
        decided_by=current.decided_by,
        before=before,
        gained=after - before,
        lost=before - after,
        against=_keys(in_force.themes) if in_force else None,
        tenet_changed=current.tenet is not candidate.tenet,
        sentiment_changed=current.sentiment != candidate.sentiment,
        hints_changed=set(current.hints) != set(candidate.hints),
    )


def add_up(comparisons: Iterable[tuple[Comparison, int]]) -> Findings:
    """Each with how many reports came out so."""
    counted: Counter[str] = Counter()
    themes: dict[str, Counter[str]] = {}
    held: dict[str, Counter[str]] = {"in_force": Counter(), "candidate": Counter()}
    for one, reports in comparisons:
        if one.against is not None:
            counted["decided"] += reports
            _hold(held["in_force"], one.before, one.against, reports)
            _hold(held["candidate"], one.before, one.after, reports)
            continue
        counted["compared"] += reports
        for name, happened in (
            ("changed", one.changed),
            ("tenets", one.tenet_changed),
            ("sentiments", one.sentiment_changed),
            ("hints", one.hints_changed),
        ):
            counted[name] += reports * happened
        for name in ("before", "after", "gained", "lost"):
            for key in getattr(one, name):
                themes.setdefault(key, Counter())[name] += reports
    return Findings(
        **counted,
        themes={key: ThemeCount(**counts) for key, counts in themes.items()},
        in_force=Agreement(**held["in_force"]),
        candidate=Agreement(**held["candidate"]),
    )


def _hold(counts: Counter[str], wanted: Collection[str], given: Collection[str], n: int) -> None:
    right = len(set(wanted) & set(given))
    counts["right"] += n * right
    counts["wrong"] += n * (len(given) - right)
    counts["missed"] += n * (len(wanted) - right)


def _keys(themes: Iterable[AssignedTheme]) -> frozenset[str]:
    return frozenset(map(key_of, themes))
