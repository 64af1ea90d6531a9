"""The reports that the benchmark sends: the demonstration's stories, made as long as real ones are, for the seeded directory."""

import random
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from deploy.cli.demo.history import Told, latest
from shared.contracts.directory import OrganisationKind
from shared.contracts.reports import Kind

PRACTICES = ("Y90001", "Y90002", "Y90003", "Y90004", "Y90005", "Y90006")
PROVIDERS = {
    OrganisationKind.ACUTE: "RZ1",
    OrganisationKind.MENTAL_HEALTH: "RZ2",
    OrganisationKind.COMMUNITY: "RZ3",
}


def told(count: int, today: date) -> list[Told]:
    return latest(7, today, count, PRACTICES, PROVIDERS)


def texts(kind: Kind, count: int, today: date) -> list[str]:
    """What people say of their care, or practices of what happened: one story each, 100 characters or so."""
    found = [one.text for one in told(count * 4, today) if one.story.kind is kind]
    return found[:count]


def bodies(stories: list[Told], *, historic: bool) -> list[dict[str, Any]]:
    """What the bulk door takes; each with a key of its own."""
    chance = random.Random(11)  # noqa: S311 - a workload, not a secret
    return [
        {
            "idempotency_key": str(uuid4()),
            "reporter": one.reporter,
            "provider": one.provider,
            "service": one.story.service,
            "kind": one.story.kind,
            "tenet": one.story.tenet,
            "harm": one.story.harm,
            "rating": one.story.rating,
            "happened_on": one.happened_on.isoformat(),
            # Real reports run to some 50 words.
            "text": f"{one.text} {chance.choice(stories).text} {chance.choice(stories).text}",
            "historic": historic,
        }
        for one in stories
    ]


def in_batches(items: list[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def one_report(item: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """An item of the bulk door as the single one takes it: body, and header with the key. It is always a live report."""
    body = {
        name: value for name, value in item.items() if name not in ("idempotency_key", "historic")
    }
    return body, {"Idempotency-Key": item["idempotency_key"]}
