"""Routes of reporting."""

from tests.permissions.lines.common import (
    LEADS,
    MEMBERS,
    OPERATORS,
)
from tests.permissions.rules import (
    Members,
    Rule,
    Themes,
)

_TRENDS = (
    "exact numbers of the reports that the reader may open; others by the rule for small numbers"
)
REPORTING = [
    Rule("reporting", "GET", "/trends", MEMBERS, _TRENDS, names_organisations=True),
    Rule("reporting", "GET", "/trends/months.csv", MEMBERS, _TRENDS),
    Rule("reporting", "GET", "/trends/themes.csv", MEMBERS, _TRENDS),
    Rule("reporting", "GET", "/trends/tenets.csv", MEMBERS, _TRENDS),
    Rule(
        "reporting",
        "GET",
        "/trends/themes/{theme}",
        Themes(),
        f"{_TRENDS}; the list of the former",
        names_organisations=True,
        query="?months=60",
        lists_reports=True,
    ),
    Rule(
        "reporting",
        "GET",
        "/trends/themes/{theme}/reports.csv",
        Themes(single=True),
        "reports that the reader may open, without their words",
        query="?months=60",
        lists_reports=True,
    ),
    Rule(
        "reporting",
        "GET",
        "/operations",
        Members(OPERATORS | LEADS),
        "health and counts of the whole estate, for quality leads by the rule for small numbers",
    ),
]
