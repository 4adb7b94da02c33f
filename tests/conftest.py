"""What all tests share: an embedded AWS, and the rule that CI skips nothing."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Final

import pytest
from moto import mock_aws

from augury.aws import ObjectStore, SecretStore, Table
from augury.aws.connection import Connection
from augury.clients import ClientAdmin, Pepper
from augury.names import ClientName
from augury.split import Ledger
from tests.containers.fixtures import base_image, engine  # noqa: F401  (fixtures)

REGION: Final = "eu-west-1"

# Programs that tests start, some of them in environments of their own: no modules to look for examples in.
collect_ignore = ["after_answers.py", "stock_clients/triton_grpc.py", "stock_clients/triton_http.py"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="count every skipped test as failed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if item.config.getoption("--no-skips") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and nothing may be: {report.longrepr}"
    return report


@pytest.fixture
def aws() -> Iterator[Connection]:
    """An embedded AWS, empty at the start of each test."""
    with mock_aws():
        yield Connection(region=REGION, access_key_id="test", secret_access_key="test")


@pytest.fixture
def table(aws: Connection) -> Table:
    return make_table(aws)


def make_table(aws: Connection, name: str = "augury-test") -> Table:
    client = aws.dynamodb()
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return Table(client, name)


@pytest.fixture
def store(aws: Connection) -> ObjectStore:
    return make_bucket(aws)


def make_bucket(aws: Connection, name: str = "augury-test") -> ObjectStore:
    client = aws.s3()
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return ObjectStore(client, name)


def make_client(aws: Connection, table: Table, name: str, pepper: str) -> None:
    """Make a client in a table, and the pepper secret that its secrets are digested with."""
    aws.secretsmanager().create_secret(Name=pepper, SecretString="a pepper of these tests")
    ClientAdmin(table, Pepper(SecretStore(aws.secretsmanager(), pepper))).create(ClientName(name))


@pytest.fixture
def ledger(table: Table) -> Ledger:
    return Ledger(table, "lambda")


@pytest.fixture
def pepper(aws: Connection) -> Pepper:
    client = aws.secretsmanager()
    client.create_secret(Name="augury-pepper", SecretString="a pepper of these tests")
    return Pepper(SecretStore(client, "augury-pepper"))


@pytest.fixture
def secret(aws: Connection) -> SecretStore:
    client = aws.secretsmanager()
    client.create_secret(Name="augury-signing", SecretString="not a key yet")
    return SecretStore(client, "augury-signing")
