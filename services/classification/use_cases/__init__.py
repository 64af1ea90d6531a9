"""What classification does: gives each report a verdict, lets people supersede it, tries other versions, and puts them in force."""

from services.classification.use_cases.assigning import assign_themes
from services.classification.use_cases.correcting import check_unchanged, correct
from services.classification.use_cases.reading import read_again
from services.classification.use_cases.reclassifying import ask_for_history, reclassify
from services.classification.use_cases.trials import advance_trial, start_trial, stop_trial
from services.classification.use_cases.versions import (
    adopt,
    record_what_is_in_force,
    taxonomy_in_force,
)
from services.classification.use_cases.withdrawing import leave_out

__all__ = [
    "adopt",
    "advance_trial",
    "ask_for_history",
    "assign_themes",
    "check_unchanged",
    "correct",
    "leave_out",
    "read_again",
    "reclassify",
    "record_what_is_in_force",
    "start_trial",
    "stop_trial",
    "taxonomy_in_force",
]
