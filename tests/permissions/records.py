"""Records of both areas, in every state that a route is for, each with words that stand nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid4

import httpx2
from sqlalchemy import select
from uuid_utils.compat import uuid7

from services.classification import repository as classification
from services.classification.domain import Correction, keys_of
from services.classification.domain.trial import TrialState
from services.classification.model.versions import COMMENTS, SHIPPED
from services.classification.repository import trials
from services.classification.repository.trials import Trial
from services.classification.use_cases import correct, start_trial
from services.intake.domain.keys import Scope
from services.notifications import tables as notifications
from services.reporting import tables as reporting
from services.reporting.domain.letters import Selection, group_of
from services.reporting.domain.signals import Sight, Signal, Subject
from services.reporting.use_cases import answer_signals, decide_about_letters, list_dead_letters
from shared.contracts.directory import OrganisationKind, Role
from shared.contracts.operations import Decision
from shared.contracts.reports import Kind
from tests.intake.samples import BEARER, FORM
from tests.permissions import rules
from tests.permissions.estate import AREAS, Estate, code_of, subject_of
from tests.permissions.rest import Contents, contents_of, until_at_rest
from tests.permissions.rules import SUBJECT, Operation, Rule, State, parties_of
from tests.reporting.signals.samples import keep, signal
from tests.support.apps import Person
from tests.support.directory import member
from tests.support.letters import set_aside
from tests.support.waiting import eventually

MORE = {1: 3, 2: 0}
"""Reports beside those of the states: area 1 has enough of one theme to be told, area 2 has not."""

TRIED = SHIPPED.of(Kind.FEEDBACK)[0].name
"""A version that is not in force."""


def canary(area: int, what: str) -> str:
    """A word that only the area's own records hold."""
    return f"{'quillwood' if area == 1 else 'brackmoor'} {what}"


WORDS = ("report", "step", "finding", "reason", "action", "owner", "outcome", "title", "done")
LOST, ANOTHER_LOST = "lost-letters", "lost-results"
"""Themes that signals are of, and no report."""


def lost(area: int, theme: str = LOST) -> Signal:
    """A signal about the area's acute provider."""
    board, provider = OrganisationKind.COMMISSIONER, OrganisationKind.ACUTE
    return signal(Subject(code_of(board, area), code_of(provider, area), theme))


@dataclass(frozen=True)
class Records:
    """What there is, by area."""

    references: Mapping[int, Mapping[State, str]]
    others: Mapping[int, list[str]]
    """References beside those of the states."""
    action_ids: Mapping[int, UUID]
    message_ids: Mapping[int, UUID]
    themes: Mapping[int, str]
    subject_ids: Mapping[int, UUID]
    """Of what has a signal, and another one that was answered."""
    keys: Mapping[int, str]
    trial_id: UUID
    """Of a version that is not in force, finished."""
    dead_letters: Mapping[str, str]
    """A letter and a group that wait for a decision, and a decision."""
    key_id: str
    """Of a key of the organisation that the directory's pages are tried with."""

    def all_of(self, area: int) -> set[str]:
        return {*self.references[area].values(), *self.others[area]}

    def things(self, state: State, area: int = 1) -> dict[str, str]:
        """What stands in addresses."""
        return {
            "reference": self.references[area][state],
            "action_id": str(self.action_ids[area]),
            "message_id": str(self.message_ids[area]),
            "theme": self.themes[area],
            "subject_id": str(self.subject_ids[area]),
            "key_id": self.key_id,
            "trial_id": str(self.trial_id),
            **self.dead_letters,
            "version": TRIED,
            "measured": COMMENTS.name,
            "taxonomy": COMMENTS.taxonomy,
            "code": SUBJECT,
            "provider": code_of(OrganisationKind.ACUTE, area),
            "practice": code_of(OrganisationKind.PRACTICE, area),
            "commissioner": code_of(OrganisationKind.COMMISSIONER, area),
            "member_id": str(member(subject_of(Role.REVIEWER, SUBJECT), "-").member_id),
            "import_id": str(self.action_ids[area]),
        }


async def make_records(estate: Estate) -> Records:
    references: dict[int, dict[State, str]] = {}
    others: dict[int, list[str]] = {}
    for area in AREAS:
        references[area] = {state: await send_report(estate, area) for state in State}
        others[area] = [await send_report(estate, area) for _ in range(MORE[area])]
    await until_at_rest(estate)
    action_ids = {}
    for area in AREAS:
        action_ids[area] = await answer(estate, area, references[area][State.WORKING])
        await answer(estate, area, references[area][State.ANSWERED], outcome=True)
        await decide(estate, area, references[area][State.DECIDED])
    await until_at_rest(estate)
    practices = {area: code_of(OrganisationKind.PRACTICE, area) for area in AREAS}
    keys = {area: await make_key(estate, code) for area, code in practices.items()}
    _, subjects = await make_key(estate, SUBJECT)
    return Records(
        references,
        others,
        action_ids,
        {area: await _message(estate, references[area][State.OPEN]) for area in AREAS},
        {area: await _theme(estate, references[area][State.OPEN]) for area in AREAS},
        {area: await raise_signal(estate, area) for area in AREAS},
        {area: key for area, (key, _) in keys.items()},
        await make_trials(estate),
        await make_dead_letters(estate),
        subjects,
    )


async def send_report(estate: Estate, area: int) -> str:
    """The reference of a new report of the area's practice about its acute provider."""
    practice, provider = (
        code_of(kind, area) for kind in (OrganisationKind.PRACTICE, OrganisationKind.ACUTE)
    )
    reporter = await estate.sign_in("intake", Role.REPORTER, practice)
    about = {
        "submission": str(uuid4()),
        "provider": provider,
        "service": f"{provider}:discharge",
        "text": f"{FORM['text']} {canary(area, 'report')}",
    }
    sent = await reporter.post("/report", {**FORM, **about})
    assert sent.status_code == 303, sent.text
    return sent.headers["location"].rpartition("/")[2]


async def answer(estate: Estate, area: int, reference: str, *, outcome: bool = False) -> UUID:
    """The provider acknowledges, learns and plans; with the outcome too if wanted. The id of its action."""
    provider = code_of(OrganisationKind.ACUTE, area)
    responder = await estate.sign_in("actions", Role.RESPONDER, provider)
    action_id = uuid7()
    steps: list[tuple[str, dict[str, str | list[str]]]] = [
        ("acknowledge", {"owner": canary(area, "owner"), "next_step": canary(area, "step")}),
        (
            "learning-response",
            {
                "method": "root-cause-analysis",
                "what_happened": canary(area, "finding"),
                "why": canary(area, "reason"),
                "factors": ["organisation"],
            },
        ),
        (
            "actions",
            {
                "action_id": str(action_id),
                "description": canary(area, "action"),
                "owner": canary(area, "owner"),
                "due_on[day]": "1",
                "due_on[month]": "12",
                "due_on[year]": "2099",
            },
        ),
    ]
    if outcome:
        steps.append(("outcome", {"outcome": canary(area, "outcome"), "stage": "send"}))
    for form, values in steps:
        await _done(responder, f"/cases/{reference}/{form}", values)
    return UUID(str(action_id))


async def decide(estate: Estate, area: int, reference: str) -> None:
    """Agrees with the verdict, as a quality lead of the area who has left."""
    commissioner = code_of(OrganisationKind.COMMISSIONER, area)
    scope = classification.Scope(oversees=frozenset({commissioner}))
    async with estate.services["classification"].transactions.begin() as tx:
        report = await classification.find_report(tx.connection, scope, reference)
        assert report is not None
        [verdict] = await classification.decisions(tx.connection, report.report_id)
        correction = Correction(keys_of(verdict), verdict.tenet, "Agreed", uuid4(), "Somebody")
        await correct(reference, 1, correction, scope, tx)


async def raise_signal(estate: Estate, area: int, theme: str = LOST) -> UUID:
    """The id of what it is of. One of the month before was answered by somebody who has left."""
    found = lost(area, theme)
    earlier = replace(found, point=date(2026, 9, 1))
    async with estate.services["reporting"].transactions.begin() as tx:
        await keep(tx.connection, [earlier, found])
        sight = Sight(areas=frozenset({found.subject.area}))
        words, seen = canary(area, "done"), frozenset({earlier.signal_id})
        await answer_signals(found.subject.subject_id, seen, words, sight, tx)
    return found.subject.subject_id


async def _done(person: Person, path: str, values: Mapping[str, str | list[str]]) -> None:
    response = await person.post(path, values)
    assert response.status_code == 303, response.text


async def make_key(estate: Estate, organisation: str) -> tuple[str, str]:
    """A key of the organisation that may do everything a key may, and its id."""
    program = await estate.visitor("intake", **BEARER)
    wanted = {"organisation": organisation, "label": "tests", "scopes": [*Scope]}
    made = (await program.post("/api/v1/keys", json=wanted)).json()
    return str(made["key"]), str(made["key_id"])


async def make_trials(estate: Estate) -> UUID:
    """The id of a finished one. Another one, of a version that no process has, is under way for good: no further one can begin."""
    service = estate.services["classification"]
    async with service.transactions.begin() as tx:
        trial_id = await start_trial(TRIED, "Somebody", tx, SHIPPED)

    async def finished() -> Trial | None:
        async with service.transactions.read() as connection:
            found = await trials.find_trial(connection, trial_id)
        return None if found is None or found.under_way else found

    ended = await eventually(finished, because="the trial does not end")
    assert ended is not None
    waits = replace(ended, trial_id=uuid4(), candidate="none-0", state=TrialState.UNDER_WAY)
    async with service.transactions.begin() as tx:
        await trials.add_trial(tx.connection, waits)
    return trial_id


async def make_dead_letters(estate: Estate) -> dict[str, str]:
    """Set aside by a service that there is not, so that what is decided about them is never done. Their records are somebody's."""
    told = [
        set_aside(detail, number, canary(1, "report"))
        for number, detail in enumerate(("harm: enum", "kind: enum", "text: missing"))
    ]
    async with estate.services["reporting"].transactions.begin() as tx:
        await list_dead_letters(told, tx)
    async with estate.services["reporting"].transactions.begin() as tx:
        selection = Selection(ids=(told[2].event_id,))
        decided = await decide_about_letters(selection, Decision.REPLAY, "", tx)
    assert decided is not None
    one, other, _ = told
    return {
        "letter_id": str(one.event_id),
        "group": group_of(other.consumer, other.cause, other.detail, other.origin_topic),
        "decision_id": str(decided.decision_id),
    }


async def _message(estate: Estate, reference: str) -> UUID:
    message = notifications.message.c
    async with estate.services["notifications"].transactions.read() as connection:
        rows = await connection.execute(
            select(message.message_id).where(message.reference == reference).limit(1)
        )
        return UUID(str(rows.scalar_one()))


async def _theme(estate: Estate, reference: str) -> str:
    table, verdict = reporting.report_fact, reporting.verdict_fact
    async with estate.services["reporting"].transactions.read() as connection:
        rows = await connection.execute(
            select(verdict.c.themes[0]["theme"].astext)
            .join(table, table.c.report_id == verdict.c.report_id)
            .where(table.c.reference == reference)
        )
        return str(rows.scalar_one())


async def records_of(estate: Estate, service: str) -> Contents:
    """All that the service holds. Not what is on its way, and not whose sessions have ended: anybody may sign out."""
    others = ("inbox", "outbox", "session_ending")
    return await contents_of(estate.services[service], without=others)


def told(
    rule: Rule | Operation, person: rules.Person | None, records: Records, response: httpx2.Response
) -> set[str]:
    """What stands in the answer and is not this person's to know; what was asked for is no news."""
    body, asked = response.text, str(response.request.url)
    tells = isinstance(rule, Rule) and rule.tells_references
    names = isinstance(rule, Rule) and rule.names_organisations
    found = set()
    for area in AREAS:
        if person is not None and parties_of(person, area):
            continue
        found |= {word for word in (canary(area, what) for what in WORDS) if word in body}
        if not tells:
            found |= {one for one in records.all_of(area) if one in body and one not in asked}
        own = person is not None and (person.kind, person.area) == (OrganisationKind.PRACTICE, area)
        if not (own or names) and f"Practice {area}" in body:
            found.add(f"Practice {area}")
    return found
