"""The published documents as they follow from the code, and how they differ from those in the repository."""

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from deploy.cli.contracts.asyncapi import CONTRACTS, asyncapi
from deploy.cli.contracts.breaking import breaking_changes
from deploy.cli.contracts.services import openapi

SCHEMAS = "schemas"


@dataclass(frozen=True)
class Difference:
    """One published file that is not what the code says."""

    path: str
    change: str
    breaking: tuple[str, ...] = ()

    def describe(self) -> str:
        lines = [f"{self.path}: {self.change}", *(f"  breaking: {one}" for one in self.breaking)]
        return "\n".join(lines)


def schema_of(contract: type[BaseModel]) -> dict[str, object]:
    """The JSON Schema of a fact's value, as a reader of it needs it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **contract.model_json_schema(),
    }


def documents() -> dict[str, str]:
    """Every published document: its path in `docs/contracts`, and its text."""
    contents: dict[str, object] = {
        f"{SCHEMAS}/{contract.type}.json": schema_of(contract) for contract in CONTRACTS
    }
    contents["asyncapi.json"] = asyncapi()
    contents["openapi.json"] = openapi()
    return {
        path: json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        for path, content in contents.items()
    }


def compare(folder: Path) -> list[Difference]:
    """What differs between the code and the published documents. Raises OSError when they cannot be read."""
    made = documents()
    published = {
        str(path.relative_to(folder)): path.read_text()
        for path in (*folder.glob("*.json"), *folder.glob(f"{SCHEMAS}/*.json"))
    }
    gone = [
        Difference(path, "no longer published", ("the contract was removed",))
        for path in sorted(published.keys() - made.keys())
    ]
    new = [Difference(path, "new") for path in sorted(made.keys() - published.keys())]
    changed = [
        Difference(path, "changed", _breaking(path, published[path], made[path]))
        for path in sorted(made.keys() & published.keys())
        if made[path] != published[path]
    ]
    return gone + new + changed


def _breaking(path: str, published: str, made: str) -> tuple[str, ...]:
    """AsyncAPI and OpenAPI are made of the schemas and the routes; only the schemas are facts that stay in Kafka for ever."""
    if not path.startswith(f"{SCHEMAS}/"):
        return ()
    return tuple(breaking_changes(json.loads(published), json.loads(made)))
