"""The split of raw events by client and day, against the usual ways to do it."""
