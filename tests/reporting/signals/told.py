"""Reports of one theme with a peak in the last whole month, as facts that may be heard today."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from services.reporting.domain.charted import last_whole
from services.reporting.domain.known import LONDON
from services.reporting.domain.months import plus
from shared.contracts.base import Fact
from shared.contracts.reports import Kind, Tenet
from shared.contracts.themes import AssignedTheme
from tests.reporting.histories import Story, seeded, story

TODAY = datetime.now(LONDON).date()
LAST = last_whole(TODAY)
"""The newest month that charts are made of, whatever day it is."""
LETTERS = (AssignedTheme(theme="letters", title="Clinic letters", confidence=0.9),)
USUAL = (3, 2, 4, 3, 2, 3, 4, 2, 3, 3, 4, 2, 3, 2)
PEAK = 15


def told(number: int, month: date, *, tenet: Tenet = Tenet.SAFETY, provider: str = "RZ1") -> Story:
    """An event reported by Elm Road about a provider."""
    happened_on = month + timedelta(days=number % 28)
    return story(
        seeded(number),
        number,
        kind=Kind.EVENT,
        tenet=tenet,
        rating=None,
        historic=False,
        past=None,
        reporter="Y90001",
        provider=provider,
        happened_on=happened_on,
        occurred_at=datetime.combine(happened_on, time(12), LONDON),
    )


def told_by(practice: str, number: int, **changes: object) -> Story:
    """An event that a practice reported in `LAST`."""
    happened_on = LAST + timedelta(days=number % 28)
    same = {"kind": Kind.EVENT, "rating": None, "past": None, "provider": "RZ1"}
    default = {"tenet": Tenet.SAFETY, "historic": False, "happened_on": happened_on}
    return story(
        seeded(1000 + number), 1000 + number, **same | default | {"reporter": practice} | changes
    )


def stories(
    numbers: Sequence[int] = (*USUAL, PEAK), first: int = 0, tenet: Tenet = Tenet.SAFETY
) -> list[Story]:
    """So many a month, the last number being that of `LAST`."""
    months = [plus(LAST, at + 1 - len(numbers)) for at in range(len(numbers))]
    found: list[Story] = []
    for month, number in zip(months, numbers, strict=True):
        found += [told(first + len(found) + at, month, tenet=tenet) for at in range(number)]
    return found


def facts_of(some: Sequence[Story]) -> list[Fact]:
    """Each report, and that it is about letters."""
    verdicts = [each.verdict(1, tenet=each.report.tenet, themes=LETTERS) for each in some]
    return [*(each.report for each in some), *verdicts]
