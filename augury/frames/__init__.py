"""Events of the lake as pandas frames."""

from augury.frames.reading import Events, read_events

__all__ = ["Events", "read_events"]
