"""The split of raw events by client: a Lambda per object."""
