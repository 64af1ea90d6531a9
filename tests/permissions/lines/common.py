"""Who is meant again and again, and what every service has."""

from services.classification.domain import key_of
from services.classification.model.versions import newest_classifier
from shared.contracts.directory import OrganisationKind, Role
from shared.contracts.reports import Kind
from tests.intake.samples import FORM
from tests.permissions.estate import code_of
from tests.permissions.rules import (
    ALL_PARTIES,
    Anybody,
    Members,
    Parties,
    Party,
    Rule,
)

SERVICES = ("intake", "classification", "actions", "notifications", "reporting")

REPORTERS = frozenset({Role.REPORTER})
RESPONDERS = frozenset({Role.RESPONDER})
LEADS = frozenset({Role.QUALITY_LEAD})
READERS = REPORTERS | RESPONDERS | LEADS
OPERATORS = frozenset({Role.OPERATOR})

EVERYBODY = Anybody()
MEMBERS = Members()
READS_IT = Parties(ALL_PARTIES, READERS)
ANSWERS_IT = Parties(frozenset({Party.ANSWERS}), RESPONDERS)
REPORTED_IT = Parties(frozenset({Party.REPORTED}), REPORTERS)
CORRECTS_IT = Parties(frozenset({Party.OVERSEES}), LEADS)

CASE, VERDICT = "/cases/{reference}", "/verdicts/{reference}"
PROVIDER = code_of(OrganisationKind.ACUTE)
THEME = key_of(newest_classifier(Kind.EVENT).classify(FORM["text"]).themes[0])
"""Of every report here."""

HEALTH = [
    Rule(service, "GET", path, EVERYBODY, "no report; on the service's own port only")
    for service in SERVICES
    for path in ("/livez", "/readyz", "/metrics", "/status")
]
