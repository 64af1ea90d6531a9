"""The histories that intake keeps: of a report, for the organisation that made it, and of an organisation, for administrators."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import repository
from services.intake.domain.references import typed_reference
from services.intake.pages.administration.common import Admin, organisation_to_see
from services.intake.pages.my_reports import Reporter
from services.intake.pages.report import IDENTIFIERS
from shared.contracts.reports import WITHDRAWN_BECAUSE
from shared.platform.audit import RecordKind
from shared.platform.errors import NotFound
from shared.platform.http import Reading
from shared.web.actors import Actor
from shared.web.history import Before, Record, download_history, show_history
from shared.web.history_words import Words

router = APIRouter()

_NAMED_KEYS = 200
"""So many of an organisation's keys stand in its history by their labels; it has a handful."""

REPORT = Words(
    fields={
        "happened_on": "Date it happened",
        "historic": "Imported history",
        "past": "What became of it before",
        "kind": "Type",
        "provider": "About",
        "reporter": "Reported by",
        "text": "What was reported",
        "withdrawn_because": "Why it was withdrawn",
    }
    | {f"masked.{kind}": f"Masked: {names[1]}" for kind, names in IDENTIFIERS.items()},
    values={"withdrawn_because": WITHDRAWN_BECAUSE},
    organisations=frozenset({"provider", "reporter"}),
    hidden=frozenset({"submitted_by"}),
)
ORGANISATION = Words(
    fields={
        "acknowledge_within_hours": "Acknowledges within hours",
        "close_unanswered_after_days": "Unanswered outcomes close after days",
        "by_harm": "Response times by harm",
        "closed_on": "Closed on",
        "contacts": "Mail goes to",
        "due_soon_hours": "Reminded before the deadline, hours",
        "opened_on": "Opened on",
        "succeeded_on": "Taken over on",
        "successor": "Succeeded by",
        "subject": "Sign-in name",
    },
    organisations=frozenset({"commissioner", "successor", "organisation"}),
)


@router.get("/reports/{reference}/history")
async def report_history(
    request: Request, reference: str, actor: Reporter, connection: Reading, before: Before = None
) -> Response:
    record = await _report(connection, reference, actor)
    return await show_history(request, connection, record, before)


@router.get("/reports/{reference}/history.csv")
async def report_history_file(reference: str, actor: Reporter, connection: Reading) -> Response:
    return await download_history(connection, await _report(connection, reference, actor))


@router.get("/administration/organisations/{code}/history")
async def organisation_history(
    request: Request, code: str, actor: Admin, connection: Reading, before: Before = None
) -> Response:
    record = await _organisation(connection, code, actor)
    return await show_history(request, connection, record, before)


@router.get("/administration/organisations/{code}/history.csv")
async def organisation_history_file(code: str, actor: Admin, connection: Reading) -> Response:
    return await download_history(connection, await _organisation(connection, code, actor))


async def _report(connection: AsyncConnection, reference: str, actor: Actor) -> Record:
    """Raises NotFound for another organisation's report, too."""
    typed = typed_reference(reference.replace("\0", ""))
    found = await repository.my_report(connection, typed, reporters=actor.codes)
    if found is None:
        raise NotFound("Your organisation has no report with this reference.")
    return Record(
        title="History of the report",
        caption=found.reference,
        path=f"/reports/{found.reference}/history",
        back=("/reports", "Back to my reports"),
        kinds=(RecordKind.REPORT,),
        record_id=str(found.id),
        words=REPORT,
        note="What became of it since is in the history of its case.",
    )


async def _organisation(connection: AsyncConnection, code: str, actor: Actor) -> Record:
    """With its members, its response times and its keys. Raises NotFound for another than an administrator's own, unless the whole
    directory is theirs."""
    found = await organisation_to_see(connection, actor, code)
    keys = await repository.find_keys(
        connection, "", within=found.code, limit=_NAMED_KEYS, offset=0
    )
    return Record(
        title="History of the organisation",
        caption=f"{found.name} ({found.code})",
        path=f"/administration/organisations/{found.code}/history",
        back=(f"/administration/organisations/{found.code}", found.name),
        kinds=(RecordKind.ORGANISATION, RecordKind.MEMBER, RecordKind.POLICY, RecordKind.KEY),
        record_id=found.code,
        parts=True,
        words=ORGANISATION,
        part_names={f"{found.code}/{each.member_id}": each.name for each in found.members}
        | {f"{found.code}/{each.key_id}": each.label for each in keys},
    )
