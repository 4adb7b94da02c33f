"""Changes and faults of serving under constant load, each with a count of the requests that should not have failed."""
