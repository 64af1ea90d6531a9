"""What the demonstration's providers and practices write. Fictional, as everything here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One provider's whole answer to a report."""

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
        next_step="The ward manager will speak to the team and write to the practice.",
        method="multidisciplinary-team-review",
        what_happened="The message was left on a voicemail that is only listened to on weekdays.",
        why="The number on the handover sheet is the old one.",
        factors=("organisation", "external-environment"),
        action="Put the new number on the handover sheet and redirect the old one",
        action_owner="Ward manager",
        outcome="Your message reached a line that nobody hears at weekends. The number is corrected everywhere and the old line now forwards.",
    ),
)

DISPUTES = (
    "The answer does not say why the patient was not told. Please answer that too.",
    "It has happened again since, with the same clinic, so the action cannot have worked.",
)
