"""What the three tenets of a theme at a provider say together."""

from services.reporting.domain.triangulation import meeting_of
from shared.contracts.reports import Tenet
from tests.reporting.signals.worlds import NORTHFIELD, TODAY, USUAL, before, counted


def test_a_chart_without_limits_shows_no_icon_and_concludes_nothing() -> None:
    known = counted({Tenet.SAFETY: before((5,) * 18), Tenet.EFFECTIVENESS: before(USUAL)})
    meeting = meeting_of(NORTHFIELD, known, {}, TODAY)
    says = {each.tenet: each for each in meeting.tenets}
    assert says[Tenet.SAFETY].words == "The same throughout, 18 months long."
    assert (says[Tenet.SAFETY].variation, says[Tenet.SAFETY].icon) == (None, "")
    assert says[Tenet.EFFECTIVENESS].icon
