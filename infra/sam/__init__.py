"""The functions in containers on this machine, as ``sam local start-api`` runs them: ``python -m infra.sam``."""
