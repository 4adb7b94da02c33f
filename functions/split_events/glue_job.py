"""The split in bulk as a Spark job: on AWS Glue 6.0, by ``spark-submit``, and on EMR.

It needs the ``augury`` package and its core dependencies where the tasks run (on Glue the CDK app has them installed),
and no jar. Without a day it takes yesterday's, as a schedule needs it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import orjson
from pyspark import SparkContext

from augury.aws import ObjectStore, Table
from augury.aws.addresses import LakeAddress
from augury.aws.connection import Connection
from augury.lake import EventsPrefix
from augury.names import ClientName
from augury.split.bulk import BulkSplit, Scope
from augury.split.bulk.summary import outcomes_as_json, survey_as_json


def main(arguments: Sequence[str]) -> None:
    """Run the job; what was done is printed as one line of JSON."""
    options = _options(arguments)
    connection = Connection(endpoint_url=options.endpoint_url, region=options.region)
    bulk = BulkSplit(
        store=ObjectStore(connection.s3(), options.lake.bucket),
        table=Table(connection.dynamodb(), options.table),
        scope=_scope(options, today=datetime.now(UTC).date()),
        prefix=EventsPrefix(options.events_prefix) if options.events_prefix else EventsPrefix(),
    )
    if options.dry_run:
        return _print(survey_as_json(bulk.survey()))
    lake = LakeAddress(options.lake.uri, options.endpoint_url, options.region)
    outcomes = bulk.run(SparkContext.getOrCreate(), lake, abandon=options.abandon, on_step=_say)
    return _print(outcomes_as_json(outcomes))


def _scope(options: argparse.Namespace, today: date) -> Scope:
    first = options.first or today - timedelta(days=1)
    return Scope(first=first, last=options.last or first, client=options.client)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the options; Glue adds some of its own, which are not ours to know."""
    parser = argparse.ArgumentParser(prog="glue_job.py", description=__doc__, allow_abbrev=False)
    parser.add_argument("--lake", required=True, type=LakeAddress, help="the data bucket, as s3://BUCKET")
    parser.add_argument("--table", required=True, help="name of Augury's table")
    parser.add_argument("--from", type=date.fromisoformat, dest="first", help="first UTC day; yesterday unless given")
    parser.add_argument("--to", type=date.fromisoformat, dest="last", help="last UTC day; the first unless given")
    parser.add_argument("--client", type=ClientName, help="whose days are rewritten; everybody's unless given")
    parser.add_argument("--events-prefix", help="prefix expression of the events stream, where it is configured")
    parser.add_argument("--region", help="AWS region; that of the environment unless given")
    parser.add_argument("--endpoint-url", help="address of a local AWS")
    parser.add_argument("--abandon", action="store_true", help="take back what an earlier run left undone")
    parser.add_argument("--dry-run", action="store_true", help="say what would be read and replaced")
    return parser.parse_known_args(arguments)[0]


def _say(step: str) -> None:
    sys.stderr.write(f"augury: {step}\n")


def _print(content: object) -> None:
    sys.stdout.write(orjson.dumps(content).decode() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
