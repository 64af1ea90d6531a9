"""The fictional organisations and people of `estate.toml`, and how intake is told of them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

import httpx2

FILE = Path(__file__).parent / "estate.toml"


class NotTaken(Exception):
    """Intake refused an organisation; the message says which and why."""


@dataclass(frozen=True)
class Persona:
    """Somebody to sign in as."""

    subject: str
    name: str
    roles: tuple[str, ...]
    organisations: tuple[str, ...]
    """Names; more than one for somebody who acts for several."""


def organisations() -> dict[str, dict[str, Any]]:
    """By code, each organisation as intake's directory takes it."""
    declared = tomllib.loads(FILE.read_text())["organisations"]
    return {one["code"]: _as_document(one) for one in declared}


def personas() -> list[Persona]:
    """Everybody who can sign in, in the file's order."""
    seen: dict[str, Persona] = {}
    for organisation in tomllib.loads(FILE.read_text())["organisations"]:
        for member in organisation.get("members", []):
            earlier = seen.get(member["subject"])
            seen[member["subject"]] = Persona(
                subject=member["subject"],
                name=member["name"],
                roles=tuple(member["roles"]),
                organisations=(*(earlier.organisations if earlier else ()), organisation["name"]),
            )
    return list(seen.values())


async def seed_directory(intake_url: str, administrator_key: str) -> int:
    """Puts every organisation through intake's own door; `NotTaken` when it refuses one. Says how many there are."""
    documents = organisations()
    headers = {"Authorization": f"Bearer {administrator_key}"}
    async with httpx2.AsyncClient(base_url=intake_url, headers=headers, timeout=30) as client:
        for code, document in documents.items():
            path = f"/api/v1/directory/organisations/{code}"
            answer = await client.put(path, json=document)
            if answer.is_error:
                raise NotTaken(f"intake refused {code} ({answer.status_code}): {answer.text[:300]}")
    return len(documents)


def _as_document(declared: dict[str, Any]) -> dict[str, Any]:
    members = [
        # The same person at two organisations is two memberships.
        {
            "member_id": str(uuid5(NAMESPACE_DNS, f"{member['subject']}.{declared['code']}")),
            **member,
        }
        for member in declared.get("members", [])
    ]
    document = {key: value for key, value in declared.items() if key != "code"}
    return {**document, "members": members}
