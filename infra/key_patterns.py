"""The keys of the data bucket as IAM resource patterns, made from :mod:`augury.lake`, which alone spells a key.

A ``*`` of IAM spans slashes, so that a pattern must say more than a folder: ``clients/*/events/*`` would also be the
artifacts of a pipeline that is called ``events``.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Self

from augury.lake import (
    RAW_EVENTS,
    RAW_FEEDBACK,
    SPILLED_EVENTS,
    SPLIT_PLANS,
    failed_split_key,
    model_prefix,
    split_output_key,
    training_definition_key,
)
from augury.names import ClientName, PipelineName, Version

_ANY = "any"
_VARYING = re.compile(rf"{_ANY}|\d{{4}}/\d\d/\d\d|[0-9a-f]{{32}}")  # a name, a day, a fingerprint


class KeyPattern(str):
    """A pattern of keys, and why whoever is granted it needs all of them."""

    reason: str

    def __new__(cls, pattern: str, reason: str) -> Self:
        """Make a pattern with its reason."""
        made = super().__new__(cls, pattern)
        made.reason = reason
        return made


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


RAW_EVENT_OBJECTS = KeyPattern(below(RAW_EVENTS), "Raw objects hold events of all clients, and keys have their time")
"""What Firehose wrote of all clients' events."""

SPILLED_EVENT_OBJECTS = KeyPattern(below(SPILLED_EVENTS), "Spills hold events of all clients, and keys have their time")
"""Events that the events stream would not take."""

FEEDBACK_OBJECTS = KeyPattern(below(RAW_FEEDBACK), "Feedback of all clients lies together, and keys have their time")
"""Feedback, also what its stream would not take."""

SPLIT_OBJECTS = KeyPattern(
    like(split_output_key(ClientName(_ANY), date(2026, 11, 23), _ANY)), "The split writes the files of every client"
)
"""What the split writes of any client's events; historical drops beside it have other names."""

FAILED_SPLIT_OBJECTS = KeyPattern(like(failed_split_key(_ANY)), "Keys have the time and a fingerprint of their source")
"""What could not be split."""

SPLIT_PLAN_OBJECTS = KeyPattern(below(SPLIT_PLANS), "Keys have the name of the plan")
"""What runs of the split in bulk set out to do, and did."""

MODEL_OBJECTS = KeyPattern(
    below(like(model_prefix(ClientName(_ANY), PipelineName(_ANY), Version(_ANY)))), "Predict serves every client"
)
"""Files of any client's artifacts."""

TRAINING_DEFINITIONS = KeyPattern(
    like(training_definition_key(ClientName(_ANY), _ANY, f"{_ANY}.py")), "Definitions of every client that trains"
)
"""Definition files that training jobs run."""
