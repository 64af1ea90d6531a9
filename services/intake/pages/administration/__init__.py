"""The directory for administrators. Who may change what is decided by the use cases, not here."""

from fastapi import APIRouter

from services.intake.pages.administration import (
    imports,
    lists,
    members,
    organisation,
    parts,
    standing,
)

router = APIRouter()
for part in (lists, organisation, parts, members, standing, imports):
    router.include_router(part.router)
