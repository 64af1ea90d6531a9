"""Who has which route: one line for each method and path of every service, in `lines`. `rules.py` says how to add one."""

from tests.permissions.lines.actions import ACTIONS
from tests.permissions.lines.administration import ADMINISTRATION
from tests.permissions.lines.classification import CLASSIFICATION
from tests.permissions.lines.common import HEALTH, SERVICES
from tests.permissions.lines.intake import INTAKE, SIGN_IN
from tests.permissions.lines.notifications import NOTIFICATIONS
from tests.permissions.lines.programs import OPERATIONS
from tests.permissions.lines.reporting import REPORTING

__all__ = ["FOLDERS", "OPERATIONS", "RULES"]

RULES = (
    *HEALTH,
    *INTAKE,
    *ADMINISTRATION,
    *SIGN_IN,
    *ACTIONS,
    *CLASSIFICATION,
    *NOTIFICATIONS,
    *REPORTING,
)
FOLDERS = {
    *((service, "/static") for service in SERVICES),
    ("reporting", "/trends/static"),
}
"""Stylesheets, scripts and pictures that come with the code: everybody's."""
