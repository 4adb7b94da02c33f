"""Images that are built and started by a Docker engine of the test run's own."""
