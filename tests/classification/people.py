"""What tests of the pages begin with: reports that have their verdicts, and a second quality lead beside Helen Marsh."""

import re
from html import unescape

import httpx2

from services.classification import domain, repository, use_cases
from services.classification.domain import ChosenFrom, Decision
from shared.contracts.directory import OrganisationRecorded, Role
from shared.contracts.reports import ReportSubmitted, Tenet
from tests.support.apps import Person, Running
from tests.support.directory import directory, member
from tests.support.reports import withdrawal_of

RUDE = "The ward clerk was rude and hung up."
"""About staff attitude, as the model sees it."""
HELEN = member("helen.marsh", "Helen Marsh", Role.QUALITY_LEAD)
OMAR = member("omar.reid", "Omar Reid", Role.QUALITY_LEAD)
AREA = repository.Scope(oversees=frozenset({"Q9A"}))


def with_omar() -> list[OrganisationRecorded]:
    """The small directory, in which Helen's commissioner has another quality lead."""
    return [
        each.model_copy(update={"members": (*each.members, OMAR), "revision": each.revision + 1})
        if each.code == "Q9A"
        else each
        for each in directory()
    ]


async def classified(pages: Running, *reports: ReportSubmitted) -> None:
    async with pages.transactions.begin() as tx:
        await use_cases.assign_themes(reports, tx)


async def withdraw(pages: Running, *reports: ReportSubmitted) -> None:
    async with pages.transactions.begin() as tx:
        await use_cases.leave_out([withdrawal_of(each) for each in reports], tx)


async def decide(
    pages: Running,
    submitted: ReportSubmitted,
    *themes: str,
    by: str = "helen.marsh",
    seen: int = 1,
    tenet: Tenet = Tenet.SAFETY,
    chosen_from: ChosenFrom = ChosenFrom.OTHER,
    scope: repository.Scope = AREA,
) -> None:
    """Somebody's decision, without the page."""
    who = {"helen.marsh": HELEN, "omar.reid": OMAR}[by]
    correction = domain.Correction(
        frozenset(themes), tenet, "Because", who.member_id, who.name, chosen_from
    )
    async with pages.transactions.begin() as tx:
        await use_cases.correct(submitted.reference, seen, correction, scope, tx)


async def history(pages: Running, submitted: ReportSubmitted) -> list[Decision]:
    """All revisions, the current one first."""
    async with pages.transactions.read() as connection:
        return await repository.decisions(connection, submitted.report_id)


async def press(person: Person, page: httpx2.Response, button: str) -> httpx2.Response:
    """What the form with this button sends: its hidden fields, and in each select what is chosen when the page comes."""
    [form] = [
        each
        for each in re.findall(
            r'<form action="([^"]+)" method="post".*?>(.*?)</form>', page.text, re.DOTALL
        )
        if button in " ".join(unescape(re.sub(r"<[^>]+>", "", each[1])).split())
    ]
    values = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[1]))
    for name, options in re.findall(
        r'<select[^>]*name="(\w+)".*?>(.*?)</select>', form[1], re.DOTALL
    ):
        values[name] = re.findall(r'<option value="([^"]*)"', options)[0]
    return await person.post(
        unescape(form[0]), {name: unescape(value) for name, value in values.items()}
    )
