"""What clients send: the strict reading of JSON, the typing of text, and the event that is stored."""

from augury.events.clock_skew import TOLERATED_SKEW_S, parse_sent_at
from augury.events.event_ids import new_event_id
from augury.events.identity import SERVER_FIELDS, Identity, caller_fields, distinct_events, identity
from augury.events.js_text import from_parameters, typed_text
from augury.events.puids import MAX_PUID_LENGTH, is_puid
from augury.events.receipt import is_receipt, receipt_text
from augury.events.stored import RESERVED_FIELDS, Stamp, stored_event, usable_event_id
from augury.events.strict_json import MAX_EVENT_BYTES, element_texts, parse_each, parse_json, value_or_error, violation

__all__ = [
    "MAX_EVENT_BYTES",
    "MAX_PUID_LENGTH",
    "RESERVED_FIELDS",
    "SERVER_FIELDS",
    "TOLERATED_SKEW_S",
    "Identity",
    "Stamp",
    "caller_fields",
    "distinct_events",
    "element_texts",
    "from_parameters",
    "identity",
    "is_puid",
    "is_receipt",
    "new_event_id",
    "parse_each",
    "parse_json",
    "parse_sent_at",
    "receipt_text",
    "stored_event",
    "typed_text",
    "usable_event_id",
    "value_or_error",
    "violation",
]
