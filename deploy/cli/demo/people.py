"""The demonstration's people: they sign in and fill in the pages' forms, as anybody would."""

import time
from collections.abc import Mapping, Sequence
from datetime import date

import mechanicalsoup
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

_PATIENCE_SECONDS = 60
_PATIENT = Retry(total=30, allowed_methods=None, status_forcelist=[429], raise_on_status=False)
"""They work faster than people do: what is put off (429, which did nothing) is sent again when its Retry-After has passed."""


class Refused(Exception):
    """A page said no; the message says which page and what it said."""


class Person:
    """Somebody signed in. Every method fills one form; raises `Refused`, or requests' errors when nothing answers."""

    def __init__(self, url: str, subject: str, organisation: str | None = None) -> None:
        """`organisation` (its name) for somebody who has to choose which one to act for."""
        self._url = url
        self._browser = mechanicalsoup.StatefulBrowser(
            raise_on_404=True, requests_adapters={"http://": HTTPAdapter(max_retries=_PATIENT)}
        )
        self._browser.open(f"{url}/sign-in")
        form = self._browser.select_form('form:has(button[name="sub"])')
        form.choose_submit(form.form.find("button", attrs={"value": subject}))
        self._browser.submit_selected()
        if organisation and "/organisation" in str(self._browser.url):
            self._choose(organisation)

    @property
    def cookie(self) -> str:
        """The header that the browser now sends."""
        held = self._browser.session.cookies
        return "; ".join(f"{each.name}={each.value}" for each in held)

    def acknowledge(self, reference: str, owner: str, next_step: str) -> None:
        self._fill(reference, "acknowledge", {"owner": owner, "next_step": next_step})

    def explain(
        self, reference: str, method: str, what_happened: str, why: str, factors: Sequence[str]
    ) -> None:
        told = {"method": method, "what_happened": what_happened, "why": why}
        self._fill(reference, "learning-response", told, {"factors": factors})

    def plan(self, reference: str, description: str, owner: str, due_on: date) -> None:
        day = {
            "due_on[day]": due_on.day,
            "due_on[month]": due_on.month,
            "due_on[year]": due_on.year,
        }
        told = {name: str(value) for name, value in day.items()}
        self._fill(reference, "actions", {"description": description, "owner": owner, **told})

    def answer(self, reference: str, outcome: str) -> None:
        self._fill(reference, "outcome", {"outcome": outcome})
        form = self._form("outcome")
        form.choose_submit(form.form.find("button", attrs={"value": "send"}))
        self._submit(reference, "outcome")

    def confirm(self, reference: str) -> None:
        self._fill(reference, "confirm", {})

    def dispute(self, reference: str, reason: str) -> None:
        self._fill(reference, "dispute", {"reason": reason})

    def put_in_force(self, version: str, reason: str) -> None:
        """For a quality lead."""
        self._open(f"{self._url}/versions/{version}/adopt")
        self._form("reason")["reason"] = reason
        self._submit(version, "putting in force")

    def sample(self, kind: str, page: int) -> list[str]:
        """References of reports to review, by lot. For a quality lead, as what follows is."""
        return self._references(f"/verdicts?show=sample&kind={kind}&page={page}")

    def decide(self, reference: str, themes: Sequence[str], reason: str) -> None:
        """Ticks what the report is about; says why where that is not what the model found."""
        self._open(f"{self._url}/verdicts/{reference}/correct?from=sample")
        form = self._form("themes")
        ticked = {box["value"] for box in form.form.select('[name="themes"][checked]')}
        form.set_checkbox({"themes": tuple(themes)}, uncheck_other_boxes=True)
        if ticked != set(themes):
            form["reason"] = reason
        self._submit(reference, "correction")

    def to_read_again(self, kind: str, page: int) -> list[str]:
        """References of reports that others have decided."""
        return self._references(f"/verdicts/second-readings?kind={kind}&page={page}")

    def read_again(self, reference: str, themes: Sequence[str], tenet: str) -> None:
        self._open(f"{self._url}/verdicts/{reference}/second-reading")
        form = self._form("themes")
        form.set_checkbox({"themes": tuple(themes)})
        form.set_radio({"tenet": tenet})
        self._submit(reference, "second reading")

    def wait_for(self, reference: str) -> None:
        """Until a report has its themes."""
        self._open(f"{self._url}/verdicts/{reference}")

    def _references(self, address: str) -> list[str]:
        self._open(f"{self._url}{address}")
        return [
            link.get_text(strip=True)
            for link in self._browser.page.select("main .insight-reference")
        ]

    def _fill(
        self,
        reference: str,
        page: str,
        fields: Mapping[str, str],
        ticked: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._open(f"{self._url}/cases/{reference}/{page}")
        form = self._form(next(iter(fields), None))
        for name, value in fields.items():
            form[name] = value
        for name, values in (ticked or {}).items():
            form.set_checkbox({name: tuple(values)})
        self._submit(reference, page)

    def _form(self, field: str | None) -> mechanicalsoup.Form:
        """The page's form that has the field; without one, its first."""
        wanted = f'main form:has([name="{field}"])' if field else "main form"
        return self._browser.select_form(wanted)

    def _open(self, address: str) -> None:
        """A case opens a moment after its report was accepted; until then its pages are not found."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                self._browser.open(address)
            except mechanicalsoup.LinkNotFoundError:
                if time.monotonic() > deadline:
                    raise Refused(f"{address} is still not there") from None
                time.sleep(0.2)
            else:
                return

    def _submit(self, reference: str, page: str) -> None:
        answer = self._browser.submit_selected()
        if not answer.ok or answer.soup.select_one(".nhsuk-error-summary"):
            heading = answer.soup.select_one("main h1, .nhsuk-error-summary__list")
            said = heading.get_text(" ", strip=True) if heading else f"status {answer.status_code}"
            raise Refused(f"{page} of {reference}: {said}")

    def _choose(self, organisation: str) -> None:
        form = self._form("organisation")
        label = self._browser.page.find("label", string=lambda text: organisation in (text or ""))
        form.set_radio({"organisation": self._browser.page.find(id=label["for"])["value"]})
        self._browser.submit_selected()
