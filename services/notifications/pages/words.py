"""How kinds, states and reasons are called on pages."""

from services.notifications.domain import MailKind, Reason, SignalMail, Status
from shared.contracts.messages import MessageKind
from shared.web.history_words import Words

KINDS: dict[MailKind, str] = {
    MessageKind.ALERT: "New report",
    MessageKind.DUE_SOON: "Due soon",
    MessageKind.OVERDUE: "Overdue",
    MessageKind.ANSWERED: "Provider has answered",
    MessageKind.OUTCOME: "Outcome",
    MessageKind.DISPUTED: "Outcome disputed",
    SignalMail.DIGEST: "Signals of the day",
    SignalMail.JOINT_SAFETY: "Joint safety signal",
}
STATUSES = {
    Status.UNKNOWN: "Unknown",
    Status.FAILED: "Failed",
    Status.HELD: "No contact yet",
    Status.PENDING: "Waiting",
    Status.SENDING: "Sending",
    Status.SENT: "Sent",
}
REASONS = {
    Reason.BAD_ADDRESS: "The contact is not a mail address",
    Reason.REFUSED: "The mail server refused it",
    Reason.PUT_OFF: "The mail server has not taken it yet",
    Reason.NO_ANSWER: "The mail server did not say whether it took it",
    Reason.INTERRUPTED: "Sending was interrupted",
}
HISTORY = Words(
    fields={"due_at": "Answer due", "kind": "Message", "recipient": "To", "smtp_code": "Code"},
    values={
        "state": STATUSES,
        "kind": KINDS,
        "reason": REASONS,
    },
    organisations=frozenset({"recipient"}),
    hidden=frozenset({"report_id"}),
)
