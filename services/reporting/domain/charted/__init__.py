"""A series of monthly counts as a page shows it: which chart it carries and why; its sentence, drawing and table, from the same numbers.

Only whole months are judged. A month is whole a week after its end: reports of its last days are still being written. Months that are
not are shown, and said to be unfinished.
"""

from services.reporting.domain.charted.chart import Charted, Rank, Row
from services.reporting.domain.charted.charting import (
    FEWEST_ROUNDED,
    MOST_DAYS,
    charted,
    form_of,
    reach_of,
)
from services.reporting.domain.charted.series import (
    LATE_DAYS,
    LONGEST_MONTHS,
    Subject,
    Window,
    direction_of,
    ended_in,
    last_whole,
)

__all__ = [
    "FEWEST_ROUNDED",
    "LATE_DAYS",
    "LONGEST_MONTHS",
    "MOST_DAYS",
    "Charted",
    "Rank",
    "Row",
    "Subject",
    "Window",
    "charted",
    "direction_of",
    "ended_in",
    "form_of",
    "last_whole",
    "reach_of",
]
