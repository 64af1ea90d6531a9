"""What the tests of the administrators' pages share: a trust with an administrator of its own, and forms filled in and sent."""

import re
from collections.abc import Mapping, Sequence
from html import unescape

import httpx2

from shared.contracts.directory import OrganisationKind, OrganisationRecorded, Role
from shared.directory import repository as directory
from tests.support.apps import Person, Running
from tests.support.directory import member, organisation

ALL = "/administration/organisations"
TRUST_ADMINISTRATOR = member("nina.frost", "Nina Frost", Role.ADMINISTRATOR)
TRUST = organisation(
    "RZ5",
    "Hilltop Ambulance NHS Trust",
    OrganisationKind.AMBULANCE,
    TRUST_ADMINISTRATOR,
    member("leo.hart", "Leo Hart", Role.RESPONDER),
    commissioner="Q9A",
)


async def kept(intake: Running, code: str) -> OrganisationRecorded:
    async with intake.transactions.read() as connection:
        found = await directory.organisation(connection, code)
    assert found is not None
    return found


async def form_of(person: Person, path: str) -> dict[str, str]:
    """The hidden fields of a form, as the browser would send them back."""
    page = await person.get(path)
    assert page.status_code == 200, page.text
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


async def change(
    person: Person, path: str, values: Mapping[str, str | Sequence[str]]
) -> httpx2.Response:
    return await person.post(path, {**await form_of(person, path), **values})
