from __future__ import annotations

import pytest

from augury.aws import Table
from augury.aws.connection import Connection
from tests.unit.deployment.lambda_world import LambdaWorld, answer


@pytest.fixture
def world(aws: Connection, table: Table) -> LambdaWorld:
    return LambdaWorld(aws, table, {"1": answer("one"), "2": answer("two"), "3": answer("three")})
