"""Event collection: ``POST /events`` and ``GET /js/event/new``."""
