"""The split: raw objects of all clients become each client's own days."""

from augury.split.execution import SplitSummary, split_object
from augury.split.lines import FailedLine, OwnedLine, read_lines, sort_line

__all__ = ["FailedLine", "OwnedLine", "SplitSummary", "read_lines", "sort_line", "split_object"]
