"""The published impact of a reporting system, told again: as many fictional reports, by as many practices, between the same days, with as
much come of them.

The counts are those that a commissioning support unit in the English Midlands published of its "Insight" database for two clinical
commissioning groups and 85 practices, from 2012 to 2015. Names here are fictional, and so is every report. Commissioning groups have become
parts of integrated care boards since; these two are succeeded by one, whose quality lead sees both.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from deploy.cli.demo.history import Story, Told
from shared.contracts.directory import OrganisationKind, Role
from shared.contracts.reports import Kind, Past

BOARD = "Q9M"
READER = "omar.reid"
"""A persona who may act for the board, beside his own."""
_SUCCEEDED_ON = date(2022, 7, 1)
"""When commissioning groups became integrated care boards."""


@dataclass(frozen=True)
class Published:
    """A line of the published table."""

    commissioner: str
    kind: Kind
    records: int
    first: date
    last: date
    with_action: int
    with_outcome: int


PUBLISHED = (
    Published("Q9N", Kind.EVENT, 813, date(2012, 8, 6), date(2015, 12, 2), 532, 353),
    Published("Q9N", Kind.FEEDBACK, 1_988, date(2012, 3, 13), date(2015, 12, 2), 0, 1_951),
    Published("Q9S", Kind.EVENT, 1_563, date(2013, 2, 28), date(2015, 12, 1), 1_207, 966),
    Published("Q9S", Kind.FEEDBACK, 2_425, date(2012, 4, 2), date(2015, 11, 30), 0, 2_425),
)
_COMMISSIONERS = {
    "Q9N": ("Moorland Clinical Commissioning Group", "Moorland", 33),
    "Q9S": ("Kilnfield Clinical Commissioning Group", "Kilnfield", 52),
}
"""Name, what its practices are called by, and how many there are: 85 in all."""


def organisations() -> Iterator[tuple[str, dict[str, Any]]]:
    """The board first, then the two groups and their practices, as the directory's door takes them."""
    member = {
        "member_id": str(uuid5(NAMESPACE_DNS, f"{READER}.{BOARD}")),
        "subject": READER,
        "name": "Omar Reid",
        "roles": [Role.QUALITY_LEAD],
    }
    board = "Moorland and Kilnfield Integrated Care Board"
    yield BOARD, {"name": board, "kind": OrganisationKind.COMMISSIONER, "members": [member]}
    for code, (name, area, practices) in _COMMISSIONERS.items():
        yield (
            code,
            {
                "name": name,
                "kind": OrganisationKind.COMMISSIONER,
                "status": "closed",
                "closed_on": _SUCCEEDED_ON.isoformat(),
                "succeeded_on": _SUCCEEDED_ON.isoformat(),
                "successor": BOARD,
            },
        )
        for number in range(1, practices + 1):
            yield (
                practice(code, number),
                {
                    "name": f"{area} Practice {number}",
                    "kind": OrganisationKind.PRACTICE,
                    "commissioner": code,
                },
            )


def practice(commissioner: str, number: int) -> str:
    """The code of one of a commissioner's practices, counted from 1."""
    return f"Y8{commissioner[-1]}{number:03}"


def history(
    seed: int, stories: Sequence[Story], providers: Mapping[OrganisationKind, str]
) -> list[tuple[Told, Past]]:
    """Every report of the table, oldest first. The same seed tells the same history."""
    chance = random.Random(seed)  # noqa: S311 - a story, not a secret
    told = [one for line in PUBLISHED for one in _told(chance, line, stories, providers)]
    return sorted(told, key=lambda one: one[0].happened_on)


def _told(
    chance: random.Random,
    line: Published,
    stories: Sequence[Story],
    providers: Mapping[OrganisationKind, str],
) -> Iterator[tuple[Told, Past]]:
    fitting = [story for story in stories if story.kind is line.kind]
    weights = [story.weight for story in fitting]
    practices = [
        practice(line.commissioner, n + 1) for n in range(_COMMISSIONERS[line.commissioner][2])
    ]
    # The keen ones report most; the larger of two draws leans towards the end, since reporting grew.
    keen = [2 + len(practices) - n for n in range(len(practices))]
    days = (line.last - line.first).days
    ago = [int(max(chance.random(), chance.random()) * days) for _ in range(line.records - 2)]
    answered = _order(chance, line.records)
    for number, day in enumerate([0, days, *ago]):
        happened_on = line.first + timedelta(days=day)
        story = chance.choices(fitting, weights)[0]
        reporter = chance.choices(practices, keen)[0]
        yield (
            Told(
                reporter,
                providers[story.provider],
                story,
                chance.choice(story.texts),
                happened_on,
            ),
            _past(chance, happened_on, line, answered[number]),
        )


def _order(chance: random.Random, count: int) -> list[int]:
    """Which report is the how-manieth to be answered."""
    order = list(range(count))
    chance.shuffle(order)
    return order


def _past(chance: random.Random, happened_on: date, line: Published, place: int) -> Past:
    """Exactly as many as published have an action, and an outcome; what has an outcome has its action first."""
    reported_on = happened_on + timedelta(days=chance.randint(0, 3))
    action_on = reported_on + timedelta(days=chance.randint(7, 60))
    outcome_on = action_on + timedelta(days=chance.randint(7, 90))
    return Past(
        reported_on=reported_on,
        action_recorded_on=action_on if place < line.with_action else None,
        outcome_recorded_on=outcome_on if place < line.with_outcome else None,
    )
