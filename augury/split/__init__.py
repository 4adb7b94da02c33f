"""The split: raw objects of all clients become each client's own days."""

from augury.split.entries import SOURCES, Counts, Entry, Outcome, Source, State
from augury.split.execution import OVERWRITTEN, Fate, SourceBusy, SplitResult, report_object, split_object
from augury.split.ledger import Claim, ClaimLost, Ledger
from augury.split.lines import MAX_LINE_BYTES, FailedLine, Owner, Reason, owner_of
from augury.split.sorting import SortedBlock, sort_blocks
from augury.split.spool import Spool

__all__ = [
    "MAX_LINE_BYTES",
    "OVERWRITTEN",
    "SOURCES",
    "Claim",
    "ClaimLost",
    "Counts",
    "Entry",
    "FailedLine",
    "Fate",
    "Ledger",
    "Outcome",
    "Owner",
    "Reason",
    "SortedBlock",
    "Source",
    "SourceBusy",
    "SplitResult",
    "Spool",
    "State",
    "owner_of",
    "report_object",
    "sort_blocks",
    "split_object",
]
