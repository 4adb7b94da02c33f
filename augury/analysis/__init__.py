"""Analysis of what is in the lake: whether it adds up."""

from augury.analysis.accounting import Account, AccountPlan, Problem, account, plan_account
from augury.analysis.reconciliation import COUNTS, Tally, reconcile
from augury.analysis.sightings import UNKNOWN, Cell, Place, Sighting, sighting

__all__ = [
    "COUNTS",
    "UNKNOWN",
    "Account",
    "AccountPlan",
    "Cell",
    "Place",
    "Problem",
    "Sighting",
    "Tally",
    "account",
    "plan_account",
    "reconcile",
    "sighting",
]
