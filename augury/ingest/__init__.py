"""Event acceptance: a request's body becomes records of the events stream, and 200 means that they are kept."""

from augury.ingest.acceptance import Outcome, accept
from augury.ingest.decoding import Batch, Entry, decode_body, decode_parameters
from augury.ingest.delivery import deliver

__all__ = [
    "Batch",
    "Entry",
    "Outcome",
    "accept",
    "decode_body",
    "decode_parameters",
    "deliver",
]
