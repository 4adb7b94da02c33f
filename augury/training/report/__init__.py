"""The report of a training: one HTML file that needs nothing else, to read or to show to somebody."""

from augury.training.report.page import report_html
from augury.training.report.profile import ColumnProfile, profile_of
from augury.training.report.story import Story

__all__ = ["ColumnProfile", "Story", "profile_of", "report_html"]
