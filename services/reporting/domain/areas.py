"""Whose area an organisation belongs to, by the directory as it is today.

Nothing is rewritten when organisations merge (decision 0014): reports keep the codes they were made under. What moves is which
commissioner oversees them. The same question is asked of the directory by `shared.directory.repository.overseen_by`; here it is
answered for all organisations at once, since counts are kept by area.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.contracts.directory import PROVIDER_KINDS, OrganisationKind

_PRACTICES = ":practices"


def of_practices(commissioner: str) -> str:
    """The place of what a commissioner's own practices reported, by the practices' records, also once it has been succeeded: whose area
    it is today is another question."""
    return commissioner + _PRACTICES


def recorded_under(place: str) -> str | None:
    """The commissioner whose practices' place it is; none for an area."""
    return place.removesuffix(_PRACTICES) if place.endswith(_PRACTICES) else None


@dataclass(frozen=True, slots=True)
class Placed:
    """What decides an organisation's area."""

    code: str
    kind: OrganisationKind
    commissioner: str | None
    succeeded_by: str | None


@dataclass(frozen=True)
class Areas:
    """Commissioners by practice and by provider; no other organisation brings a report into an area."""

    practices: Mapping[str, frozenset[str]] = field(default_factory=dict)
    providers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    recorded: Mapping[str, str] = field(default_factory=dict)
    """The commissioner in a practice's own record, succeeded or not."""

    def places(self, reporter: str, provider: str) -> frozenset[tuple[str, str]]:
        """The places (area, provider) of a report that depend on the directory; an empty provider is any."""
        areas = self.practices.get(reporter, NOBODY) | self.providers.get(provider, NOBODY)
        under = self.recorded.get(reporter)
        return frozenset(
            {(area, "") for area in areas}
            | {(area, provider) for area in areas}
            | ({(of_practices(under), "")} if under is not None else set())
        )

    def changed(self, other: "Areas") -> tuple[frozenset[str], frozenset[str]]:
        """The practices and the providers whose areas are others there."""
        practices = _differing(self.practices, other.practices)
        return (
            practices | _differing(self.recorded, other.recorded),
            _differing(self.providers, other.providers),
        )

    def moved_to(self, other: "Areas") -> frozenset[str]:
        """The areas that organisations leave or join there."""
        practices, providers = self.changed(other)
        of_each = (
            side.get(code, NOBODY)
            for codes, sides in (
                (practices, (self.practices, other.practices)),
                (providers, (self.providers, other.providers)),
            )
            for code in codes
            for side in sides
        )
        return frozenset[str]().union(*of_each)


NOBODY: frozenset[str] = frozenset()


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> frozenset[str]:
    codes = one.keys() | other.keys()
    return frozenset(code for code in codes if one.get(code) != other.get(code))


def areas_in(directory: Iterable[Placed]) -> Areas:
    """By each organisation's own commissioner and those of its successors; a commissioner that was succeeded has passed its area
    on, step by step."""
    known = {each.code: each for each in directory}
    practices: dict[str, frozenset[str]] = {}
    providers: dict[str, frozenset[str]] = {}
    recorded: dict[str, str] = {}
    for code, each in known.items():
        if each.kind is OrganisationKind.PRACTICE:
            side = practices
            if each.commissioner is not None:
                recorded[code] = each.commissioner
        elif each.kind in PROVIDER_KINDS:
            side = providers
        else:
            continue
        line = (known[at] for at in _line(code, known) if at in known)
        named = {later.commissioner for later in line if later.commissioner is not None}
        if areas := frozenset(filter(None, (_today(name, known) for name in named))):
            side[code] = areas
    return Areas(practices, providers, recorded)


def answered_anew(before: Iterable[Placed], after: Iterable[Placed]) -> frozenset[str]:
    """The organisations that somebody else answers for than before, and those who did and who do now."""
    then, now = ({each.code: each for each in told} for told in (before, after))
    found: set[str] = set()
    for code in then.keys() | now.keys():
        was, is_now = _line(code, then)[-1], _line(code, now)[-1]
        if was != is_now:
            found |= {code, was, is_now}
    return frozenset(found)


def _today(commissioner: str, known: Mapping[str, Placed]) -> str | None:
    """Who is the commissioner now; nobody where records name each other in a circle."""
    last = _line(commissioner, known)[-1]
    return last if last not in known or known[last].succeeded_by is None else None


def _line(code: str, known: Mapping[str, Placed]) -> list[str]:
    """The organisation and its successors, each once."""
    line = [code]
    while (at := known.get(line[-1])) is not None and at.succeeded_by not in (None, *line):
        line.append(str(at.succeeded_by))
    return line
