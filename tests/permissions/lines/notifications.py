"""Routes of notifications."""

from tests.permissions.lines.common import (
    OPERATORS,
)
from tests.permissions.rules import (
    Members,
    Rule,
)

NOTIFICATIONS = [
    Rule(
        "notifications",
        "GET",
        "/messages",
        Members(OPERATORS),
        "which organisation was told of which reference; no words, no whole address",
        names_organisations=True,
        tells_references=True,
    ),
    Rule(
        "notifications",
        "GET",
        "/messages/{message_id}",
        Members(OPERATORS),
        "the same of one message",
        names_organisations=True,
        tells_references=True,
    ),
    *(
        Rule(
            "notifications",
            "GET",
            f"/messages/{{message_id}}/history{end}",
            Members(OPERATORS),
            "every attempt to send it",
            names_organisations=True,
            tells_references=True,
        )
        for end in ("", ".csv")
    ),
    Rule(
        "notifications",
        "POST",
        "/messages/{message_id}/send-again",
        Members(OPERATORS),
        ok=409,  # it has been sent: past every check of who asks
    ),
]
