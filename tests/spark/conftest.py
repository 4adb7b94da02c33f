"""A real Spark for these tests, and a local AWS that its workers reach."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from augury.aws.connection import Connection
from augury.local.moto_server import moto_server
from augury.split.bulk import SparkMissing, check_spark, local_spark

if TYPE_CHECKING:
    from pyspark import SparkContext

ROOT: Final = Path(__file__).parents[2]
CREDENTIALS: Final = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
REGION: Final = "us-east-1"

# hadoop-aws of a few years ago, beside a Spark of today: texts such as "60s" it can't read as numbers.
S3A: Final = {
    "access.key": "test",
    "secret.key": "test",
    "aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
    "change.detection.mode": "none",
    "connection.establish.timeout": "5000",
    "connection.request.timeout": "0",
    "connection.ssl.enabled": "false",
    "connection.timeout": "200000",
    "multipart.purge.age": "86400",
    "path.style.access": "true",
    "threads.keepalivetime": "60",
}


@pytest.fixture(scope="session")
def endpoint_url() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture(scope="session")
def connection(endpoint_url: str) -> Connection:
    return Connection(endpoint_url=endpoint_url, region=REGION, access_key_id="test", secret_access_key="test")


@pytest.fixture(scope="session")
def jars() -> list[Path]:
    """What Spark needs to read ``s3://`` itself; empty where `make spark-jars` was not run."""
    return sorted(Path(os.environ.get("AUGURY_SPARK_JARS", ROOT / ".build" / "spark-jars")).glob("*.jar"))


@pytest.fixture(scope="package")  # and not of the session: a JVM of half a gigabyte would stay to its end
def spark(endpoint_url: str, jars: list[Path]) -> Iterator[SparkContext]:
    try:
        check_spark()
    except SparkMissing as missing:
        pytest.skip(str(missing))
    settings = {
        "spark.jars": ",".join(map(str, jars)),
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": endpoint_url,
        **{f"spark.hadoop.fs.s3a.{name}": value for name, value in S3A.items()},
    }
    with local_spark(2, environment=CREDENTIALS, settings=settings if jars else {}) as context:
        yield context
