"""Pages opened by the people who open them, one after the other."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx2

from deploy.cli.bench.pages.synthetic import EVENT_THEMES, FEEDBACK_THEMES, OWN_PRACTICE
from deploy.cli.demo.people import Person

_WARM_UP = 3
LEAD, RESPONDER, PRACTICE, REVIEWER = "helen.marsh", "jo.lee", "amira.patel", "ravi.dhillon"


@dataclass(frozen=True)
class Page:
    """A page, what it is in the table, and who opens it."""

    title: str
    path: str
    subject: str = LEAD


_COMMON, _RARE = f"/trends/themes/{EVENT_THEMES[0]}", f"/trends/themes/{FEEDBACK_THEMES[-1]}"
PAGES = (
    Page("Overview, an area", "/trends"),
    Page("Overview, an area, 10 years", "/trends?months=120"),
    Page("Overview, safety of a provider", "/trends?provider=RZ2&tenet=safety"),
    Page("Overview, severe harm", "/trends?harm=severe"),
    Page("Overview, deaths", "/trends?harm=fatal"),
    Page("Overview, a rare rating", "/trends?rating=unknown"),
    Page("Overview, a practice's reports", f"/trends?practice={OWN_PRACTICE}"),
    Page("Overview, a provider", "/trends", RESPONDER),
    Page("Overview, a practice", "/trends", PRACTICE),
    Page("Overview, rounded", "/trends", REVIEWER),
    Page("Common theme, an area", _COMMON),
    Page("Rare theme, 5 years", f"{_RARE}?months=60"),
    Page("Common theme, a provider", _COMMON, RESPONDER),
    Page("Common theme, a practice", _COMMON, PRACTICE),
    Page("Common theme, rounded", _COMMON, REVIEWER),
    Page("List, an area", "/trends/reports"),
    Page("List, late, of a rare theme", f"/trends/reports?theme={FEEDBACK_THEMES[-1]}&stage=late"),
    Page("List, deaths", "/trends/reports?harm=fatal&months=60"),
    Page("List, a provider", "/trends/reports?stage=disputed", RESPONDER),
    Page("List, a practice", "/trends/reports", PRACTICE),
    Page("A provider", "/trends/providers/RZ2"),
    Page("A provider, its own", "/trends/providers/RZ1", RESPONDER),
    Page("A practice beside its peers", f"/trends/practices/{OWN_PRACTICE}", PRACTICE),
    Page("A commissioner", "/trends/commissioners/Q9A"),
    Page("Providers compared", "/trends/compare"),
    Page("Practices compared", "/trends/compare?of=practices&by=outcome"),
    Page("Three tenets, an area", "/trends/triangulation"),
    Page("Three tenets, a practice", "/trends/triangulation", PRACTICE),
    Page("Taking part", "/trends/participation"),
    Page("Impact, an area", "/trends/impact"),
    Page("Impact, rounded", "/trends/impact", REVIEWER),
)


def cookies(url: str, pages: Sequence[Page]) -> dict[str, str]:
    """Sign everybody in; what their browsers then send, by subject."""
    people = {page.subject for page in pages}
    return {subject: Person(url, subject).cookie for subject in sorted(people)}


def seconds(
    urls: Sequence[str], pages: Sequence[Page], signed_in: Mapping[str, str], times: int
) -> list[dict[Page, list[float]]]:
    """How long each page took at each address, so many times. They are opened by turns, so that a slow minute of the machine is no one
    page's, and no one address's. Raises httpx2.HTTPError when one does not come."""
    found: list[dict[Page, list[float]]] = [{page: [] for page in pages} for _ in urls]
    with httpx2.Client(timeout=60) as client:
        for _ in range(_WARM_UP + times):
            for page in pages:
                headers = {"Cookie": signed_in[page.subject]}
                for url, took in zip(urls, found, strict=True):
                    began = time.perf_counter()
                    client.get(f"{url}{page.path}", headers=headers).raise_for_status()
                    took[page].append(time.perf_counter() - began)
    return [{page: took[_WARM_UP:] for page, took in each.items()} for each in found]
