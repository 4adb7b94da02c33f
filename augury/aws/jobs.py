"""Jobs of AWS Glue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augury.aws.errors import NotFound, translated


def start_job(client: Any, name: str, arguments: Mapping[str, str]) -> str:
    """Start a run of a job, and return its id.

    Parameters
    ----------
    client : GlueClient
        boto3 client, from :class:`augury.aws.connection.Connection`.
    name : str
        Name of the job.
    arguments : mapping
        Its arguments, names with their two hyphens.

    Raises
    ------
    NotFound
        There is no such job.
    AwsUnavailable
        Glue did not start it: too many runs at once, for one.
    """
    with translated(f"start the Glue job {name}", absent=NotFound):
        answer = client.start_job_run(JobName=name, Arguments=dict(arguments))
    return str(answer["JobRunId"])
