"""The environment variables that Lambda functions find on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from augury.local.resources import Resources

ACCESS_KEY_ID = SECRET_ACCESS_KEY = "test"  # noqa: S105  # moto takes any
THIS_MACHINE = "http://localhost:*, http://127.0.0.1:*, http://[::1]:*"
"""Hosts that targets may be on."""

_OURS = ("AWS_", "AUGURY_", "POWERTOOLS_")


def function_environment(
    resources: Resources,
    *,
    endpoint_url: str,
    model_cache_dir: Path,
    trusted_artifact_keys: str = "",
    allow_unsigned_artifacts: bool = False,
) -> dict[str, str]:
    """Return the variables of every function, which are those that the CDK app gives them.

    Parameters
    ----------
    resources : Resources
        Names of the table, the bucket and the rest.
    endpoint_url : str
        Address of the local AWS.
    model_cache_dir : Path
        Where the predict function keeps artifacts.
    trusted_artifact_keys : str
        Public keys, one of which an artifact is to be signed with.
    allow_unsigned_artifacts : bool
        Whether the predict function takes artifacts that nobody signed.
    """
    return {
        "AUGURY_STAGE": "local",
        "AUGURY_TABLE": resources.table,
        "AUGURY_BUCKET": resources.bucket,
        "AUGURY_EVENTS_STREAM": resources.events_stream,
        "AUGURY_REFUSALS_STREAM": resources.refusals_stream,
        "AUGURY_PREDICTIONS_STREAM": resources.predictions_stream,
        "AUGURY_FEEDBACK_STREAM": resources.feedback_stream,
        "AUGURY_SIGNING_SECRET": resources.signing_secret,
        "AUGURY_PEPPER_SECRET": resources.pepper_secret,
        "AUGURY_MODEL_CACHE_DIR": str(model_cache_dir),
        "AUGURY_PANDAS_LANE": "true",
        "AUGURY_PREDICTION_LOG": "synchronous",  # what was answered is in the log at once
        "AUGURY_REGISTRY_TTL_S": "1",  # a change is seen at once by whoever tries things out
        "AUGURY_HTTP_TARGETS": THIS_MACHINE,
        "AUGURY_TRUSTED_ARTIFACT_KEYS": trusted_artifact_keys,
        "AUGURY_ALLOW_UNSIGNED_ARTIFACTS": str(allow_unsigned_artifacts).lower(),
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": resources.region,
        "AWS_REGION": resources.region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "augury",
        "POWERTOOLS_METRICS_NAMESPACE": "Augury",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_TRACE_DISABLED": "1",
        "POWERTOOLS_LOG_LEVEL": os.environ.get("POWERTOOLS_LOG_LEVEL", "WARNING"),
    }


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables while it lasts, and put back what was there.

    Every other variable of AWS, Augury and Powertools is hidden meanwhile, so that no profile, token or endpoint of
    the operator's leads a function to the real AWS. Proxies are told to leave this machine alone.
    """
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith(_OURS)]:
        del os.environ[name]
    os.environ.update(variables)
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [before.get(name), "127.0.0.1", "localhost"]))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
