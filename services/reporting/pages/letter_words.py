"""How causes, states and outcomes of dead letters are called on pages, and what to do about each cause."""

from services.reporting.domain.letters import LetterState
from shared.contracts.operations import Cause, Decision, LetterOutcome
from shared.web.history_words import Words

CAUSES = {
    Cause.BAD_HEADERS: "Bad headers",
    Cause.UNKNOWN_TYPE: "Unknown type",
    Cause.BAD_VALUE: "Bad value",
    Cause.RULE: "Refused by a rule",
}
_UNREADABLE = (
    "The service cannot read such a record. Replayed, it is refused again until a release runs that can read it: mend the reader first."
    " A record that is wrong in itself can only be discarded; its sender may then send a right one."
)
ADVICE = {
    Cause.BAD_HEADERS: _UNREADABLE,
    Cause.UNKNOWN_TYPE: _UNREADABLE,
    Cause.BAD_VALUE: _UNREADABLE,
    Cause.RULE: "The service can read the record, and a rule or its database refused it. Mend what refused it, then replay it.",
}
STATES = {
    LetterState.WAITING: "Waits for a decision",
    LetterState.REPLAYING: "Being replayed",
    LetterState.DISCARDING: "Being discarded",
    LetterState.APPLIED: "Replayed",
    LetterState.DISCARDED: "Discarded",
    LetterState.GONE: "Gone",
}
OUTCOMES = {
    LetterOutcome.APPLIED: "Applied",
    LetterOutcome.KNOWN: "Applied before: no second effect",
    LetterOutcome.NOT_WANTED: "Readable by now, and nothing that the service takes",
    LetterOutcome.REFUSED: "Refused again: it waits for another decision",
    LetterOutcome.DISCARDED: "Discarded",
    LetterOutcome.MISSING: "Not there any more: the service's database began anew since",
}
DECISIONS = {Decision.REPLAY: "Replay", Decision.DISCARD: "Discard"}
HISTORY = Words(
    fields={"detail": "What was wrong", "consumer": "Set aside by"},
    values={"state": STATES, "cause": CAUSES, "outcome": OUTCOMES},
    hidden=frozenset({"decision_id", "outcome"}),
    steps={
        str(Decision.REPLAY): "Replay decided",
        str(Decision.DISCARD): "Discarding decided",
        **{str(outcome): text for outcome, text in OUTCOMES.items()},
    },
)
