"""How long the objects of a stage are kept, and when they become cheaper."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """How long objects are kept, and at what age they move to cheaper storage; None for never.

    All of it can be read at once at any age: the classes differ in price, and so far nothing waits for a restore.

    Parameters
    ----------
    infrequent_after_days : int or None
        When they move to Standard-IA; 30 days at least.
    archive_after_days : int or None
        When they move to Glacier Instant Retrieval.
    expire_after_days : int or None
        When they are removed.

    Raises
    ------
    ValueError
        S3 would not take it (Amazon S3 user guide, "Transitioning objects", "Constraints"), or nothing would be kept.
    """

    infrequent_after_days: int | None = None
    archive_after_days: int | None = None
    expire_after_days: int | None = None

    def __post_init__(self) -> None:
        if self.infrequent_after_days is not None and self.infrequent_after_days < 30:
            raise ValueError(f"lifetime: infrequent_after_days is {self.infrequent_after_days}, and must be 30 or more")
        ages = [self.infrequent_after_days, self.archive_after_days, self.expire_after_days]
        given = [age for age in ages if age is not None]
        if sorted(set(given)) != given or any(age < 1 for age in given):
            raise ValueError(f"lifetime: infrequent, archive and expire must follow each other, not {given} days")

    @property
    def is_endless(self) -> bool:
        """Whether objects stay for ever, as they are."""
        return self == Lifetime()

    def ends_before(self, other: Lifetime) -> bool:
        """Tell whether objects are removed while those of another lifetime are still there."""
        mine, others = self.expire_after_days, other.expire_after_days
        return mine is not None and (others is None or mine < others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """The lifetimes of the bucket's prefixes. What belongs to a client has none: it stays until it is erased.

    Parameters
    ----------
    raw_events, spilled_events, failed_split : Lifetime
        Events as they came in, and what could not be split of them. Together they prove that nothing was lost.
    refused_events : Lifetime
        What clients sent and was refused.
    failed_deliveries : Lifetime
        What Firehose could not deliver: it is nowhere else.
    predictions, feedback : Lifetime
        The prediction log, and what clients said of predictions.
    query_results : Lifetime
        What Athena answered.
    split_plans : Lifetime
        What runs of the split in bulk set out to do. Only the next run reads them, of a run that did not end.

    Raises
    ------
    ValueError
        Raw events would go before they must have been split, or what accounts for them before they do.
    """

    raw_events: Lifetime
    spilled_events: Lifetime
    failed_split: Lifetime
    refused_events: Lifetime
    failed_deliveries: Lifetime = Lifetime()
    predictions: Lifetime
    feedback: Lifetime
    query_results: Lifetime = Lifetime(expire_after_days=7)
    split_plans: Lifetime = Lifetime(expire_after_days=90)

    def __post_init__(self) -> None:
        for name in ("raw_events", "spilled_events"):
            if getattr(self, name).ends_before(_DEAD_LETTERS):
                raise ValueError(f"lifetimes: {name} must outlive the dead-letter queue's 14 days")
        for name in ("spilled_events", "failed_split"):
            if getattr(self, name).ends_before(self.raw_events):
                raise ValueError(f"lifetimes: {name} must not end before raw_events, or `events check` can't add up")


_DEAD_LETTERS = Lifetime(expire_after_days=14)
