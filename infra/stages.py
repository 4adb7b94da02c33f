"""The environments that Augury is deployed to, and in what they differ."""

from __future__ import annotations

from dataclasses import dataclass, field

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays

from augury.lake import EventsPrefix
from infra.cluster_config import ClusterConfig
from infra.lifetimes import Lifetime, Lifetimes
from infra.ranges import require_between, require_match
from infra.sizes import Buffering, BulkSplit, Domain, FunctionSize, Throttle
from infra.training_config import TrainingConfig

_API_WAITS_S = 30


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
    access_log_days : int
        How long S3's notes of who asked for which object are kept.
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
        Of every route that has none of its own.
    token_throttle : Throttle
        Of ``POST /token``: tokens live a quarter of an hour, so that who asks often guesses secrets or caches none.
    token, rotate, ingest, predict, heavy, feedback, split : FunctionSize
        Of the function of that name. API Gateway waits 30 s at most for the ones that answer HTTP.
    heavy_snap_start : bool
        Whether the function that serves pipelines without a plan starts from a snapshot: sooner by seconds, and some
        $8 a month for a version of 2 GB, called or not.
    prepare, register : FunctionSize
        Of the functions before and after a training job.
    training : TrainingConfig
        Who trains on AWS, on what, and what is trained regularly.
    cluster : ClusterConfig, optional
        An EKS cluster, with a network that the predict function then joins; none unless given.
    split_concurrency : int
        How many raw objects are split at once, at most; 2 to 1,000.
    bulk_split : BulkSplit
        Of the Glue job that rewrites days.
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
    domain : Domain or None
        A name of the API's own.
    alarm_emails : tuple of str
        Who is written to when an alarm changes; each must say yes to a first message.

    Raises
    ------
    ValueError
        AWS, or a function that reads it, would not take a value; the message names stage and field.
    """

    name: str
    keeps_data: bool
    log_retention: RetentionDays
    access_log_days: int
    superseded_days: int
    lifetimes: Lifetimes
    query_limit_gib: int
    buffering: Buffering
    throttle: Throttle
    token_throttle: Throttle
    token: FunctionSize = FunctionSize(memory_mb=512, timeout_s=10)
    rotate: FunctionSize = FunctionSize(memory_mb=256, timeout_s=30)
    ingest: FunctionSize = FunctionSize(memory_mb=1024, timeout_s=25)
    predict: FunctionSize = FunctionSize(memory_mb=1769, timeout_s=25)
    # Loading pandas and scikit-learn takes a whole vCPU for seconds; it gives up before the predict function does.
    heavy: FunctionSize = FunctionSize(memory_mb=2048, timeout_s=22)
    feedback: FunctionSize = FunctionSize(memory_mb=512, timeout_s=25)
    # A whole vCPU; an object of 128 MiB takes 400 MB of memory, half a minute, and its own size on disk.
    split: FunctionSize = FunctionSize(memory_mb=1769, timeout_s=120, storage_mib=1024)
    heavy_snap_start: bool = False
    prepare: FunctionSize = FunctionSize(memory_mb=512, timeout_s=30)
    # An artifact of 256 MiB, the largest that there may be, is held in memory and on disk while it is checked.
    register: FunctionSize = FunctionSize(memory_mb=1024, timeout_s=300, storage_mib=1024)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    cluster: ClusterConfig | None = None
    split_concurrency: int
    bulk_split: BulkSplit = field(default_factory=BulkSplit)
    events_prefix: EventsPrefix = field(default_factory=EventsPrefix)
    rotation_days: int = 30
    trusted_artifact_keys: tuple[str, ...] = ()
    allow_unsigned_artifacts: bool = False
    http_targets: tuple[str, ...] = ()
    lambda_targets: tuple[str, ...] = ()
    masked_inputs: tuple[str, ...] = ()
    domain: Domain | None = None
    alarm_emails: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        try:
            self._check()
        except ValueError as error:
            raise ValueError(f"stage {self.name!r}: {error}") from None

    def _check(self) -> None:
        require_match("name", [self.name], r"[a-z][a-z0-9-]{0,19}", "20 lower-case letters, digits and hyphens at most")
        require_between("access_log_days", self.access_log_days, 1, 3650)
        require_between("superseded_days", self.superseded_days, 1, 3650)
        require_between("query_limit_gib", self.query_limit_gib, 1, 1024 * 1024)
        require_between("split_concurrency", self.split_concurrency, 2, 1000)
        require_between("rotation_days", self.rotation_days, 1, 1000)
        for name in ("token", "ingest", "predict", "feedback"):
            size: FunctionSize = getattr(self, name)
            require_between(f"{name}: timeout_s", size.timeout_s, 1, _API_WAITS_S - 1)
        require_match("lambda_targets", self.lambda_targets, r"[\w-]{1,64}", "names of functions, without an alias")
        require_match("alarm_emails", self.alarm_emails, r"[^@\s]+@[^@\s]+\.[^@\s]+", "e-mail addresses")
        if self.http_targets or self.masked_inputs:
            self._check_as_predict_reads()

    def _check_as_predict_reads(self) -> None:
        # Imported here because it brings ONNX Runtime, which a stage without any does without.
        from augury.serving import Masks
        from augury.serving.targets import AllowedHosts

        AllowedHosts.parse(",".join(self.http_targets))
        Masks.parse(",".join(self.masked_inputs))

    @property
    def removal_policy(self) -> RemovalPolicy:
        """What becomes of data when its stack goes. A bucket that still holds objects refuses to be destroyed."""
        return RemovalPolicy.RETAIN if self.keeps_data else RemovalPolicy.DESTROY


DEV = StageConfig(
    name="dev",
    keeps_data=False,
    log_retention=RetentionDays.ONE_WEEK,
    access_log_days=7,
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
    token_throttle=Throttle(rate=10, burst=20),
    split_concurrency=2,
)
"""Where changes are tried: small, quick to show its events, and taken down once its bucket is emptied."""

PROD = StageConfig(
    name="prod",
    keeps_data=True,
    log_retention=RetentionDays.THREE_MONTHS,
    access_log_days=90,
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
    heavy_snap_start=True,
    token_throttle=Throttle(rate=100, burst=200),
    split_concurrency=20,
    bulk_split=BulkSplit(workers=5, schedule="cron(15 2 * * ? *)"),
)
"""Where clients are served."""

STAGES = (DEV, PROD)
"""Every stage that the app synthesises."""
