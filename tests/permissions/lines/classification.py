"""Routes of classification."""

from tests.permissions.lines.common import (
    CORRECTS_IT,
    LEADS,
    OPERATORS,
    READS_IT,
    THEME,
    VERDICT,
)
from tests.permissions.rules import (
    Members,
    Rule,
    State,
)

CLASSIFICATION = [
    Rule(
        "classification",
        "GET",
        "/verdicts",
        Members(LEADS),
        "verdicts on the area's reports, without their words",
        query="?show=sample",
        lists_reports=True,
    ),
    Rule(
        "classification",
        "GET",
        "/verdicts/second-readings",
        Members(LEADS),
        "which of the area's reports others have decided, without words or themes",
    ),
    Rule(
        "classification",
        "GET",
        "/verdicts/agreement",
        Members(LEADS),
        "numbers of the area's reports; none of them",
    ),
    Rule(
        "classification",
        "GET",
        "/verdicts/corrections.csv",
        Members(LEADS),
        "words and themes of the area's reports that people decided",
    ),
    Rule("classification", "GET", VERDICT, READS_IT, "the report's words and its themes"),
    Rule("classification", "GET", f"{VERDICT}/history", CORRECTS_IT, "every verdict on the report"),
    Rule("classification", "GET", f"{VERDICT}/history.csv", CORRECTS_IT, "the same"),
    *(
        Rule(
            "classification",
            "GET",
            f"/taxonomies/history{end}",
            Members(LEADS | OPERATORS),
            "themes and models in force; no report",
        )
        for end in ("", ".csv")
    ),
    Rule(
        "classification",
        "GET",
        "/taxonomies",
        Members(LEADS | OPERATORS),
        "which lists of themes there are; no report",
    ),
    Rule(
        "classification",
        "GET",
        "/taxonomies/{taxonomy}",
        Members(LEADS | OPERATORS),
        "themes, national codes and cues; no report",
    ),
    Rule(
        "classification",
        "GET",
        "/versions/{measured}/card",
        Members(LEADS | OPERATORS),
        "how a model was made and measured; no report",
    ),
    Rule(
        "classification",
        "GET",
        "/versions",
        Members(LEADS | OPERATORS),
        "which versions there are; numbers of the area's reports, of all for operators",
    ),
    Rule(
        "classification",
        "POST",
        "/versions/{version}/trials",
        Members(LEADS),
        ok=409,  # another one is under way: past every check of who asks
    ),
    Rule(
        "classification",
        "GET",
        "/versions/trials/{trial_id}",
        Members(LEADS | OPERATORS),
        "numbers as before; words of the area's reports, for quality leads only",
    ),
    Rule(
        "classification",
        "POST",
        "/versions/trials/{trial_id}/stop",
        Members(LEADS),
        ok=409,  # it has ended: past every check of who asks
    ),
    Rule(
        "classification",
        "GET",
        "/versions/{version}/adopt",
        Members(LEADS),
        "numbers of the area's reports; none of them",
    ),
    Rule(
        "classification",
        "POST",
        "/versions/{version}/adopt",
        Members(LEADS),
        ok=422,  # without a reason: past every check of who asks
    ),
    Rule(
        "classification",
        "GET",
        f"{VERDICT}/correct",
        CORRECTS_IT,
        "the report's words and its themes",
    ),
    Rule(
        "classification",
        "POST",
        f"{VERDICT}/correct",
        CORRECTS_IT,
        values={
            "themes": ["none"],
            "tenet": "safety",
            "revision": "1",
            "reason": "Look again",
        },
        ok=303,
    ),
    Rule(
        "classification",
        "GET",
        f"{VERDICT}/second-reading",
        CORRECTS_IT,
        "the report's words; its themes once they have been read",
        state=State.DECIDED,
    ),
    Rule(
        "classification",
        "POST",
        f"{VERDICT}/second-reading",
        CORRECTS_IT,
        state=State.DECIDED,
        values={"themes": ["none"], "tenet": "safety"},
        ok=303,
    ),
    Rule(
        "classification",
        "POST",
        f"{VERDICT}/agree",
        CORRECTS_IT,
        state=State.DECIDED,
        values={"revision": "2"},
        ok=303,
    ),
    Rule(
        "classification",
        "POST",
        f"{VERDICT}/not-about",
        CORRECTS_IT,
        state=State.WORKING,
        values={"revision": "1", "theme": THEME, "because": "in-passing"},
        ok=303,
    ),
    Rule(
        "classification",
        "POST",
        f"{VERDICT}/about",
        CORRECTS_IT,
        state=State.ANSWERED,
        values={"revision": "1", "theme": "equipment"},
        ok=303,
    ),
]
