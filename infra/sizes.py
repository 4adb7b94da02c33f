"""How large the parts of a stage are, within what AWS takes."""

from __future__ import annotations

from dataclasses import dataclass

from infra.ranges import require_between, require_match


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSize:
    """Memory, time and disk of one Lambda function. CPU comes with memory: 1,769 MB is one whole vCPU.

    Parameters
    ----------
    memory_mb : int
        Memory, 128 to 10,240 MB.
    timeout_s : int
        Seconds that a call may take, 900 at most.
    storage_mib : int, optional
        Size of its directory for temporary files, 512 to 10,240 MiB.
    reserved_concurrency : int, optional
        Environments that are kept for it, which it never has more of either. None shares the account's: a new account
        has 10 in all, and refuses to reserve any.

    Raises
    ------
    ValueError
        Lambda would not take it (developer guide, "Lambda quotas").
    """

    memory_mb: int
    timeout_s: int
    storage_mib: int = 512
    reserved_concurrency: int | None = None

    def __post_init__(self) -> None:
        require_between("function size: memory_mb", self.memory_mb, 128, 10_240)
        require_between("function size: timeout_s", self.timeout_s, 1, 900)
        require_between("function size: storage_mib", self.storage_mib, 512, 10_240)
        require_between("function size: reserved_concurrency", self.reserved_concurrency, 1, 100_000)


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
        require_between("buffering: interval_s", self.interval_s, 0, 900)
        require_between("buffering: size_mib", self.size_mib, 1, 128)


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """Requests per second, and at once, that the API lets through to a route; both at least 1.

    Raises
    ------
    ValueError
        Nothing would be let through, or a second's requests could not come at once.
    """

    rate: int
    burst: int

    def __post_init__(self) -> None:
        require_between("throttle: rate", self.rate, 1, 1_000_000)
        require_between("throttle: burst", self.burst, self.rate, 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkSplit:
    """The Glue job that splits days in bulk.

    Parameters
    ----------
    workers : int
        Machines, the driver's among them, 2 to 299. G.1X has 4 vCPU and 16 GB.
    worker_type : str
        ``G.1X`` or ``G.2X``; larger ones only lengthen the start.
    flexible : bool
        Whether runs may wait for spare capacity, and lose it, at two thirds of the price.
    timeout_min : int
        Minutes after which a run is stopped.
    schedule : str or None
        When it splits and rewrites the day before, as a cron expression of AWS in UTC; None for never.

    Raises
    ------
    ValueError
        Glue would not take it.
    """

    workers: int = 2
    worker_type: str = "G.1X"
    flexible: bool = True
    timeout_min: int = 240
    schedule: str | None = None

    def __post_init__(self) -> None:
        require_between("bulk_split: workers", self.workers, 2, 299)
        require_match("bulk_split: worker_type", [self.worker_type], r"G\.[12]X", "G.1X or G.2X")
        require_between("bulk_split: timeout_min", self.timeout_min, 1, 10_080)
        if self.schedule is not None:
            six_fields = r"cron\(\S+( \S+){5}\)"
            require_match("bulk_split: schedule", [self.schedule], six_fields, "such as cron(15 2 * * ? *)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A name of one's own for the API.

    Parameters
    ----------
    name : str
        Such as ``api.example.com``. What points it at the API is the owner's DNS, not this app.
    certificate_arn : str
        A certificate of ACM for that name, in the region of the stage.
    only : bool
        Whether the API's first address, at ``execute-api``, stops answering.

    Raises
    ------
    ValueError
        The name is no host name, or the certificate no ARN of ACM.
    """

    name: str
    certificate_arn: str
    only: bool = True

    def __post_init__(self) -> None:
        label = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
        require_match("domain: name", [self.name], rf"({label}\.)+[a-z]{{2,63}}", "a host name such as api.example.com")
        arn = r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[\w-]+"
        require_match("domain: certificate_arn", [self.certificate_arn], arn, "the ARN of a certificate of ACM")
