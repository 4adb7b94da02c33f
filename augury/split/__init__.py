"""The split: raw objects of all clients become each client's own days."""

from augury.split.execution import SplitSummary, split_object
from augury.split.lines import FailedLine, OwnedLine, sort_line

__all__ = ["FailedLine", "OwnedLine", "SplitSummary", "sort_line", "split_object"]
