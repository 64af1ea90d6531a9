"""Every query of classification: `reports` keeps reports and decisions, `queue` lists what is to be reviewed, `readings` keeps second
readings, `agreement` sets readers side by side, `training` gives what people decided, `versions` knows what
verdicts are given by, `scope` says whose reports a person may meet."""

from services.classification.repository.queue import Entry, Filters, Show, queue, queue_length
from services.classification.repository.reports import (
    StoredReport,
    add_decisions,
    add_reports,
    counts,
    decisions,
    find_report,
    make_current,
    remember_withdrawn,
    report_to_correct,
)
from services.classification.repository.scope import NOBODY, Scope
from services.classification.repository.versions import lock_what_is_in_force, said_to_be_in_force

__all__ = [
    "NOBODY",
    "Entry",
    "Filters",
    "Scope",
    "Show",
    "StoredReport",
    "add_decisions",
    "add_reports",
    "counts",
    "decisions",
    "find_report",
    "lock_what_is_in_force",
    "make_current",
    "queue",
    "queue_length",
    "remember_withdrawn",
    "report_to_correct",
    "said_to_be_in_force",
]
