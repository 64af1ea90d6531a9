"""Routes of reporting."""

from shared.contracts.directory import OrganisationKind, Role
from tests.permissions.lines.common import (
    CORRECTS_IT,
    LEADS,
    MEMBERS,
    OPERATORS,
)
from tests.permissions.records import ANOTHER_LOST, LOST, lost
from tests.permissions.rules import (
    Members,
    Openers,
    Organisations,
    Parties,
    Party,
    Rule,
    Themes,
)

_TRENDS = (
    "exact numbers of the reports that the reader may open; others by the rule for small numbers"
)
_REPORTS = "reports that the reader may open, without their words"
_FILES = ("csv", "xlsx")
_SIGNALS = "which themes changed: quality leads in their area, responders of their provider; others in the area, with many reports"
_SIGNAL = "/signals/{subject_id}"
_SEES_IT = Parties(frozenset({Party.ANSWERS, Party.OVERSEES}), frozenset(Role))
"""Of a signal about the area's provider."""
DEAD_LETTERS = "/operations/dead-letters"
_PAGES = {
    "compare": f"{_TRENDS}; practices by name only to who may open their reports",
    "triangulation": f"{_TRENDS}, of which nothing is judged",
    "participation": "shares of the area's practices: exact for its quality leads, else by the rule for small numbers",
    "impact": "totals of the area: exact for its quality leads, else by the rule for small numbers",
}
_ORGANISATIONS = (
    (
        OrganisationKind.ACUTE,
        "providers/{provider}",
        ("clock", "services"),
        "exact numbers of the reports about it that the reader may open",
    ),
    (
        OrganisationKind.PRACTICE,
        "practices/{practice}",
        ("peers",),
        "exact numbers of its reports that the reader may open; of its peers quartiles, from 10 practices on, for itself and its quality leads",
    ),
    (
        OrganisationKind.COMMISSIONER,
        "commissioners/{commissioner}",
        ("organisations",),
        f"{_TRENDS}; practices one by one for its quality leads only",
    ),
)
REPORTING = [
    Rule("reporting", "GET", "/trends", MEMBERS, _TRENDS, names_organisations=True),
    *(
        Rule("reporting", "GET", f"/trends/{table}.{ending}", MEMBERS, _TRENDS)
        for table in ("themes", "years")
        for ending in _FILES
    ),
    Rule(
        "reporting",
        "GET",
        "/trends/themes/{theme}",
        Themes(),
        f"{_TRENDS}; completed actions of the former",
        names_organisations=True,
        query="?months=60",
    ),
    *(
        Rule(
            "reporting",
            "GET",
            f"/trends/themes/{{theme}}/{table}.{ending}",
            Themes(),
            _TRENDS,
            query="?months=60",
        )
        for table in ("chart", "parts")
        for ending in _FILES
    ),
    Rule(
        "reporting",
        "GET",
        "/trends/reports",
        Openers(),
        _REPORTS,
        query="?months=60",
        lists_reports=True,
    ),
    Rule(
        "reporting",
        "GET",
        "/trends/reports.csv",
        Openers(),
        _REPORTS,
        query="?months=60",
        lists_reports=True,
    ),
    Rule("reporting", "GET", "/trends/reports.xlsx", Openers(), _REPORTS, query="?months=60"),
    Rule("reporting", "GET", "/signals", MEMBERS, _SIGNALS),
    Rule("reporting", "GET", _SIGNAL, _SEES_IT, "its signals, and what was done about them"),
    Rule("reporting", "GET", f"{_SIGNAL}/answer", CORRECTS_IT, "the signals to answer"),
    Rule(
        "reporting",
        "POST",
        f"{_SIGNAL}/answer",
        CORRECTS_IT,
        values={
            "words": "We asked the trust.",
            "seen": [str(lost(1, theme).signal_id) for theme in (LOST, ANOTHER_LOST)],
        },
        ok=303,
    ),
    Rule("reporting", "GET", f"{_SIGNAL}/history", CORRECTS_IT, "what was said was done"),
    Rule("reporting", "GET", f"{_SIGNAL}/history.csv", CORRECTS_IT, "the same"),
    *(
        Rule(
            "reporting",
            "GET",
            f"/trends/{page}{ending}",
            MEMBERS,
            shows,
            names_organisations=not ending,
        )
        for page, shows in _PAGES.items()
        for ending in ("", ".csv", ".xlsx")
    ),
    *(
        Rule(
            "reporting",
            "GET",
            f"/trends/participation/practices.{ending}",
            MEMBERS,
            "the area's practices by name for its quality leads; for a reporter its own",
        )
        for ending in _FILES
    ),
    *(
        Rule(
            "reporting",
            "GET",
            f"/trends/{page}{part}",
            Organisations(kind),
            shows,
            names_organisations=not part,
            query="?months=60",
        )
        for kind, page, files, shows in _ORGANISATIONS
        for part in ("", *(f"/{file}.{ending}" for file in files for ending in _FILES))
    ),
    Rule(
        "reporting",
        "GET",
        "/operations",
        Members(OPERATORS | LEADS),
        "health and counts of the whole estate, for quality leads by the rule for small numbers",
    ),
    *(
        Rule(
            "reporting",
            "GET",
            f"{DEAD_LETTERS}{path}",
            Members(OPERATORS),
            shows,
            names_organisations=True,
            tells_references=True,
        )
        for path, shows in (
            ("", "what was set aside, by reason; who decided what about it"),
            ("/{group}", "records by structure, kinds and lengths; references; no words"),
            ("/letters/{letter_id}", "the same of one record, and its history"),
            ("/decisions/{decision_id}", "who decided, why, and what became of it"),
            ("/history", "every decision about a dead letter"),
            ("/history.csv", "every decision about a dead letter"),
        )
    ),
    *(
        Rule(
            "reporting",
            "POST",
            f"{DEAD_LETTERS}{path}",
            Members(OPERATORS),
            values={"decision": "replay"},
            ok=303,
        )
        for path in ("/{group}", "/letters/{letter_id}")
    ),
]
