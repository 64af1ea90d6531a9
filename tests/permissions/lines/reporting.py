"""Routes of reporting."""

from tests.permissions.lines.common import (
    LEADS,
    MEMBERS,
    OPERATORS,
)
from tests.permissions.rules import (
    Members,
    Openers,
    Rule,
    Themes,
)

_TRENDS = (
    "exact numbers of the reports that the reader may open; others by the rule for small numbers"
)
_REPORTS = "reports that the reader may open, without their words"
_FILES = ("csv", "xlsx")
REPORTING = [
    Rule("reporting", "GET", "/trends", MEMBERS, _TRENDS, names_organisations=True),
    *(
        Rule("reporting", "GET", f"/trends/{table}.{ending}", MEMBERS, _TRENDS)
        for table in ("themes", "tenets", "years")
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
    Rule(
        "reporting",
        "GET",
        "/operations",
        Members(OPERATORS | LEADS),
        "health and counts of the whole estate, for quality leads by the rule for small numbers",
    ),
]
