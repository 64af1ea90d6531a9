"""The demonstration's quality leads: one decides what some reports of history are about, by lot, and another reads them again without
seeing that, so that there is something to see on the page about agreement."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from deploy.cli.demo.history import Told
from deploy.cli.demo.people import Person
from shared.contracts.reports import Kind

FIRST, SECOND = "helen.marsh", "omar.reid"
_ORGANISATION = "Harrowmere and Westvale Integrated Care Board"
"""That the second acts for, where there is another."""
_MOST, _SHARE = 36, 20
"""Decisions of each kind: a few more than figures need, and no more than one of so many reports."""
_REASON = "That is what it says, read as a whole"


def decisions(reports: int) -> int:
    """Of each kind, where history has so many reports."""
    return min(_MOST, reports // _SHARE)


def read(
    url: str, told: Mapping[str, Told], newest: str, wanted: int, done: Callable[[], None]
) -> None:
    """`told`: reports of history by their reference. `newest`: a report of the first reader's area that has its themes last."""
    first = Person(url, FIRST)
    first.wait_for(newest)
    for kind in Kind:
        for reference in _some(partial(first.sample, kind), told, wanted):
            one = told[reference]
            first.decide(reference, one.story.themes(one.text), _REASON)
            done()
    second = Person(url, SECOND, _ORGANISATION)
    for kind in Kind:
        for reference in _some(partial(second.to_read_again, kind), told, wanted):
            one = told[reference]
            second.read_again(reference, one.story.themes(one.text, again=True), one.story.tenet)
            done()


def _some(listed: Callable[[int], list[str]], told: Mapping[str, Told], wanted: int) -> list[str]:
    """The first so many of a list, page by page, of reports that the demonstration told."""
    found: list[str] = []
    for page in _pages(listed):
        found += [reference for reference in page if reference in told]
        if len(found) >= wanted:
            break
    return found[:wanted]


def _pages(listed: Callable[[int], list[str]]) -> Iterator[list[str]]:
    number = 1
    while page := listed(number):
        yield page
        number += 1
