"""The keys of the data bucket as IAM resource patterns, made from :mod:`augury.lake`, which alone spells a key.

A ``*`` of IAM spans slashes, so that a pattern must say more than a folder: ``clients/*/events/*`` would also be the
artifacts of a pipeline that is called ``events``.
"""

from __future__ import annotations

import re
from datetime import date

from augury.lake import RAW_EVENTS, RAW_FEEDBACK, SPILLED_EVENTS, failed_split_key, model_prefix, split_output_key
from augury.names import ClientName, PipelineName, Version

_ANY = "any"
_VARYING = re.compile(rf"{_ANY}|\d{{4}}/\d\d/\d\d|[0-9a-f]{{32}}")  # a name, a day, a fingerprint


def below(prefix: str) -> str:
    """Return the pattern of every key that starts with a prefix."""
    return f"{prefix}*"


def like(example: str) -> str:
    """Return the pattern of every key that differs from an example in names, day and fingerprint only.

    Examples
    --------
    >>> like("clients/any/events/2026/11/23/augury-0123456789abcdef0123456789abcdef.json.gz")
    'clients/*/events/*/augury-*.json.gz'
    """
    return _VARYING.sub("*", example)


RAW_EVENT_OBJECTS = below(RAW_EVENTS)
"""What Firehose wrote of all clients' events."""

SPILLED_EVENT_OBJECTS = below(SPILLED_EVENTS)
"""Events that the events stream would not take."""

FEEDBACK_OBJECTS = below(RAW_FEEDBACK)
"""Feedback, also what its stream would not take."""

SPLIT_OBJECTS = like(split_output_key(ClientName(_ANY), date(2026, 11, 23), _ANY))
"""What the split writes of any client's events; historical drops beside it have other names."""

FAILED_SPLIT_OBJECTS = like(failed_split_key(_ANY))
"""What could not be split."""

MODEL_OBJECTS = below(like(model_prefix(ClientName(_ANY), PipelineName(_ANY), Version(_ANY))))
"""Files of any client's artifacts."""
