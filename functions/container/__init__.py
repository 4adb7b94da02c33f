"""An HTTP server for answers that are made in a container: limits, threads for what must wait, and an orderly end."""
