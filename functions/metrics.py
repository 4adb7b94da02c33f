"""Metrics that CloudWatch reads from the log (embedded metric format).

References
----------
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

NAMESPACE = "Augury"
"""CloudWatch's namespace of all metrics of Augury."""

COUNT, MILLISECONDS = "Count", "Milliseconds"

_OFF = "POWERTOOLS_METRICS_DISABLED"


@dataclass(frozen=True, slots=True)
class Directive:
    """Which fields of a document are metrics, and what they are told apart by.

    Parameters
    ----------
    dimensions : sequence of str
        Names of fields; each combination of their values is a metric to pay.
    units : mapping of str to str
        Unit of each metric by its name.
    """

    dimensions: Sequence[str]
    units: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return it as a document has it."""
        metrics = [{"Name": name, "Unit": unit} for name, unit in self.units.items()]
        return {"Namespace": NAMESPACE, "Dimensions": [list(self.dimensions)], "Metrics": metrics}


def directives(*given: Directive) -> orjson.Fragment:
    """Return directives as documents have them, written once for all documents."""
    return orjson.Fragment(orjson.dumps([directive.as_json() for directive in given]))


def document(directives: orjson.Fragment, fields: Mapping[str, Any], at: float | None = None) -> bytes:
    """Return one document.

    Parameters
    ----------
    directives : orjson.Fragment
        From :func:`directives`.
    fields : mapping
        Metrics, dimensions and properties by their names; queries of the log find all of them.
    at : float, optional
        Seconds since 1970; now unless given.
    """
    timestamp = int((time.time() if at is None else at) * 1000)
    return orjson.dumps({"_aws": {"Timestamp": timestamp, "CloudWatchMetrics": directives}, **fields})


def write(line: bytes) -> None:
    """Write a document to the log, unless ``POWERTOOLS_METRICS_DISABLED`` is set."""
    if os.environ.get(_OFF, "").lower() not in ("true", "1"):
        sys.stdout.write(line.decode() + "\n")
        sys.stdout.flush()


def write_counts(counts: Mapping[str, int], dimensions: Mapping[str, str], metadata: Mapping[str, str]) -> None:
    """Write counts to the log.

    Parameters
    ----------
    counts : mapping of str to int
        By the metric's name.
    dimensions : mapping of str to str
        What the metrics are told apart by; each combination of values is a metric to pay.
    metadata : mapping of str to str
        What else stands in the log line, where queries find it.
    """
    directive = Directive(tuple(dimensions), dict.fromkeys(counts, COUNT))
    write(document(directives(directive), {**dimensions, **metadata, **counts}))
