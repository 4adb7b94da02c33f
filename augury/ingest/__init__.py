"""Event acceptance: a request's body becomes records of the events stream, and 200 means that they are kept."""

from augury.ingest.acceptance import Outcome, Rejection, Submission, accept
from augury.ingest.decoding import NOT_FIELDS, Batch, decode_body, decode_parameters
from augury.ingest.delivery import SPILL_S, STREAM_TRY_S, Clock, Sink
from augury.ingest.feedback import MAX_FEEDBACK_BYTES, Feedback, parse_feedback
from augury.ingest.refusals import REFUSAL_TRY_S, RefusalLog

__all__ = [
    "MAX_FEEDBACK_BYTES",
    "NOT_FIELDS",
    "REFUSAL_TRY_S",
    "SPILL_S",
    "STREAM_TRY_S",
    "Batch",
    "Clock",
    "Feedback",
    "Outcome",
    "RefusalLog",
    "Rejection",
    "Sink",
    "Submission",
    "accept",
    "decode_body",
    "decode_parameters",
    "parse_feedback",
]
