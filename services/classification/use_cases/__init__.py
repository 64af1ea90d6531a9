"""What classification does: gives each report a verdict, lets people supersede it, and knows what verdicts are given by."""

from services.classification.use_cases.assigning import assign_themes
from services.classification.use_cases.correcting import correct
from services.classification.use_cases.versions import record_what_is_in_force

__all__ = ["assign_themes", "correct", "record_what_is_in_force"]
