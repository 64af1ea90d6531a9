"""How states, choices and steps are called on pages."""

from enum import StrEnum
from typing import NamedTuple

from services.actions.domain.case import Step
from services.actions.repository import View
from shared.contracts.cases import CaseState, ClosedBecause, ContributoryFactor, LearningMethod
from shared.contracts.reports import Harm, Kind, Rating, Tenet
from shared.web.history_words import Words


class Tag(NamedTuple):
    text: str
    colour: str


STATES = {
    CaseState.OPEN: Tag("New", "blue"),
    CaseState.ACKNOWLEDGED: Tag("Acknowledged", "green"),
    CaseState.ANSWERED: Tag("Answered", "purple"),
    CaseState.DISPUTED: Tag("Disputed", "orange"),
    CaseState.CLOSED: Tag("Closed", "grey"),
    CaseState.HISTORY: Tag("Imported", "white"),
}
OVERDUE = Tag("Overdue", "red")

VIEWS = {
    View.WAITING_FOR_PROVIDER: "Waiting for the provider",
    View.OVERDUE: "Overdue",
    View.WAITING_FOR_PRACTICE: "Waiting for whoever reported",
    View.CLOSED: "Closed",
    View.HISTORY: "Imported history",
    View.ALL: "All",
}

TENETS = {
    Tenet.EXPERIENCE: "Experience",
    Tenet.EFFECTIVENESS: "Effectiveness",
    Tenet.SAFETY: "Safety",
}
KINDS = {Kind.EVENT: "event", Kind.FEEDBACK: "feedback"}
HARMS = {
    Harm.NONE: "None",
    Harm.LOW: "Low",
    Harm.MODERATE: "Moderate",
    Harm.SEVERE: "Severe",
    Harm.FATAL: "Fatal",
    Harm.UNKNOWN: "Not known",
}
RATINGS = {
    Rating.VERY_GOOD: "Very good",
    Rating.GOOD: "Good",
    Rating.NEITHER: "Neither good nor poor",
    Rating.POOR: "Poor",
    Rating.VERY_POOR: "Very poor",
    Rating.UNKNOWN: "Not known",
}

METHODS = {
    LearningMethod.ROOT_CAUSE_ANALYSIS: "Root cause analysis",
    LearningMethod.PATIENT_SAFETY_INCIDENT_INVESTIGATION: "Patient safety incident investigation",
    LearningMethod.MULTIDISCIPLINARY_TEAM_REVIEW: "Multidisciplinary team review",
    LearningMethod.SWARM_HUDDLE: "Swarm huddle",
    LearningMethod.AFTER_ACTION_REVIEW: "After action review",
    LearningMethod.THEMATIC_REVIEW: "Thematic review",
}
FACTORS = {
    ContributoryFactor.PERSON: "Person",
    ContributoryFactor.TASKS: "Tasks",
    ContributoryFactor.TOOLS_AND_TECHNOLOGY: "Tools and technology",
    ContributoryFactor.ORGANISATION: "Organisation",
    ContributoryFactor.INTERNAL_ENVIRONMENT: "Internal environment",
    ContributoryFactor.EXTERNAL_ENVIRONMENT: "External environment",
}
FACTOR_HINTS = {
    ContributoryFactor.PERSON: "for example, skills, fatigue, or what the patient needed",
    ContributoryFactor.TASKS: "for example, workload, complexity, or a step that is easy to miss",
    ContributoryFactor.TOOLS_AND_TECHNOLOGY: "for example, systems that do not share letters",
    ContributoryFactor.ORGANISATION: "for example, rotas, handover, culture or training",
    ContributoryFactor.INTERNAL_ENVIRONMENT: "for example, noise, space or layout",
    ContributoryFactor.EXTERNAL_ENVIRONMENT: "for example, policy, other services or demand",
}

CLOSED_BECAUSE = {
    ClosedBecause.CONFIRMED: "Whoever reported confirmed the outcome.",
    ClosedBecause.UNANSWERED: "The outcome was neither confirmed nor disputed in time.",
    ClosedBecause.WITHDRAWN: "The report was withdrawn.",
}


HISTORY = Words(
    fields={
        "action.description": "Action",
        "close_at": "Closes if unanswered",
        "close_unanswered_after_days": "Closes unanswered after days",
        "due_on": "Due",
        "due_at": "Answer due",
        "due_soon_at": "Reminder due",
        "due_soon_raised": "Reminder sent",
        "happened_on": "Date it happened",
        "kind": "Type",
        "learning.factors": "Contributory factors",
        "learning.method": "How it was looked into",
        "learning.what_happened": "What was found",
        "learning.why": "Why it happened",
        "learning": "Learning response",
        "late": "After the deadline",
        "overdue_raised": "Overdue",
        "provider": "About",
        "reporter": "Reported by",
        "state": "Status",
        "text": "What was reported",
    },
    values={
        "state": {state: tag.text for state, tag in STATES.items()},
        "kind": KINDS,
        "tenet": TENETS,
        "harm": HARMS,
        "rating": RATINGS,
        "method": METHODS,
        "factors": FACTORS,
        "closed_because": {
            ClosedBecause.CONFIRMED: "The outcome was confirmed",
            ClosedBecause.UNANSWERED: "The outcome was neither confirmed nor disputed in time",
            ClosedBecause.WITHDRAWN: "The report was withdrawn",
        },
    },
    organisations=frozenset({"provider", "reporter"}),
    hidden=frozenset({"action_id"}),
    steps={
        Step.OPENED: "opened by the report",
        Step.DUE_SOON: "reminder sent: the answer is due soon",
        Step.OVERDUE: "the deadline passed without an acknowledgement",
        Step.OUTCOME_RECORDED: "outcome sent",
        Step.OUTCOME_CONFIRMED: "outcome confirmed and case closed",
        Step.OUTCOME_DISPUTED: "outcome disputed and case open again",
        Step.CLOSED_UNANSWERED: "closed: the outcome was neither confirmed nor disputed in time",
        Step.WITHDRAWN: "closed: the report was withdrawn",
    },
)


class Done(StrEnum):
    """What a person has just done, shown on the page that follows."""

    ACKNOWLEDGED = "acknowledged"
    LEARNED = "learned"
    PLANNED = "planned"
    COMPLETED = "completed"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


DONE = {
    Done.ACKNOWLEDGED: (
        "You have acknowledged this alert",
        "Whoever reported it has been told who owns it and what happens next. Now record what you learn.",
    ),
    Done.LEARNED: (
        "Your learning response is saved",
        "Add actions if you plan any, then write the outcome.",
    ),
    Done.PLANNED: ("The action is in the plan", "Mark it as completed when it is done."),
    Done.COMPLETED: ("The action is completed", "Thank you for saying so."),
    Done.ANSWERED: (
        "The outcome has been sent",
        "Whoever reported can now confirm it, which closes the case, or dispute it with a reason.",
    ),
    Done.CONFIRMED: ("You have confirmed the outcome", "The case is closed."),
    Done.DISPUTED: (
        "You have disputed the outcome",
        "The case is open again. The provider has been told your reason and will answer again.",
    ),
}
