"""The tables of `docs/permissions.md`, made from the lines that the matrix is tested with: `python -m tests.permissions.document`."""

from pathlib import Path

from tests.permissions.rules import (
    Anybody,
    Directory,
    Doors,
    Members,
    Openers,
    Operation,
    Organisations,
    Parties,
    Rule,
    Themes,
)
from tests.permissions.table import OPERATIONS, RULES

FILE = Path(__file__).parents[2] / "docs" / "permissions.md"
BEGIN, END = "<!-- routes: begin -->", "<!-- routes: end -->"


def tables() -> str:
    """Markdown: for people, then for programs."""
    people = [
        "| service | route | who has it | what it shows | who else is signed in gets |",
        "|---|---|---|---|---|",
        *map(_line, RULES),
    ]
    programs = [
        "| route | which key opens it | what it shows | another organisation's key gets |",
        "|---|---|---|---|",
        *(
            f"| `{each.method} {each.path}` | {each.who.words} | {each.shows} | {_others_key(each)} |"
            for each in OPERATIONS
        ),
    ]
    return "\n".join([*people, "", *programs])


def _line(rule: Rule) -> str:
    cells = (rule.service, f"`{rule.method} {rule.path}`", rule.who.words, rule.shows, _else(rule))
    return f"| {' | '.join(cells)} |"


def _else(rule: Rule) -> str:
    match rule.who:
        case Anybody() | Doors():
            return ""
        case Members(roles=roles) if len(roles) == len(Members().roles):
            return ""
        case Members() | Openers():
            return "403"
        case Directory(one=one, whole=whole):
            if one:
                return (
                    "404; 403 for its own administrators, and others"
                    if whole
                    else "404; 403 for other roles"
                )
            return "403"
        case Parties():
            return "404; 403 without such a role"
        case Themes() | Organisations():
            return "404"


def _others_key(operation: Operation) -> str:
    if operation.who.administrators:
        return "403"
    return "404" if operation.who.record else "only its own"


def written(text: str) -> str:
    """The page with its tables as they should be."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables()}\n{END}{after}"


if __name__ == "__main__":
    FILE.write_text(written(FILE.read_text()))
