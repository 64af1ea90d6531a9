"""How a reader asks a chart to be judged, as it stands in the page's address: target, baseline, screening, and where limits begin anew."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite
from uuid import UUID

from services.reporting.domain.filters import OLDEST
from services.reporting.domain.spc import FEWEST_TO_FIX, Direction, Options, Rebase
from services.reporting.domain.spc.series import LARGEST

FIELDS = ("target", "baseline", "screen", "rebase", "because", "action")
MOST_BASELINE = 240
_LONGEST_REASON = 100


@dataclass(frozen=True)
class Judging:
    """Nothing asked for: all points judged together, outliers screened."""

    target: float | None = None
    baseline: int | None = None
    """Limits from the first so many points."""
    screen: bool = True
    rebase: Rebase | None = None
    action: UUID | None = None
    """Limits begin anew where this action was completed: whoever made the page looks it up."""

    @property
    def pairs(self) -> dict[str, str]:
        """As in an address."""
        asked = {
            "target": "" if self.target is None else f"{self.target:g}",
            "baseline": str(self.baseline or ""),
            "screen": "" if self.screen else "no",
            "rebase": "" if self.rebase is None else self.rebase.on.isoformat(),
            "because": "" if self.rebase is None else self.rebase.reason,
            "action": str(self.action or ""),
        }
        return {name: value for name, value in asked.items() if value}

    def beginning(self, rebase: Rebase) -> "Judging":
        """With limits that begin anew there, too."""
        return replace(self, rebase=rebase)

    def options(self, direction: Direction) -> Options:
        return Options(
            direction,
            target=self.target,
            screen_outliers=self.screen,
            fix_after_n_points=self.baseline,
            rebase=() if self.rebase is None else (self.rebase,),
        )


PLAIN = Judging()


def parse_judging(asked: Mapping[str, str], today: date) -> tuple[Judging, dict[str, str]]:
    """As `filters.parse`: what can be used, and by field what is wrong with the rest."""
    said = {name: asked.get(name, "").strip() for name in FIELDS}
    errors: dict[str, str] = {}
    judging = Judging(screen=said["screen"] != "no")
    if said["screen"] not in ("", "no", "yes"):
        errors["screen"] = "Screening of outliers is yes or no"
    if said["target"]:
        target = _number(said["target"])
        if target is None:
            errors["target"] = "The target must be a number of reports, such as 5"
        judging = replace(judging, target=target)
    if said["baseline"]:
        points = _whole(said["baseline"])
        if points is None or not FEWEST_TO_FIX <= points <= MOST_BASELINE:
            errors["baseline"] = (
                f"The baseline must be the first {FEWEST_TO_FIX} points or more, such as {FEWEST_TO_FIX}"
            )
            points = None
        judging = replace(judging, baseline=points)
    if said["action"]:
        judging = replace(judging, action=_id(said["action"]))
        if judging.action is None:
            errors["action"] = "There is no such action"
    return _rebased(judging, said, today, errors), errors


def _rebased(
    judging: Judging, said: Mapping[str, str], today: date, errors: dict[str, str]
) -> Judging:
    written, reason = said["rebase"], said["because"]
    if not written:
        if reason:
            errors["rebase"] = "Enter the date from which limits begin anew, such as 2026-03-16"
        return judging
    on = _date(written)
    if on is None or not OLDEST <= on <= today:
        errors["rebase"] = "Limits can begin anew at a past date, such as 2026-03-16"
    elif judging.action is not None:
        errors["rebase"] = "Choose a date or a completed action, not both"
    elif not reason:
        errors["because"] = "Say in a few words why limits begin anew: what changed"
    elif len(reason) > _LONGEST_REASON or not reason.isprintable():
        errors["because"] = f"The reason must be one line of {_LONGEST_REASON} characters or fewer"
    else:
        return replace(judging, rebase=Rebase(on, reason))
    return judging


def _number(written: str) -> float | None:
    try:
        number = float(written)
    except ValueError:
        return None
    return number if isfinite(number) and 0 <= number <= LARGEST and "_" not in written else None


def _whole(written: str) -> int | None:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 5 else None


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if len(written) == len("2026-03-16") else None
    except ValueError:
        return None


def _id(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
