"""`insight demo`: fills the running estate, through its public doors, with a history to look at."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import httpx2
import requests
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from deploy.cli.console import estate_settings, fail
from deploy.cli.demo import impact, readers
from deploy.cli.demo.answers import DISPUTES, Answer, answer_to
from deploy.cli.demo.history import Told, history, latest, stories
from deploy.cli.demo.people import Person, Refused
from deploy.local.folder import read_secrets
from deploy.local.people import organisations
from deploy.local.settings import EstateSettings
from shared.contracts.directory import OrganisationKind
from shared.contracts.reports import Kind, Past

_BATCH = 200
_CASES = 24
_EXPLAINED, _ANSWERED, _CONFIRMED = 2, 3, 4
"""How far a case is taken, from 0 (waits in the inbox) to 5 (disputed, or confirmed)."""
RESPONDERS = {
    "RZ1": ("jo.lee", "Jo Lee"),
    "RZ2": ("sam.okafor", "Sam Okafor"),
    "RZ3": ("priya.nair", "Priya Nair"),
}
REPORTERS = {"Y90001": "amira.patel", "Y90002": "tom.bright"}

LOOK_AT = """
  Look at {url}
    /cases        as Jo Lee: the inbox, least time left first; open a case and answer it
    /reports      as Dr Amira Patel: her practice's reports and what became of them; one waits for her word
    /trends       as Helen Marsh: {months} months, by theme and provider
    /verdicts     as Helen Marsh: the least certain themes, to be corrected; /verdicts/agreement: how far she, Omar Reid and the model agree
    /operations   as Max Stone: every service, its lag and its outbox
    /mailbox      the mails that were sent
"""


LOOK_AT_IMPACT = """
  Look at {url}/trends/impact as Omar Reid, who acts for Moorland and Kilnfield Integrated Care Board:
    events and feedback of two commissioners, their first and last dates, and the share with an action and with an outcome
"""


def demo(
    reports: Annotated[int, typer.Option(min=0, help="Reports of history.")] = 900,
    seed: Annotated[int, typer.Option(help="Another number tells another story.")] = 2026,
    impact_too: Annotated[
        bool,
        typer.Option(
            "--impact",
            help="Tell another history instead: 6,789 reports of 85 practices of two commissioners from 2012 to 2015, with the counts "
            "that such a system published.",
        ),
    ] = False,
) -> None:
    """Fill the running estate with 18 months of fictional history and some cases under way. Running it again adds nothing.

    The reports go through the bulk API; acknowledgements, answers, receipts and decisions on themes through the pages, by the personas.
    """
    settings = estate_settings()
    if not (settings.folder / "secrets.json").exists():
        fail(f"there is no estate in {settings.folder}. Start one with `make run`, then try again.")
    if settings.sign_in:
        fail(
            "the demonstration signs in as the development provider's personas, and another provider is set (INSIGHT_SIGN_IN)."
        )
    try:
        if impact_too:
            _tell_impact(settings, seed)
        else:
            _fill(settings, reports, seed)
    except (httpx2.TransportError, requests.ConnectionError):
        fail(
            f"nothing answers at {settings.url}. Start the estate with `make run`, then try again."
        )
    except (httpx2.HTTPStatusError, Refused) as refused:
        fail(refused)
    if impact_too:
        typer.echo(LOOK_AT_IMPACT.format(url=settings.url))
    else:
        typer.echo(LOOK_AT.format(url=settings.url, months=18))


def _tell_impact(settings: EstateSettings, seed: int) -> None:
    places = dict(impact.organisations())
    told = impact.history(seed, stories(), _providers(organisations()))
    with _progress() as progress:
        doors = Doors(settings)
        added = progress.add_task("Organisations", total=len(places))
        for code, document in places.items():
            doors.record(code, document)
            progress.advance(added)
        past = progress.add_task("Reports of history", total=len(told))
        doors.send(
            [one for one, _ in told],
            f"demo-{seed}-impact",
            pasts=[before for _, before in told],
            historic=True,
            advance=lambda n: progress.advance(past, n),
        )


def _fill(settings: EstateSettings, reports: int, seed: int) -> None:
    today = datetime.now(UTC).date()
    known = organisations()
    practices = [
        code
        for code, one in known.items()
        if one["kind"] == OrganisationKind.PRACTICE and one.get("status") != "closed"
    ]
    providers = _providers(known)
    with _progress() as progress:
        past = progress.add_task("Reports of history", total=reports)
        doors = Doors(settings)
        told = history(seed, today, reports, practices, providers)
        kept = doors.send(
            told, f"demo-{seed}-history", historic=True, advance=lambda n: progress.advance(past, n)
        )
        now = progress.add_task("Cases under way", total=_CASES)
        cases = latest(seed, today, _CASES, list(REPORTERS), providers)
        sent = doors.send(cases, f"demo-{seed}-case", historic=False, advance=lambda _: None)
        if not all(one["status"] == "accepted" for one in sent):
            typer.echo("The demonstration is there already: nothing was added.", err=True)
            return
        _act(
            settings,
            cases,
            [one["reference"] for one in sent],
            today,
            lambda: progress.advance(now),
        )
        wanted = readers.decisions(reports)
        read = progress.add_task("Reports read by quality leads", total=wanted * len(Kind) * 2)
        readers.read(
            settings.url,
            {
                one["reference"]: each
                for one, each in zip(kept, told, strict=True)
                if one["reference"]
            },
            sent[-1]["reference"],
            wanted,
            lambda: progress.advance(read),
        )


def _providers(known: Mapping[str, Mapping[str, Any]]) -> dict[OrganisationKind, str]:
    """The first of each sort."""
    return {
        kind: next(code for code, one in known.items() if one["kind"] == kind)
        for kind in (
            OrganisationKind.ACUTE,
            OrganisationKind.MENTAL_HEALTH,
            OrganisationKind.COMMUNITY,
        )
    }


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=Console(stderr=True))


class Doors:
    """Intake's bulk door, and the directory's."""

    def __init__(self, settings: EstateSettings) -> None:
        key = read_secrets(settings.folder)["administrator_key"]
        self._client = httpx2.Client(
            base_url=settings.url, headers={"Authorization": f"Bearer {key}"}, timeout=60
        )

    def record(self, code: str, document: Mapping[str, Any]) -> None:
        """Puts an organisation into the directory; one that says the same is left as it is."""
        answer = self._client.put(f"/api/v1/directory/organisations/{code}", json=dict(document))
        answer.raise_for_status()

    def send(
        self,
        told: Sequence[Told],
        key: str,
        *,
        historic: bool,
        advance: Callable[[int], None],
        pasts: Sequence[Past] | None = None,
    ) -> list[dict[str, Any]]:
        """The door's word on each, in order. A refusal for any other reason than being there already is an error."""
        results: list[dict[str, Any]] = []
        for start in range(0, len(told), _BATCH):
            batch = told[start : start + _BATCH]
            items = [
                _item(
                    one,
                    f"{key}-{number}",
                    historic=historic,
                    past=pasts[number] if pasts else None,
                )
                for number, one in enumerate(batch, start)
            ]
            answer = self._client.post("/api/v1/reports/bulk", json={"reports": items})
            answer.raise_for_status()
            found = answer.json()["results"]
            _check(found)
            results += found
            advance(len(batch))
        return results


def _check(results: Sequence[Mapping[str, Any]]) -> None:
    """A key that is taken belongs to a demonstration of another day. Raises Refused for anything else that was wrong."""
    for one in results:
        for error in one["errors"]:
            if error["field"] != "idempotency_key":
                raise Refused(f"report {one['index'] + 1}: {error['message']} ({error['field']})")


def _item(one: Told, key: str, *, historic: bool, past: Past | None = None) -> dict[str, Any]:
    return {
        "past": past.model_dump(mode="json") if past else None,
        "idempotency_key": key,
        "reporter": one.reporter,
        "provider": one.provider,
        "service": one.story.service,
        "kind": one.story.kind,
        "tenet": one.story.tenet,
        "harm": one.story.harm,
        "rating": one.story.rating,
        "happened_on": one.happened_on.isoformat(),
        "text": one.text,
        "historic": historic,
    }


def _act(
    settings: EstateSettings,
    cases: Sequence[Told],
    references: Sequence[str],
    today: date,
    done: Callable[[], None],
) -> None:
    """The first few wait in the inbox, the next are acknowledged, and so on to confirmed and disputed."""
    people: dict[str, Person] = {}

    def person(subject: str) -> Person:
        if subject not in people:
            people[subject] = Person(settings.url, subject)
        return people[subject]

    for number, (case, reference) in enumerate(zip(cases, references, strict=True)):
        stage = number * 6 // len(cases)
        subject, name = RESPONDERS[case.provider]
        if stage:
            due_on = today + timedelta(days=30 + number)
            _respond(
                person(subject),
                name,
                reference,
                stage,
                answer_to(case.story.rating, case.text),
                due_on,
            )
        if stage > _ANSWERED:
            reporter = person(REPORTERS[case.reporter])
            if stage > _CONFIRMED and number % 2:
                reporter.dispute(reference, DISPUTES[number // 2 % len(DISPUTES)])
            else:
                reporter.confirm(reference)
        done()


def _respond(
    person: Person, name: str, reference: str, stage: int, answer: Answer, due_on: date
) -> None:
    person.acknowledge(reference, name, answer.next_step)
    if stage >= _EXPLAINED:
        person.explain(reference, answer.method, answer.what_happened, answer.why, answer.factors)
        person.plan(reference, answer.action, answer.action_owner, due_on)
    if stage >= _ANSWERED:
        person.answer(reference, answer.outcome)
