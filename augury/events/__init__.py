"""What clients send: the strict reading of JSON, the typing of text, and the event that is stored."""

from augury.events.js_text import from_parameters, typed_text
from augury.events.stored import RESERVED_FIELDS, new_event_id, stored_event
from augury.events.strict_json import MAX_EVENT_BYTES, parse_json, violation

__all__ = [
    "MAX_EVENT_BYTES",
    "RESERVED_FIELDS",
    "from_parameters",
    "new_event_id",
    "parse_json",
    "stored_event",
    "typed_text",
    "violation",
]
