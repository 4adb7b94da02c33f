"""What CloudFormation writes of a bucket, as the API of S3 has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def canned_acl(name: str) -> str:
    """Return the name of a canned access control list.

    Examples
    --------
    >>> canned_acl("LogDeliveryWrite")
    'log-delivery-write'
    """
    return re.sub("(?<!^)(?=[A-Z])", "-", name).lower()


def encryption(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rules of encryption, which CloudFormation names after what they configure."""
    rules = configuration["ServerSideEncryptionConfiguration"]
    return {
        "Rules": [_renamed(rule, ServerSideEncryptionByDefault="ApplyServerSideEncryptionByDefault") for rule in rules]
    }


def lifecycle(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rules of a life cycle, whose parts CloudFormation writes flat."""
    return {"Rules": [_lifecycle_rule(rule) for rule in configuration["Rules"]]}


def logging(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a bucket's accesses are logged; the API wants a prefix even if it is empty."""
    enabled = {
        "TargetBucket": configuration["DestinationBucketName"],
        "TargetPrefix": configuration.get("LogFilePrefix", ""),
    }
    return {"LoggingEnabled": enabled}


def notifications(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return who is told of what: CloudFormation has one event for each entry."""
    entries = [
        {
            "QueueArn": entry["Queue"],
            "Events": [entry["Event"]],
            "Filter": {"Key": {"FilterRules": entry["Filter"]["S3Key"]["Rules"]}},
        }
        for entry in configuration["QueueConfigurations"]
    ]
    others = set(configuration) - {"QueueConfigurations"}
    assert not others, f"notifications other than to a queue: {others}"
    return {"QueueConfigurations": entries}


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    flat = dict(rule)
    api = {"ID": flat.pop("Id"), "Filter": {"Prefix": flat.pop("Prefix", "")}}
    if "ExpirationInDays" in flat:
        api["Expiration"] = {"Days": flat.pop("ExpirationInDays")}
    if "ExpiredObjectDeleteMarker" in flat:
        api.setdefault("Expiration", {})["ExpiredObjectDeleteMarker"] = flat.pop("ExpiredObjectDeleteMarker")
    if "Transitions" in flat:
        api["Transitions"] = [_renamed(move, TransitionInDays="Days") for move in flat.pop("Transitions")]
    return api | flat


def _renamed(entry: Mapping[str, Any], **names: str) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in entry.items()}
