"""Reporting's read model. Facts of each topic fill a table of their own, so that none waits for another and most are written once;
the counts are kept from them as they arrive (`domain.cubes`)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

_MOMENT = DateTime(timezone=True)

report_fact = Table(
    "report_fact",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("reference", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("tenet", String, nullable=False),
    Column("source", String, nullable=False),
    Column("reporter", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("service", String, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("month", Date, nullable=False),
    Column("reported_on", Date, nullable=False),
    Column("reported_month", Date, nullable=False),
    Column("submitted_at", _MOMENT, nullable=False),
    Column("harm", String),
    Column("rating", String),
    Column("historic", Boolean, nullable=False),
    # Of history, where its source knew.
    Column("past_action_on", Date),
    Column("past_outcome_on", Date),
)

withdrawal_fact = Table(
    "withdrawal_fact",
    metadata,
    # Beside the report's own row, since a replayed dead letter may bring that one later.
    Column("report_id", Uuid, primary_key=True),
    Column("withdrawn_at", _MOMENT, nullable=False),
    Column("reason", String, nullable=False),
)

verdict_fact = Table(
    "verdict_fact",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("tenet", String, nullable=False),
    Column("themes", JSONB, nullable=False),  # [{"theme": slug, "sub_theme": slug or null}, ...]
    Column("decided_by", String, nullable=False),
)

listed_report = Table(
    "listed_report",
    metadata,
    # What lists are read from: each report once as itself (no theme) and once for each of its themes, with what lists are of.
    Column("report_id", Uuid, primary_key=True),
    Column("theme", String, primary_key=True),
    Column("happened_on", Date, nullable=False),
    Column("provider", String, nullable=False),
    Column("reporter", String, nullable=False),
    Column(
        "tenet", String, nullable=False
    ),  # the verdict's, and the reporter's own until there is one
    Column("kind", String, nullable=False),
    Column("harm", String),  # of events
    # Newest first, of everybody, a provider or a practice.
    Index("listed_report_newest", "theme", "happened_on", "report_id"),
    Index("listed_report_provider", "theme", "provider", "happened_on", "report_id"),
    Index("listed_report_reporter", "theme", "reporter", "happened_on", "report_id"),
    # Grave harm is one report in fifty: to find ten of a theme, five hundred were looked up.
    Index(
        "listed_report_harm",
        "theme",
        "harm",
        "happened_on",
        "report_id",
        postgresql_where=text("harm IN ('moderate', 'severe', 'fatal')"),
    ),
)

case_fact = Table(
    "case_fact",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("reporter", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("due_at", _MOMENT),
    Column("due_revision", Integer, nullable=False),
    Column("acknowledged_at", _MOMENT),
    Column("acknowledged_late", Boolean),
    Column("learning_at", _MOMENT),
    Column("action_planned_at", _MOMENT),
    Column("action_completed_on", Date),
    Column("outcome_at", _MOMENT),
    Column("disputed_at", _MOMENT),
    Column("confirmed_at", _MOMENT),
    Column("closed_at", _MOMENT),
    Column("closed_because", String),
    # "What is overdue, what is due soon?" looks at open cases only, which are few however many there have been.
    Index("case_fact_open_due", "due_at", postgresql_where=text("state = 'open'")),
)
CASE_IS_OPEN = case_fact.c.state == literal("open", literal_execute=True)
"""Written out in the statement: a plan that is kept for any state cannot use the index of open ones."""

message_fact = Table(
    "message_fact",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("report_id", Uuid, nullable=False),
    Column("kind", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("state", String, nullable=False),
    Column("settled_at", _MOMENT, nullable=False),
)

theme_title = Table(
    "theme_title",
    metadata,
    Column("theme", String, primary_key=True),
    Column("sub_theme", String, primary_key=True),  # empty for the theme itself
    Column("title", String, nullable=False),
    Column("named_at", _MOMENT, nullable=False),
)

_COMPLETED = text("completed_on IS NOT NULL")

action_fact = Table(
    "action_fact",
    metadata,
    Column("action_id", Uuid, primary_key=True),
    Column("report_id", Uuid, nullable=False),
    Column("reporter", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("due_on", Date),
    Column("completed_on", Date),
    # Those of few reports, such as deaths of a rare theme: the newest of all would be looked through for them.
    Index("action_fact_report", "report_id", postgresql_where=_COMPLETED),
    # Completed actions, newest first, as the lists of reports.
    Index("action_fact_newest", "completed_on", "action_id", postgresql_where=_COMPLETED),
    Index(
        "action_fact_provider",
        "provider",
        "completed_on",
        "action_id",
        postgresql_where=_COMPLETED,
    ),
    Index(
        "action_fact_reporter",
        "reporter",
        "completed_on",
        "action_id",
        postgresql_where=_COMPLETED,
    ),
)

area_member = Table(
    "area_member",
    metadata,
    # The areas that the kept counts are by: they move when the directory says otherwise.
    Column("organisation", String, primary_key=True),
    Column("area", String, primary_key=True),
    Column("as_provider", Boolean, nullable=False),
)


def _cube(name: str, key: str, measures: str = "reports") -> Table:
    """Counts by cube, as `domain.cubes` declares them. A row for each cell that is not empty; the key's order is what it is read by."""
    return Table(
        name,
        metadata,
        *(
            Column(column, Date if column == "month" else String, primary_key=True)
            for column in key.split()
        ),
        *(Column(measure, Integer, nullable=False) for measure in measures.split()),
    )


_ALL = "reports asked in_time late learning action completed outcome disputed confirmed unanswered"
pair_count = _cube(
    "pair_count", "reporter month_of sub_theme theme month provider tenet kind", _ALL
)
place_count = _cube("place_count", "area provider month_of sub_theme theme month tenet kind", _ALL)
pair_facet = _cube("pair_facet", "reporter facet theme month value provider tenet kind")
place_facet = _cube("place_facet", "area provider facet theme month value tenet kind")
practice_count = _cube("practice_count", "reporter month_of theme month", _ALL)

tally = Table(
    "tally",
    metadata,
    Column("name", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

touched_subject = Table(
    "touched_subject",
    metadata,
    # What is to be looked at for signals: written with what moved its counts, read and deleted by who looks. Rows are only added, and
    # may say the same, so that nobody who counts waits for somebody who looks.
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("area", String, nullable=False),  # empty: all areas together
    Column("provider", String, nullable=False),  # empty: whoever it is about
    Column("theme", String, nullable=False),
)

watched_subject = Table(
    "watched_subject",
    metadata,
    # Up to which whole month each has been looked at: a new month changes charts of which nothing is heard.
    Column("area", String, primary_key=True),
    Column("provider", String, primary_key=True),
    Column("theme", String, primary_key=True),
    Column("whole_month", Date, nullable=False),
    # What its area's charts began with, and where their limits began anew: when that moves, all of the area's do.
    Column("judged_from", Date),
    Column("rebased_on", String),  # days, with blanks between
    Index("watched_subject_month", "whole_month"),
)

# Signals and answers are records, not the read model: what people said is nowhere else, and a rebuild leaves them alone.
signal = Table(
    "signal",
    metadata,
    Column("signal_id", Uuid, primary_key=True),
    Column("subject_id", Uuid, nullable=False),
    Column("area", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("theme", String, nullable=False),
    Column("tenets", String, nullable=False),  # separated by spaces; empty: all together
    Column("rule", String, nullable=False),
    Column("movement", String, nullable=False),
    Column("bearing", String, nullable=False),
    Column("point_of", String, nullable=False),
    Column("point", Date, nullable=False),
    Column("since", Date, nullable=False),
    Column("mean", Float, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("raised", Boolean, nullable=False),
    Column("raised_at", _MOMENT, nullable=False),
    Column("withdrawn_at", _MOMENT),
    Column("answer_id", Uuid),
    Index("signal_subject", "subject_id", "point"),
    Index("signal_area", "area"),
    Index("signal_provider", "provider"),
    Index("signal_answered", "answer_id", postgresql_where=text("answer_id IS NOT NULL")),
)

signal_answer = Table(
    "signal_answer",
    metadata,
    Column("answer_id", Uuid, primary_key=True),
    Column("subject_id", Uuid, nullable=False),
    Column("words", String, nullable=False),
    Column("person", String, nullable=False),
    Column("organisation", String, nullable=False),
    Column("answered_at", _MOMENT, nullable=False),
    Index("signal_answer_subject", "subject_id"),
)

dead_letter_fact = Table(
    "dead_letter_fact",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("consumer", String, nullable=False),
    Column("cause", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("origin_topic", String, nullable=False),
    Column("origin_partition", Integer, nullable=False),
    Column("origin_offset", BigInteger, nullable=False),
    Column("occurred_at", _MOMENT, nullable=False),
    # Masked: the record itself is with the service that set it aside. None: from before it was masked here.
    Column("shape", JSONB),
    Column("report_id", Uuid),
    Column("reference", String),
    # Consumer, cause, detail and topic in short: what operators decide about together.
    Column("reason_group", String, nullable=False),
    Column("state", String, nullable=False),
    Column("outcome", String),  # of the last decision, as its service told it
    Column("tries", Integer, nullable=False),  # replays that were refused
    Column("decision_id", Uuid),
    Column("settled_at", _MOMENT),
    Index("dead_letter_fact_newest", "occurred_at"),
    Index(
        "dead_letter_fact_open",
        "reason_group",
        "occurred_at",
        postgresql_where=text("state IN ('waiting', 'replaying', 'discarding')"),
    ),
    Index("dead_letter_fact_report", "report_id", postgresql_where=text("report_id IS NOT NULL")),
    Index("dead_letter_fact_decision", "decision_id"),
)

letter_decision = Table(
    "letter_decision",
    metadata,
    Column("decision_id", Uuid, primary_key=True),
    Column("decision", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("decided_by", String, nullable=False),  # a name, as the history has it
    Column("acting_for", String),
    Column("decided_at", _MOMENT, nullable=False),
    Column("letters", Integer, nullable=False),
    Index("letter_decision_newest", "decided_at"),
)

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("one", Boolean, CheckConstraint("one"), primary_key=True),
    Column(
        "found", JSONB, nullable=False
    ),  # `domain.reconciliation.Reconciliation`, of the last check
)

READ_MODEL = (
    report_fact,
    withdrawal_fact,
    verdict_fact,
    listed_report,
    case_fact,
    message_fact,
    theme_title,
    action_fact,
    area_member,
    pair_count,
    place_count,
    pair_facet,
    place_facet,
    practice_count,
    tally,
)
"""What follows from the facts alone, and `insight rebuild` makes again."""
