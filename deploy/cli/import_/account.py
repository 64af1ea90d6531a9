"""What became of a file's rows."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refusal:
    """A row that is not in, by the line it begins on, and why. Never its text."""

    line: int
    reason: str


@dataclass
class Account:
    """Counted while the import runs. In the end read = accepted + already there + refused."""

    read: int = 0
    accepted: int = 0
    already_there: int = 0
    masked: int = 0
    """Identifiers masked in the texts of accepted rows."""
    refused: list[Refusal] = field(default_factory=list)

    def refuse(self, line: int, reason: str) -> None:
        self.refused.append(Refusal(line, reason))

    def as_document(self) -> dict[str, object]:
        ordered = sorted(self.refused, key=lambda refusal: refusal.line)
        return {
            "read": self.read,
            "accepted": self.accepted,
            "already_there": self.already_there,
            "refused": len(self.refused),
            "identifiers_masked": self.masked,
            "refusals": [{"line": each.line, "reason": each.reason} for each in ordered],
        }
