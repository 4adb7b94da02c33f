"""The environments that Augury is deployed to, and in what they differ."""

from __future__ import annotations

from dataclasses import dataclass, field

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays

from augury.lake import EventsPrefix


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSize:
    """Memory, time and disk of one Lambda function. CPU comes with memory: 1,769 MB is one whole vCPU.

    Parameters
    ----------
    memory_mb : int
        Memory.
    timeout_s : int
        Seconds that a call may take.
    storage_mib : int, optional
        Size of its directory for temporary files, 512 to 10,240 MiB.
    """

    memory_mb: int
    timeout_s: int
    storage_mib: int = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffering:
    """When Firehose writes an object: after so much time or so much data, whichever comes first.

    Parameters
    ----------
    interval_s : int
        0 to 900 seconds.
    size_mib : int
        1 to 128 MiB, before compression.

    Raises
    ------
    ValueError
        Firehose would not take it (API reference, ``BufferingHints``).
    """

    interval_s: int
    size_mib: int

    def __post_init__(self) -> None:
        if not 0 <= self.interval_s <= 900:
            raise ValueError(f"buffering: interval_s is {self.interval_s}, and must be 0 to 900")
        if not 1 <= self.size_mib <= 128:
            raise ValueError(f"buffering: size_mib is {self.size_mib}, and must be 1 to 128")


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """Requests per second, and at once, that the API lets through to a route."""

    rate: int
    burst: int


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

    def __post_init__(self) -> None:
        for name in ("raw_events", "spilled_events"):
            if getattr(self, name).ends_before(_DEAD_LETTERS):
                raise ValueError(f"lifetimes: {name} must outlive the dead-letter queue's 14 days")
        for name in ("spilled_events", "failed_split"):
            if getattr(self, name).ends_before(self.raw_events):
                raise ValueError(f"lifetimes: {name} must not end before raw_events, or `events check` can't add up")


_DEAD_LETTERS = Lifetime(expire_after_days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageConfig:
    """One environment.

    Parameters
    ----------
    name : str
        Lower-case name; stacks are called ``Augury-<name>-<stack>``.
    keeps_data : bool
        Whether bucket, table and secret outlive their stack, and the stack refuses to be deleted.
    log_retention : RetentionDays
        How long the logs of functions, API and Firehose are kept.
    superseded_days : int
        How long replaced and deleted versions of objects are kept.
    lifetimes : Lifetimes
        How long raw, spilled, failed and logged objects are kept.
    query_limit_gib : int
        Most that one Athena query may read, which is what it costs by.
    buffering : Buffering
        Of the events and predictions streams.
    events_prefix : EventsPrefix
        Where the events stream lays its objects; one that the split would not read can't be made.
    throttle : Throttle
        Of every route.
    token, rotate, ingest, predict, feedback, split : FunctionSize
        Of the function of that name. API Gateway waits 30 s at most for the ones that answer HTTP.
    split_concurrency : int
        How many raw objects are split at once, at most.
    rotation_days : int
        Age at which the token signing key is replaced.
    trusted_artifact_keys : tuple of str
        Public keys in PEM, beside the stage's own key, whose signature on an artifact is good: those of another
        stage, or of a key that is being replaced.
    allow_unsigned_artifacts : bool
        Whether artifacts that nobody signed are served.
    http_targets : tuple of str
        Hosts that pipelines' targets may be on, as :class:`augury.serving.targets.AllowedHosts` reads them.
    masked_inputs : tuple of str
        Fields whose values stay out of the prediction log, as :class:`augury.serving.Masks` reads them.
    lambda_targets : tuple of str
        Names of the functions of this account and region that pipelines' targets may be.
    """

    name: str
    keeps_data: bool
    log_retention: RetentionDays
    superseded_days: int
    lifetimes: Lifetimes
    query_limit_gib: int
    buffering: Buffering
    throttle: Throttle
    token: FunctionSize = FunctionSize(memory_mb=512, timeout_s=10)
    rotate: FunctionSize = FunctionSize(memory_mb=256, timeout_s=30)
    ingest: FunctionSize = FunctionSize(memory_mb=1024, timeout_s=25)
    predict: FunctionSize = FunctionSize(memory_mb=1769, timeout_s=25)
    feedback: FunctionSize = FunctionSize(memory_mb=512, timeout_s=25)
    # A whole vCPU; an object of 128 MiB takes 400 MB of memory, half a minute, and its own size on disk.
    split: FunctionSize = FunctionSize(memory_mb=1769, timeout_s=120, storage_mib=1024)
    split_concurrency: int
    events_prefix: EventsPrefix = field(default_factory=EventsPrefix)
    rotation_days: int = 30
    trusted_artifact_keys: tuple[str, ...] = ()
    allow_unsigned_artifacts: bool = False
    http_targets: tuple[str, ...] = ()
    lambda_targets: tuple[str, ...] = ()
    masked_inputs: tuple[str, ...] = ()

    @property
    def removal_policy(self) -> RemovalPolicy:
        """What becomes of data when its stack goes. A bucket that still holds objects refuses to be destroyed."""
        return RemovalPolicy.RETAIN if self.keeps_data else RemovalPolicy.DESTROY


DEV = StageConfig(
    name="dev",
    keeps_data=False,
    log_retention=RetentionDays.ONE_WEEK,
    superseded_days=1,
    lifetimes=Lifetimes(
        raw_events=Lifetime(expire_after_days=90),
        spilled_events=Lifetime(expire_after_days=90),
        failed_split=Lifetime(expire_after_days=90),
        refused_events=Lifetime(expire_after_days=30),
        failed_deliveries=Lifetime(expire_after_days=90),
        predictions=Lifetime(expire_after_days=90),
        feedback=Lifetime(expire_after_days=90),
    ),
    query_limit_gib=10,
    buffering=Buffering(interval_s=60, size_mib=5),
    throttle=Throttle(rate=100, burst=200),
    split_concurrency=2,
)
"""Where changes are tried: small, quick to show its events, and taken down once its bucket is emptied."""

PROD = StageConfig(
    name="prod",
    keeps_data=True,
    log_retention=RetentionDays.THREE_MONTHS,
    superseded_days=30,
    lifetimes=Lifetimes(
        raw_events=Lifetime(infrequent_after_days=30, archive_after_days=90),
        spilled_events=Lifetime(infrequent_after_days=30, archive_after_days=90),
        failed_split=Lifetime(infrequent_after_days=30),
        refused_events=Lifetime(expire_after_days=90),
        predictions=Lifetime(infrequent_after_days=30, archive_after_days=90),
        feedback=Lifetime(infrequent_after_days=30, archive_after_days=90),
    ),
    query_limit_gib=1024,
    buffering=Buffering(interval_s=300, size_mib=64),
    throttle=Throttle(rate=2000, burst=4000),
    split_concurrency=20,
)
"""Where clients are served."""

STAGES = (DEV, PROD)
"""Every stage that the app synthesises."""
