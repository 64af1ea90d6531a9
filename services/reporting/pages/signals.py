"""Signals: where the numbers changed by more than chance, and what was done about it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import AfterValidator, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting import use_cases
from services.reporting.domain.filters import Filters
from services.reporting.domain.scope import Scope, scope_of
from services.reporting.domain.signals import (
    Card,
    Sight,
    Signal,
    State,
    Subject,
    at,
    because,
    card_of,
    sight_of,
)
from services.reporting.pages.choosing import overseer_of
from services.reporting.pages.views import known_only, rule_of
from services.reporting.repository import signals as repository
from services.reporting.repository import watching
from services.reporting.repository.signals import Answer, Shown
from shared.contracts.base import LongText
from shared.contracts.directory import Role
from shared.contracts.signals import Bearing, whose
from shared.directory.repository import names
from shared.identifiers import mask
from shared.platform.audit import RecordKind
from shared.platform.errors import NotFound
from shared.platform.http import Reading, Tx
from shared.web.actors import Actor, CurrentActor, require
from shared.web.drafts import Draft
from shared.web.forms import Form, read_form
from shared.web.history import Before, Record, download_history, show_history
from shared.web.history_words import Words
from shared.web.pages import render
from shared.web.paging import PageNumber, Pages

PAGE_SIZE = 20
STATES = {State.OPEN: "Open", State.ANSWERED: "Answered", State.WITHDRAWN: "Withdrawn"}
COLOURS = {State.OPEN: "yellow", State.ANSWERED: "green", State.WITHDRAWN: "grey"}
BEARINGS = {
    Bearing.WORSE: ("Worse", "red"),
    Bearing.BETTER: ("Better", "green"),
    Bearing.NEITHER: ("Changed", "blue"),
}

router = APIRouter(prefix="/signals")
Lead = Annotated[Actor, Depends(require(Role.QUALITY_LEAD))]


class AnswerForm(Form):
    messages: ClassVar[dict[str, str]] = {
        "words.missing": "Enter what was done",
        "words.string_too_long": "What was done must be 5,000 characters or fewer",
        "seen": "Open this page again, then say what was done",
    }
    # The page that comes next shows the writer how it reads once it is masked.
    words: Annotated[
        LongText,
        StringConstraints(max_length=5_000),
        AfterValidator(lambda text: mask(text).text),
    ]
    seen: frozenset[UUID]
    """The signals that stood on the form: what was raised since is not answered by it."""


@dataclass(frozen=True)
class Viewer:
    """Who looks: what they may see, and how that is called."""

    sight: Sight
    scope: Scope

    @property
    def redacted(self) -> bool:
        """Nothing here is of reports that the reader may open."""
        return not self.sight.areas and not self.sight.providers


@dataclass(frozen=True)
class Place:
    """A subject in words."""

    card: Card
    title: str
    where: str
    """Whose reports: a provider, and the area."""
    chart: str
    """The address of its chart."""

    @property
    def subject_id(self) -> UUID:
        return self.card.subject.subject_id


@router.get("", response_class=HTMLResponse)
async def signals(
    request: Request,
    actor: CurrentActor,
    connection: Reading,
    state: State = State.OPEN,
    page: PageNumber = 1,
) -> HTMLResponse:
    """Those of one state, what something happened to last first."""
    known_only(request, "state", "page")
    viewer = await _viewer(request, connection, actor)
    counts = await repository.counts(connection, viewer.sight)
    pages = Pages("/signals", {"state": state}, page, counts[state], PAGE_SIZE)
    found = await repository.subjects(
        connection, viewer.sight, state, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    shown = await repository.shown(connection, viewer.sight, found, state)
    answers = _answers(each for one in shown.values() for each in one)
    places = await _places(
        connection, viewer.sight, [card_of(_signals(shown[key])) for key in found]
    )
    return render(
        request,
        "reporting/signals.html",
        viewer=viewer,
        state=state,
        states=STATES,
        bearings=BEARINGS,
        counts=counts,
        pages=pages,
        places=places,
        shown=shown,
        answers={key: _answers(one) for key, one in shown.items()},
        organisations=await names(connection, {each.organisation for each in answers}),
    )


@router.get("/{subject_id}", response_class=HTMLResponse)
async def subject(
    request: Request,
    subject_id: UUID,
    actor: CurrentActor,
    connection: Reading,
    answered: bool = False,
) -> HTMLResponse:
    """Every signal of a theme somewhere, and what was done."""
    known_only(request, "answered")
    viewer = await _viewer(request, connection, actor)
    shown, place = await _find(connection, viewer.sight, subject_id)
    answers = _answers(shown)
    return render(
        request,
        "reporting/signal.html",
        viewer=viewer,
        place=place,
        open=[each for each in shown if each.state is State.OPEN],
        shown=shown,
        states=STATES,
        colours=COLOURS,
        bearings=BEARINGS,
        at=at,
        because=because,
        whose=whose,
        answers=answers,
        organisations=await names(connection, {each.organisation for each in answers}),
        may_answer=viewer.sight.may_answer(place.card.subject),
        answered=answered,
    )


@router.get("/{subject_id}/answer", response_class=HTMLResponse)
async def show_answer(
    request: Request, subject_id: UUID, actor: Lead, draft: Draft, connection: Reading
) -> HTMLResponse:
    viewer = await _viewer(request, connection, actor)
    shown, place = await _answerable(connection, viewer.sight, subject_id)
    values = await draft.over(connection, AnswerForm, {})
    return _form(request, shown, place, values, {})


@router.post("/{subject_id}/answer")
async def answer(request: Request, subject_id: UUID, actor: Lead, draft: Draft, tx: Tx) -> Response:
    """Says what was done about the signals that stood on the form."""
    viewer = await _viewer(request, tx.connection, actor)
    filled = await read_form(request, AnswerForm)
    if filled.value is None:
        shown, place = await _answerable(tx.connection, viewer.sight, subject_id)
        return _form(request, shown, place, filled.typed, filled.errors)
    form = filled.value
    await use_cases.answer_signals(subject_id, form.seen, form.words, viewer.sight, tx)
    await draft.sent(tx.connection)
    return RedirectResponse(f"/signals/{subject_id}?answered=true", 303)


@router.get("/{subject_id}/history")
async def history(
    request: Request, subject_id: UUID, actor: Lead, connection: Reading, before: Before = None
) -> Response:
    record = await _record(request, connection, actor, subject_id)
    return await show_history(request, connection, record, before)


@router.get("/{subject_id}/history.csv")
async def history_file(
    request: Request, subject_id: UUID, actor: Lead, connection: Reading
) -> Response:
    return await download_history(connection, await _record(request, connection, actor, subject_id))


async def _viewer(request: Request, connection: AsyncConnection, actor: Actor) -> Viewer:
    overseer = await overseer_of(connection, actor)
    who = (actor.organisation, actor.roles, actor.codes, overseer)
    return Viewer(sight_of(*who, rule_of(request)), scope_of(*who))


async def _find(
    connection: AsyncConnection, sight: Sight, subject_id: UUID
) -> tuple[list[Shown], Place]:
    """The subject's signals, with the place as the newest of those that hold tell it. Raises NotFound."""
    found = await repository.shown(connection, sight, [subject_id])
    if subject_id not in found:
        raise NotFound("There are no such signals.")
    shown = found[subject_id]
    telling = [each for each in shown if each.state is State.OPEN] or shown
    [place] = await _places(connection, sight, [card_of(_signals(telling))])
    return shown, place


async def _answerable(
    connection: AsyncConnection, sight: Sight, subject_id: UUID
) -> tuple[list[Shown], Place]:
    """The signals that wait for an answer of the reader. Raises NotFound."""
    shown, place = await _find(connection, sight, subject_id)
    still_open = [each for each in shown if each.state is State.OPEN]
    if not still_open or not sight.may_answer(place.card.subject):
        raise NotFound("Nothing waits for an answer here. It may have been answered or withdrawn.")
    return still_open, place


def _form(
    request: Request,
    shown: Sequence[Shown],
    place: Place,
    values: Mapping[str, object],
    errors: Mapping[str, str],
) -> HTMLResponse:
    return render(
        request,
        "reporting/signal_answer.html",
        status_code=422 if errors else 200,
        place=place,
        seen=[each.signal.signal_id for each in shown],
        values=values,
        errors=errors,
    )


def _signals(shown: Collection[Shown]) -> list[Signal]:
    return [each.signal for each in shown]


def _answers(shown: Iterable[Shown]) -> list[Answer]:
    """Each once, newest first."""
    found = {each.answer.answer_id: each.answer for each in shown if each.answer is not None}
    return sorted(found.values(), key=lambda one: one.answered_at, reverse=True)


async def _places(connection: AsyncConnection, sight: Sight, cards: Sequence[Card]) -> list[Place]:
    subjects = [card.subject for card in cards]
    titles = await watching.titles(connection, {each.theme for each in subjects})
    codes = {code for each in subjects for code in (each.area, each.provider) if code}
    known = await names(connection, codes)
    return [
        Place(card, titles[card.subject.theme], _where(card.subject, known, sight), _chart(card))
        for card in cards
    ]


def _where(one: Subject, known: Mapping[str, str], sight: Sight) -> str:
    """Whose reports they are. To who leads quality in one area it is not said which."""
    area = known[one.area] if one.area else "All areas"
    if sight.may_answer(one):
        return known[one.provider] if one.provider else "All providers"
    return f"{known[one.provider]}, {area}" if one.provider else area


def _chart(card: Card) -> str:
    """The address of the chart as it was judged: no period chosen."""
    filters = Filters(provider=card.subject.provider or None, tenet=card.tenet)
    return f"/trends/themes/{card.subject.theme}{filters.query}"


async def _record(
    request: Request, connection: AsyncConnection, actor: Actor, subject_id: UUID
) -> Record:
    """Raises NotFound."""
    viewer = await _viewer(request, connection, actor)
    _, place = await _find(connection, viewer.sight, subject_id)
    if not viewer.sight.may_answer(place.card.subject):
        raise NotFound("There are no such signals.")
    return Record(
        title="History of signals",
        caption=f"{place.title}, {place.where}",
        path=f"/signals/{subject_id}/history",
        back=(f"/signals/{subject_id}", "Back to the signals"),
        kinds=(RecordKind.SIGNAL,),
        record_id=str(subject_id),
        words=Words(
            fields={"what_was_done": "What was done"},
            organisations=frozenset({"area", "provider"}),
            hidden=frozenset({"signals"}),
        ),
        note="It says what people answered. When each signal was raised and withdrawn stands with the signal.",
    )
