"""The command line."""

from augury.cli.app import main

__all__ = ["main"]
