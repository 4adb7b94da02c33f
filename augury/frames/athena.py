"""The lake through Athena: what is too much to read on one machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import awswrangler as wr
import pandas as pd

from augury.aws import AwsUnavailable
from augury.aws.connection import Connection
from augury.aws.errors import translated


def query_events(
    connection: Connection,
    sql: str,
    *,
    database: str,
    workgroup: str,
    parameters: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Return the rows of a query as a frame.

    The tables hold lines of JSON; the views ``client_events``, ``raw_events`` and ``predictions`` name the fields that
    all have, and ``line`` has the others, for ``json_extract``. What is there twice is there twice: ``docs/lake.md``
    says how to count it once.

    Parameters
    ----------
    connection : Connection
        Where Athena is.
    sql : str
        One ``SELECT``. Say which days: Athena reads, and bills, every object of the days that are not excluded.
    database, workgroup : str
        The deployment's, from its outputs ``DatabaseName`` and ``WorkgroupName``.
    parameters : mapping, optional
        Values for ``:name`` in the query, which Athena quotes.

    Raises
    ------
    AwsUnavailable
        Athena refused or failed the query; the message says why.
    """
    try:
        with translated("query the lake"):
            return wr.athena.read_sql_query(
                sql,
                database=database,
                workgroup=workgroup,
                params=dict(parameters or {}),
                ctas_approach=False,
                keep_files=False,
                boto3_session=connection.session,
            )
    except (wr.exceptions.QueryFailed, wr.exceptions.QueryCancelled) as error:
        raise AwsUnavailable(f"query the lake: {error}") from None
