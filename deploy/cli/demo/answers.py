"""What the demonstration's providers and practices write. Fictional, as everything here."""

from dataclasses import dataclass

from shared.contracts.reports import Rating


@dataclass(frozen=True)
class Answer:
    """One provider's whole answer to a report. `about`: words of a report that it answers; without any it answers whatever is left."""

    about: tuple[str, ...]
    next_step: str
    method: str
    what_happened: str
    why: str
    factors: tuple[str, ...]
    action: str
    action_owner: str
    outcome: str


ANSWERS = (
    Answer(
        about=("letter",),
        next_step="I will look at the record today and ring the practice manager tomorrow.",
        method="after-action-review",
        what_happened="The letter was dictated on the day, waited for approval and was sent after the doctor came back from leave.",
        why="Nobody covers approval during leave, and the list of unapproved letters is not looked at.",
        factors=("organisation", "tasks"),
        action="Name a deputy for approving letters, and review the waiting list every morning",
        action_owner="Clinical administration manager",
        outcome="You were right: the letter waited 9 days for approval. A deputy now approves letters when a doctor is away, and the list "
        "is looked at every morning. We are sorry for the extra work and worry.",
    ),
    Answer(
        about=("medic", "prescri", "inhaler", "summary", "dose", "tablet"),
        next_step="Our pharmacist reviews the prescription this afternoon and calls you.",
        method="root-cause-analysis",
        what_happened="The medicines were changed on the ward round after the summary had been printed. The printed copy went home.",
        why="The summary can be printed before the prescription is final, and nothing marks the earlier copy as out of date.",
        factors=("tools-and-technology", "tasks", "internal-environment"),
        action="Summaries print only after the pharmacist's final check",
        action_owner="Chief pharmacist",
        outcome="The summary was printed before the final check, so it was wrong. From next month it cannot be printed earlier. Thank you for "
        "spotting it before harm was done.",
    ),
    Answer(
        about=("referral", "referred"),
        next_step="The team leader will check the referral log and tell you by Friday.",
        method="swarm-huddle",
        what_happened="The referral was opened on a shared screen and closed as a duplicate of an older one.",
        why="Two staff work the same list and the system offers to close what looks alike.",
        factors=("tools-and-technology", "person"),
        action="Switch off closing as duplicate for referrals with a new date",
        action_owner="Service manager",
        outcome="The referral was closed by mistake and has been opened again; the patient has an appointment next week. The setting that "
        "made the mistake easy is switched off.",
    ),
    Answer(
        about=("rang", "phone", "message", "called", "call back", "answerphone", "no answer"),
        next_step="The ward manager will speak to the team and write to the practice.",
        method="multidisciplinary-team-review",
        what_happened="The message was left on a voicemail that is only listened to on weekdays.",
        why="The number on the handover sheet is the old one.",
        factors=("organisation", "external-environment"),
        action="Put the new number on the handover sheet and redirect the old one",
        action_owner="Ward manager",
        outcome="Your message reached a line that nobody hears at weekends. The number is corrected everywhere and the old line now forwards.",
    ),
    Answer(
        about=(),
        next_step="I will speak to everybody who was there and tell you by Friday what we found.",
        method="thematic-review",
        what_happened="It happened as you describe. 3 similar reports in the last quarter had been looked at one by one.",
        why="Nobody looked at the reports together, so each seemed to be an exception.",
        factors=("organisation", "tasks"),
        action="Review all reports of the month together at the team meeting",
        action_owner="Quality and safety manager",
        outcome="You were right, and you were not the only one to say so. The team now looks at all reports together each month, "
        "and you will get the notes of the first meeting.",
    ),
)

THANKS = Answer(
    about=(),
    next_step="I will read this out at the team meeting on Thursday.",
    method="after-action-review",
    what_happened="The team had time for the patient and followed what was agreed at the last review.",
    why="Two colleagues plan the day together each morning, so that nobody has to rush.",
    factors=("organisation", "person"),
    action="Plan the day together in the other teams, too",
    action_owner="Team leader",
    outcome="Thank you for telling us what went well. The team has read it, and the other teams will now plan their day in the same way.",
)
"""To praise."""

DISPUTES = (
    "The answer does not say why the patient was not told. Please answer that too.",
    "It has happened again since, with the same clinic, so the action cannot have worked.",
)


def answer_to(rating: Rating | None, text: str) -> Answer:
    """The first answer that has to do with what was reported."""
    if rating in (Rating.GOOD, Rating.VERY_GOOD):
        return THANKS
    told = text.lower()
    return next(one for one in ANSWERS if not one.about or any(word in told for word in one.about))
