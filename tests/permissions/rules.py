"""What a line of the permission table says, and what follows from it for each person.

To add a route, add a `Rule` to `table.py`: its service, method and path, and who has it. Nothing else is needed for a page or file
that is not about one record. `python -m tests.permissions.document` then brings `docs/permissions.md` up to date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from shared.contracts.directory import PROVIDER_KINDS, OrganisationKind, Role
from tests.permissions.estate import AREAS, code_of, subject_of

Values = Mapping[str, str | Sequence[str]]

SUBJECT = code_of(OrganisationKind.MENTAL_HEALTH)
"""The organisation that the directory's pages are tried with."""
SIGN_IN, NOT_YOURS, NOT_FOUND, NO_KEY = 303, 403, 404, 401


@dataclass(frozen=True)
class Person:
    """A member of one of the estate's organisations, with one role there."""

    kind: OrganisationKind
    role: Role
    area: int

    @property
    def code(self) -> str:
        return code_of(self.kind, self.area)

    @property
    def subject(self) -> str:
        return subject_of(self.role, self.code)

    def __str__(self) -> str:
        return f"{self.role} of {self.code}"


class Party(StrEnum):
    """What somebody has to do with a report. Whoever has nothing to do with it finds no such record."""

    REPORTED = "reported it"
    ANSWERS = "answers it"
    OVERSEES = "oversees it"

    def is_(self, person: Person, area: int) -> bool:
        """For a report of the area's practice about its acute provider."""
        kind, role = {
            Party.REPORTED: (OrganisationKind.PRACTICE, Role.REPORTER),
            Party.ANSWERS: (OrganisationKind.ACUTE, Role.RESPONDER),
            Party.OVERSEES: (OrganisationKind.COMMISSIONER, Role.QUALITY_LEAD),
        }[self]
        return (person.kind, person.role, person.area) == (kind, role, area)


ALL_PARTIES = frozenset(Party)


def parties_of(person: Person, area: int) -> frozenset[Party]:
    return frozenset(party for party in Party if party.is_(person, area))


@dataclass(frozen=True)
class Anybody:
    """Also who is not signed in."""

    words: str = "everybody, signed in or not"

    def expected(self, _: Person | None, ok: int) -> int:
        return ok


@dataclass(frozen=True)
class Doors:
    """The way in and out, which answers by how somebody's session stands and shows nothing of anybody's."""

    words: str = "everybody, signed in or not"

    def expected(self, _person: Person | None, _ok: int) -> None:
        return None


@dataclass(frozen=True)
class Members:
    """Whoever has one of these roles, for the organisation acted for; `kinds` when it takes an organisation of such a kind too.
    What the page shows is that organisation's own, unless the rule says otherwise."""

    roles: frozenset[Role] = frozenset(Role)
    kinds: frozenset[OrganisationKind] = frozenset(OrganisationKind)

    @property
    def words(self) -> str:
        if self.roles == frozenset(Role):
            return "every member"
        kinds = "" if self.kinds == frozenset(OrganisationKind) else f" of a {_list(self.kinds)}"
        return _list(self.roles) + kinds

    def expected(self, person: Person | None, ok: int) -> int:
        if person is None:
            return SIGN_IN
        return ok if person.role in self.roles and person.kind in self.kinds else NOT_YOURS


@dataclass(frozen=True)
class Parties:
    """Whoever has to do with the report in one of these ways. Others of these `roles` find no such record; who has none of the roles
    never has the page."""

    parties: frozenset[Party]
    roles: frozenset[Role]

    @property
    def words(self) -> str:
        whose = {
            Party.REPORTED: "the reporter's organisation",
            Party.ANSWERS: "the responders of the provider it is about",
            Party.OVERSEES: "quality leads of its area",
        }
        return ", ".join(whose[party] for party in Party if party in self.parties)

    def expected(self, person: Person | None, ok: int) -> int:
        """For a report of area 1."""
        if person is None:
            return SIGN_IN
        if person.role not in self.roles:
            return NOT_YOURS
        return ok if self.parties & parties_of(person, 1) else NOT_FOUND


@dataclass(frozen=True)
class Directory:
    """Administrators: a support unit's look after the whole directory, any other organisation's after its own; of what is not theirs it
    is not said that it exists. `whole`: only the former. `one`: about one organisation, which is `SUBJECT` here."""

    whole: bool = False
    one: bool = False

    @property
    def words(self) -> str:
        if self.whole:
            return "administrators of a support unit"
        return "administrators of a support unit" + (
            ", and the organisation's own" if self.one else ", and others for their own"
        )

    def expected(self, person: Person | None, ok: int) -> int:
        if person is None:
            return SIGN_IN
        if person.role is not Role.ADMINISTRATOR:
            return NOT_YOURS
        if person.kind is OrganisationKind.SUPPORT_UNIT:
            return ok
        if self.one and person.code != SUBJECT:
            return NOT_FOUND
        return NOT_YOURS if self.whole else ok


@dataclass(frozen=True)
class Themes:
    """Whoever can see that there is such a theme: who may open a report that has it, and for the others who has enough of them in the
    area."""

    words: str = "every member whose own reports, or whose area's totals, have the theme"

    def expected(self, person: Person | None, ok: int) -> int:
        """Area 1 has many reports of the theme, area 2 has few."""
        if person is None:
            return SIGN_IN
        if not opens_reports(person):
            return ok if person.area == 1 else NOT_FOUND
        return ok if any(parties_of(person, area) for area in AREAS) else NOT_FOUND


@dataclass(frozen=True)
class Openers:
    """Whoever may open reports at all, each their own."""

    words: str = "whoever may open reports"

    def expected(self, person: Person | None, ok: int) -> int:
        if person is None:
            return SIGN_IN
        return ok if opens_reports(person) else NOT_YOURS


@dataclass(frozen=True)
class Organisations:
    """Whoever may look at one organisation's trends, here the acute provider, the practice or the commissioner of area 1. Of others it
    is not said that they exist."""

    kind: OrganisationKind

    @property
    def words(self) -> str:
        return {
            OrganisationKind.ACUTE: "the provider's responders, reporters for their own reports, quality leads",
            OrganisationKind.PRACTICE: "the practice's reporters, responders of the area for reports about them, quality leads of its area",
            OrganisationKind.COMMISSIONER: "the commissioner's quality leads, and for totals whoever in its area may open no reports",
        }[self.kind]

    def expected(self, person: Person | None, ok: int) -> int:
        if person is None:
            return SIGN_IN
        return ok if self._has(person) else NOT_FOUND

    def _has(self, person: Person) -> bool:
        own = person.code == code_of(self.kind)
        leads = person.role is Role.QUALITY_LEAD and person.kind is OrganisationKind.COMMISSIONER
        answers = person.role is Role.RESPONDER and person.kind in PROVIDER_KINDS
        match self.kind:
            case OrganisationKind.ACUTE:
                return leads or person.role is Role.REPORTER or (answers and own)
            case OrganisationKind.PRACTICE:
                here = person.area == 1 and (leads or answers)
                return here or (own and person.role is Role.REPORTER)
            case _:
                return person.area == 1 and (leads or not opens_reports(person))


def opens_reports(person: Person) -> bool:
    """Whether the role there is one that reports are opened with: for others everything is redacted."""
    answers = person.role is Role.RESPONDER and person.kind in PROVIDER_KINDS
    return answers or person.role in {Role.REPORTER, Role.QUALITY_LEAD}


class Caller(StrEnum):
    """Who asks the interface for programs."""

    NOBODY = "nobody"
    SESSION = "somebody signed in, without a key"
    OWN = "a key of the organisation that reported"
    OTHERS = "a key of another organisation"
    ADMINISTRATOR = "the administrator's key"


@dataclass(frozen=True)
class Keys:
    """A program's key. `administrators`: the administrator's only. `record`: about one organisation's, which others do not find."""

    administrators: bool = False
    record: bool = False

    @property
    def words(self) -> str:
        if self.administrators:
            return "the administrator's key"
        return (
            "a key of the organisation whose record it is"
            if self.record
            else "any organisation's key"
        )

    def expected(self, caller: Caller, ok: int) -> int:
        if caller in {Caller.NOBODY, Caller.SESSION}:
            return NO_KEY
        if caller is Caller.ADMINISTRATOR:
            return ok
        if self.administrators:
            return NOT_YOURS
        return NOT_FOUND if self.record and caller is Caller.OTHERS else ok


Who = Anybody | Doors | Members | Parties | Directory | Themes | Openers | Organisations


class State(StrEnum):
    """Which of the area's records stands in the address: a case in the state that the route is for."""

    OPEN = "open"
    WORKING = "acknowledged, with a learning response and an action"
    ANSWERED = "answered"
    DECIDED = "its themes decided by somebody else"


@dataclass(frozen=True)
class Route:
    """A line of the table."""

    service: str
    method: str
    path: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.service, self.method, self.path

    @property
    def changes(self) -> bool:
        return self.method not in {"GET", "HEAD"}

    def __str__(self) -> str:
        return f"{self.service} {self.method} {self.path}"


@dataclass(frozen=True)
class Rule(Route):
    """A page, file or form, for people."""

    who: Who
    shows: str = ""
    """What of the records is on it, for the documentation."""
    state: State = State.OPEN
    query: str = ""
    values: Values = field(default_factory=dict, hash=False)
    """A form that is right, for what changes something."""
    ok: int = 200
    """What the right ones get."""
    lists_reports: bool = False
    """Whoever has to do with a report finds its reference here."""
    names_organisations: bool = False
    """Names of other organisations stand here to choose from: they are public."""
    tells_references: bool = False
    """References stand here without being anybody's to open."""

    def expected(self, person: Person | None) -> int | None:
        """The status for this person; none for what depends on more."""
        return self.who.expected(person, self.ok)

    def is_right(self, person: Person | None) -> bool:
        return self.expected(person) == self.ok

    def at(self, things: Mapping[str, str]) -> str:
        """The address, with what stands in it."""
        return self.path.format(**things) + self.query


@dataclass(frozen=True)
class Operation(Route):
    """Of the interface for programs."""

    who: Keys
    shows: str = ""
    body: str = ""
    """Which of the test's bodies is right."""
    ok: int = 200

    def expected(self, caller: Caller) -> int:
        return self.who.expected(caller, self.ok)


def _list(values: frozenset[Role] | frozenset[OrganisationKind]) -> str:
    return ", ".join(sorted(value.replace("-", " ") for value in values))
