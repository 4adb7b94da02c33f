"""What the routes that are the same for every client take and answer, as JSON Schemas."""

from __future__ import annotations

from augury.openapi.parts import DETAIL, ERROR, TEXT, Json

SCHEMAS: Json = {
    "Event": {
        "type": "object",
        "description": "any JSON object; the server adds client, timestamp, _event_id and _received_at",
        "properties": {
            "timestamp": {"type": "number", "description": "seconds since 1970"},
            "event_id": {"type": "string", "description": "16 to 64 of A-Z a-z 0-9 _ -: the event's id in every retry"},
        },
        "not": {"anyOf": [{"required": ["_event_id"]}, {"required": ["_received_at"]}]},
    },
    "Accepted": {
        "oneOf": [
            {"type": "object", "required": ["json"], "properties": {"json": TEXT}, "additionalProperties": False},
            {
                "type": "object",
                "required": ["accepted", "rejected"],
                "properties": {
                    "accepted": {"type": "integer", "minimum": 1},
                    "rejected": {"type": "array", "items": {"$ref": "#/components/schemas/Rejection"}},
                },
                "additionalProperties": False,
            },
        ]
    },
    "Rejection": {
        "type": "object",
        "required": ["index", "error_id", "error_msg", "details"],
        "properties": {
            "index": {"type": "integer", "minimum": 0},
            "error_id": {"type": "integer"},
            "error_msg": TEXT,
            "details": {"type": "array", "items": DETAIL},
        },
    },
    "Error": ERROR,
    "TokenRequest": {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"const": "client_credentials"},
            "scope": TEXT,
            "client_id": TEXT,
            "client_secret": TEXT,
        },
    },
    "Token": {
        "type": "object",
        "required": ["access_token", "token_type", "expires_in", "scope"],
        "properties": {
            "access_token": TEXT,
            "token_type": {"const": "Bearer"},
            "expires_in": {"type": "integer"},
            "scope": TEXT,
        },
    },
    "TokenError": {
        "type": "object",
        "required": ["error"],
        "properties": {"error": TEXT, "error_description": TEXT},
    },
    "Feedback": {
        "type": "object",
        "required": ["puid"],
        "anyOf": [{"required": ["reward"]}, {"required": ["truth"]}],
        "properties": {
            "puid": {"type": "string", "minLength": 1, "maxLength": 128, "description": "the prediction's id"},
            "reward": {"type": ["number", "null"], "description": "how good it was, on a scale of your own"},
            "truth": {"type": ["string", "number", "boolean", "null"], "description": "what would have been right"},
        },
        "additionalProperties": False,
    },
    "FeedbackKept": {"type": "object", "required": ["puid"], "properties": {"puid": TEXT}},
}
