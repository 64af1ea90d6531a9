"""Who may open which page, and whose cases they meet there."""

from typing import Annotated

from fastapi import Depends, Path
from pydantic import TypeAdapter, ValidationError

from services.actions.domain.case import Person
from services.actions.repository import NOBODY, Scope
from shared.contracts.base import Reference
from shared.contracts.directory import Role
from shared.platform.errors import NotFound
from shared.web.actors import Actor, require

_REFERENCE: TypeAdapter[str] = TypeAdapter(Reference)

Reader = Annotated[Actor, Depends(require(Role.RESPONDER, Role.REPORTER, Role.QUALITY_LEAD))]
Responder = Annotated[Actor, Depends(require(Role.RESPONDER))]
Reporter = Annotated[Actor, Depends(require(Role.REPORTER))]


async def _reference(reference: Annotated[str, Path()]) -> str:
    try:
        return _REFERENCE.validate_python(reference.upper())
    except ValidationError:
        raise NotFound("There is no case with this reference.") from None


CaseReference = Annotated[str, Depends(_reference)]


def scope_of(actor: Actor) -> Scope:
    codes = actor.codes
    return Scope(
        answers=codes if actor.may(Role.RESPONDER) else NOBODY,
        reported=codes if actor.may(Role.REPORTER) else NOBODY,
        oversees=codes if actor.may(Role.QUALITY_LEAD) else NOBODY,
    )


def person_of(actor: Actor) -> Person:
    return Person(actor.member_id, actor.name, actor.organisation.code)
