"""What the three tenets of a theme at a provider say together."""

from dataclasses import replace

from services.reporting.domain.triangulation import Meeting, meeting_of
from services.reporting.pages.triangulation import MOST_THEMES, Provider
from shared.contracts.reports import Tenet
from tests.reporting.signals.worlds import NORTHFIELD, TODAY, USUAL, before, counted


def test_a_chart_without_limits_shows_no_icon_and_concludes_nothing() -> None:
    known = counted({Tenet.SAFETY: before((5,) * 18), Tenet.EFFECTIVENESS: before(USUAL)})
    meeting = meeting_of(NORTHFIELD, known, {}, TODAY)
    says = {each.tenet: each for each in meeting.tenets}
    assert says[Tenet.SAFETY].words == "The same throughout, 18 months long."
    assert (says[Tenet.SAFETY].variation, says[Tenet.SAFETY].icon) == (None, "")
    assert says[Tenet.EFFECTIVENESS].icon


def _meetings(numbers: tuple[int, ...], themes: int) -> list[Meeting]:
    """So many themes with these numbers of safety and effectiveness."""
    known = counted({tenet: before(numbers) for tenet in (Tenet.SAFETY, Tenet.EFFECTIVENESS)})
    names = (f"{len(numbers)}-{at}" for at in range(themes))
    return [meeting_of(replace(NORTHFIELD, theme=name), known, {}, TODAY) for name in names]


def test_no_joint_signal_is_left_out_however_many_there_are() -> None:
    joint, calm = _meetings((*USUAL, 40), MOST_THEMES + 2), _meetings(USUAL, 3)
    assert all(each.joint for each in joint)
    assert Provider("RZ1", "Northfield", [*joint, *calm]).first == joint
    assert (
        len(Provider("RZ1", "Northfield", [*joint[:2], *calm, *calm, *calm]).first) == MOST_THEMES
    )
