"""How long the prefixes of the data bucket are kept, and when they become cheaper."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk.aws_s3 import LifecycleRule, StorageClass, Transition

from augury.lake import (
    FAILED_DELIVERIES,
    FAILED_EVENTS,
    FAILED_SPLIT,
    QUERY_RESULTS,
    RAW_EVENTS,
    RAW_FEEDBACK,
    RAW_PREDICTIONS,
    SPILLED_EVENTS,
    SPLIT_PLANS,
)
from infra.lifetimes import Lifetime
from infra.stages import StageConfig

# A rule's filter is the start of keys, whatever stands behind it.
_PREFIXES = {
    "raw_events": RAW_EVENTS,
    "spilled_events": SPILLED_EVENTS,
    "failed_split": FAILED_SPLIT,
    "refused_events": FAILED_EVENTS,
    "failed_deliveries": FAILED_DELIVERIES,
    "predictions": RAW_PREDICTIONS,
    "feedback": RAW_FEEDBACK,
    "query_results": QUERY_RESULTS,
    "split_plans": SPLIT_PLANS,
}


def lifecycle_rules(config: StageConfig) -> list[LifecycleRule]:
    """Return the rules of a stage's bucket: one for what is replaced or broken off, one for each prefix that ends.

    What is under ``clients/`` has none: it stays until it is erased.
    """
    superseded = LifecycleRule(
        id="superseded",
        abort_incomplete_multipart_upload_after=Duration.days(7),
        noncurrent_version_expiration=Duration.days(config.superseded_days),
        # What the split in bulk and erasure remove would otherwise leave a marker each, which slows every listing.
        expired_object_delete_marker=True,
    )
    lifetimes = {name: getattr(config.lifetimes, name) for name in _PREFIXES}
    rules = (_rule(name, _PREFIXES[name], lifetime) for name, lifetime in lifetimes.items() if not lifetime.is_endless)
    return [superseded, *rules]


def _rule(name: str, prefix: str, lifetime: Lifetime) -> LifecycleRule:
    ages = {
        StorageClass.INFREQUENT_ACCESS: lifetime.infrequent_after_days,
        StorageClass.GLACIER_INSTANT_RETRIEVAL: lifetime.archive_after_days,
    }
    transitions = [
        Transition(storage_class=kind, transition_after=Duration.days(age)) for kind, age in ages.items() if age
    ]
    expires = lifetime.expire_after_days
    return LifecycleRule(
        id=name.replace("_", "-"),
        prefix=prefix,
        transitions=transitions or None,
        expiration=Duration.days(expires) if expires else None,
    )
