"""What CloudWatch makes of a document in the embedded metric format; what breaks a rule of it fails.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import jsonschema

_TEXT = {"type": "string", "minLength": 1, "maxLength": 1024}
_METRIC = {
    "type": "object",
    "required": ["Name"],
    "properties": {"Name": _TEXT, "Unit": {"enum": ["Count", "Milliseconds"]}},
    "additionalProperties": False,
}
_DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "properties": {
        "Namespace": _TEXT,
        "Dimensions": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "array", "maxItems": 30, "items": {"type": "string", "minLength": 1, "maxLength": 250}},
        },
        "Metrics": {"type": "array", "maxItems": 100, "items": _METRIC},
    },
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer", "minimum": 10**12},
                "CloudWatchMetrics": {"type": "array", "items": _DIRECTIVE},
            },
        }
    },
}

type Metric = tuple[str, str, tuple[tuple[str, str], ...]]
"""Namespace, name, and dimensions with their values."""


def metrics_of(documents: Iterable[bytes | str]) -> Counter[Metric]:
    """Return the sum of each metric."""
    sums: Counter[Metric] = Counter()
    for text in documents:
        document = json.loads(text)
        jsonschema.validate(document, SCHEMA)
        for directive in document["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                dimensions = tuple((name, _text(document[name])) for name in names)
                for metric in directive["Metrics"]:
                    sums[directive["Namespace"], metric["Name"], dimensions] += _sum(document[metric["Name"]])
    return sums


def _text(value: Any) -> str:
    assert isinstance(value, str), "a dimension is text"
    assert 1 <= len(value) <= 1024
    return value


def _sum(target: Any) -> Any:
    if isinstance(target, dict):
        assert len(target["Values"]) == len(target["Counts"]) <= 100
        assert sum(target["Counts"]) == target["Count"]
        return target["Sum"]
    assert isinstance(target, int | float)
    assert not isinstance(target, bool)
    return target
