"""Contacts, services offered and response times of an organisation."""

import re
from typing import ClassVar, Self

from fastapi import APIRouter, Request, Response
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from services.intake.domain.administering import OWN_CLOCK, NotAllowed, Part
from services.intake.domain.directory import (
    MOST_CONTACTS,
    Days,
    HarmDetails,
    Hours,
    MailAddress,
    PolicyDetails,
    ReminderHours,
)
from services.intake.domain.organisation_changes import (
    change_contacts,
    change_policy,
    change_services,
)
from services.intake.pages.administration.common import (
    LISTS,
    Admin,
    ChangeForm,
    Code,
    Done,
    administrator_of,
    form_page,
    organisation_to_change,
    refused,
    to_organisation,
)
from services.intake.use_cases.administering import change_organisation
from shared.contracts.directory import OrganisationRecorded, ResponsePolicy, ServiceOffered
from shared.contracts.reports import Harm
from shared.platform.http import Reading, Tx
from shared.web.forms import Filled, PostedValues, posted_values, read_form, wrong

router = APIRouter(prefix=LISTS)

_ADDRESS: TypeAdapter[str] = TypeAdapter(MailAddress)
HARMS = {
    Harm.FATAL: "Death",
    Harm.SEVERE: "Severe harm",
    Harm.MODERATE: "Moderate harm",
    Harm.LOW: "Low harm",
    Harm.UNKNOWN: "Harm not known",
}
NEW_SERVICES = 3
LONGEST_TITLE = 200


class ContactsForm(ChangeForm):
    contacts: str = Field(default="", max_length=20_000)

    @model_validator(mode="after")
    def _addresses(self) -> Self:
        for each in self.addresses:
            try:
                _ADDRESS.validate_python(each)
            except ValidationError:
                message = f"{each} is not an email address, like name@example.com"
                raise wrong("contacts", message) from None
        if len(self.addresses) > MOST_CONTACTS:
            raise wrong("contacts", f"Enter {MOST_CONTACTS} email addresses or fewer")
        return self

    @property
    def addresses(self) -> tuple[str, ...]:
        """One of each line, each once, in their order."""
        lines = (line.strip() for line in self.contacts.splitlines())
        return tuple(dict.fromkeys(line for line in lines if line))


@router.get("/organisations/{code}/contacts")
async def contacts_form(
    request: Request, code: Code, actor: Admin, connection: Reading
) -> Response:
    organisation = await organisation_to_change(connection, actor, code, Part.CONTACTS)
    values = {"contacts": "\n".join(organisation.contacts)}
    return form_page(request, "contacts.html", organisation, values)


@router.post("/organisations/{code}/contacts")
async def save_contacts(request: Request, code: Code, actor: Admin, tx: Tx) -> Response:
    organisation = await organisation_to_change(tx.connection, actor, code, Part.CONTACTS)
    form = await read_form(request, ContactsForm)
    if form.value is None:
        return form_page(request, "contacts.html", organisation, form.typed, form.errors)
    change = change_contacts(form.value.addresses)
    await change_organisation(
        organisation.code, form.value.revision, Part.CONTACTS, change, administrator_of(actor), tx
    )
    return to_organisation(organisation.code, Done.CONTACTS)


@router.get("/organisations/{code}/services")
async def services_form(
    request: Request, code: Code, actor: Admin, connection: Reading
) -> Response:
    organisation = await organisation_to_change(connection, actor, code, Part.SERVICES)
    return _services_page(request, organisation, {}, {})


@router.post("/organisations/{code}/services")
async def save_services(request: Request, code: Code, actor: Admin, tx: Tx) -> Response:
    organisation = await organisation_to_change(tx.connection, actor, code, Part.SERVICES)
    form = await read_form(request, ChangeForm)
    typed = await posted_values(request)
    services, errors = services_of(typed, organisation)
    if form.value is None or errors:
        return _services_page(request, organisation, dict(typed.pairs), form.errors | errors)
    await change_organisation(
        organisation.code,
        form.value.revision,
        Part.SERVICES,
        change_services(services),
        administrator_of(actor),
        tx,
    )
    return to_organisation(organisation.code, Done.SERVICES)


def services_of(
    typed: PostedValues, organisation: OrganisationRecorded
) -> tuple[tuple[ServiceOffered, ...], dict[str, str]]:
    """A known service keeps its identifier under another title, so that old reports keep their service; an empty title takes it
    off the list. New ones are added at the end. With what is wrong, by field."""
    found: dict[str, ServiceOffered] = {}
    errors = {}
    known = [(f"title-{each.slug}", each.slug) for each in organisation.services]
    new = [(f"new-{number}", "") for number in range(1, NEW_SERVICES + 1)]
    for name, slug in [*known, *new]:
        title = " ".join(typed.first(name).split())
        identifier = slug or slug_of(title)
        if not title:
            continue
        if len(title) > LONGEST_TITLE or not title.isprintable() or not identifier:
            errors[name] = f"Service must be words of up to {LONGEST_TITLE} characters"
        elif identifier in found or title.lower() in {e.title.lower() for e in found.values()}:
            errors[name] = f"{title} is on the list already"
        else:
            found[identifier] = ServiceOffered(slug=identifier, title=title)
    return tuple(found.values()), errors


def slug_of(title: str) -> str:
    """`Emergency department` -> `emergency-department`; empty when there is no letter or number in it."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:80].strip("-")


def _services_page(
    request: Request,
    organisation: OrganisationRecorded,
    typed: dict[str, str],
    errors: dict[str, str],
) -> Response:
    values = {f"title-{each.slug}": each.title for each in organisation.services} | typed
    new = [f"new-{number}" for number in range(1, NEW_SERVICES + 1)]
    return form_page(request, "services.html", organisation, values, errors, new=new)


class PolicyForm(ChangeForm):
    messages: ClassVar[dict[str, str]] = {
        "acknowledge_within_hours": "Response time must be a number of hours from 1 to 2,160",
        "due_soon_hours": "Reminder must be a number of hours from 0 to 720",
        "close_unanswered_after_days": "Days must be a number from 1 to 366, or nothing for never",
        **{
            f"{field}_{harm}": f"{words}: enter a number of hours, or nothing"
            for harm, words in HARMS.items()
            for field in ("acknowledge_within_hours", "due_soon_hours")
        },
    }

    acknowledge_within_hours: Hours
    due_soon_hours: ReminderHours
    close_unanswered_after_days: Days | None = None
    acknowledge_within_hours_fatal: Hours | None = None
    due_soon_hours_fatal: ReminderHours | None = None
    acknowledge_within_hours_severe: Hours | None = None
    due_soon_hours_severe: ReminderHours | None = None
    acknowledge_within_hours_moderate: Hours | None = None
    due_soon_hours_moderate: ReminderHours | None = None
    acknowledge_within_hours_low: Hours | None = None
    due_soon_hours_low: ReminderHours | None = None
    acknowledge_within_hours_unknown: Hours | None = None
    due_soon_hours_unknown: ReminderHours | None = None

    @model_validator(mode="after")
    def _reminders_have_a_clock(self) -> Self:
        for harm in OWN_CLOCK:
            name = f"acknowledge_within_hours_{harm}"
            if getattr(self, f"due_soon_hours_{harm}") is not None and getattr(self, name) is None:
                raise wrong(
                    name, f"{HARMS[harm]}: enter the response time that the reminder is for"
                )
        return self

    def policy(self) -> PolicyDetails:
        """A level of harm whose reminder was left out is reminded a quarter of its time before the deadline, at most as usual."""
        return PolicyDetails(
            acknowledge_within_hours=self.acknowledge_within_hours,
            due_soon_hours=self.due_soon_hours,
            close_unanswered_after_days=self.close_unanswered_after_days,
            by_harm=tuple(
                HarmDetails(
                    harm=harm,
                    acknowledge_within_hours=hours,
                    due_soon_hours=min(self.due_soon_hours, hours // 4)
                    if reminder is None
                    else reminder,
                )
                for harm in OWN_CLOCK
                if (hours := getattr(self, f"acknowledge_within_hours_{harm}")) is not None
                for reminder in [getattr(self, f"due_soon_hours_{harm}")]
            ),
        )


@router.get("/organisations/{code}/policy")
async def policy_form(request: Request, code: Code, actor: Admin, connection: Reading) -> Response:
    organisation = await organisation_to_change(connection, actor, code, Part.POLICY)
    return form_page(
        request, "policy.html", organisation, _policy_values(organisation.policy), harms=_harms()
    )


@router.post("/organisations/{code}/policy")
async def save_policy(request: Request, code: Code, actor: Admin, tx: Tx) -> Response:
    organisation = await organisation_to_change(tx.connection, actor, code, Part.POLICY)
    form = await read_form(request, PolicyForm)
    if form.value is None:
        return _policy_refused(request, organisation, form, form.errors)
    change = change_policy(form.value.policy())
    who = administrator_of(actor)
    try:
        await change_organisation(
            organisation.code, form.value.revision, Part.POLICY, change, who, tx
        )
    except NotAllowed as problem:
        return _policy_refused(request, organisation, form, refused(form, problem))
    return to_organisation(organisation.code, Done.POLICY)


def _policy_refused(
    request: Request,
    organisation: OrganisationRecorded,
    form: Filled[PolicyForm],
    errors: dict[str, str],
) -> Response:
    return form_page(request, "policy.html", organisation, form.typed, errors, harms=_harms())


def _harms() -> list[tuple[str, str]]:
    return [(harm.value, HARMS[harm]) for harm in OWN_CLOCK]


def _policy_values(policy: ResponsePolicy) -> dict[str, str]:
    values = {
        "acknowledge_within_hours": str(policy.acknowledge_within_hours),
        "due_soon_hours": str(policy.due_soon_hours),
        "close_unanswered_after_days": str(policy.close_unanswered_after_days or ""),
    }
    for each in policy.by_harm:
        values[f"acknowledge_within_hours_{each.harm}"] = str(each.acknowledge_within_hours)
        values[f"due_soon_hours_{each.harm}"] = str(each.due_soon_hours)
    return values
