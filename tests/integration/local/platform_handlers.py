"""Small real functions for the platform: events to Firehose, raw objects split by their first letter, a key."""

from __future__ import annotations

from augury.local import Handlers
from augury.routes import Function
from tests.unit.local.handlers import HandlerModules

INGEST = """
    from augury.aws import DeliveryStream
    from augury.aws.connection import Connection
    from augury.config import FunctionSettings

    stream = DeliveryStream(Connection().firehose(), FunctionSettings().require("events_stream"))

    def handler(event, context):
        outcome = stream.put_batch([event["body"].encode() + b"\\n"])
        return {"statusCode": 503 if outcome.failed else 200, "body": "{}"}
"""

PREDICT = """
    import os
    from augury.config import FunctionSettings

    def handler(event, context):
        settings = FunctionSettings().model_dump(mode="json")
        return settings | {"region": os.environ["AWS_REGION"], "cache": os.path.isdir(settings["model_cache_dir"])}
"""

FEEDBACK = """
    def handler(event, context):
        return {}
"""

TOKEN = """
    from augury.aws import SecretStore
    from augury.aws.connection import Connection
    from augury.config import FunctionSettings

    secret = SecretStore(Connection().secretsmanager(), FunctionSettings().require("signing_secret"))

    def handler(event, context):
        return {"key": secret.read()}
"""

ROTATE = """
    from augury.aws import SecretStore
    from augury.aws.connection import Connection

    steps = []

    def handler(event, context):
        steps.append(event["Step"])
        secret = SecretStore(Connection().secretsmanager(), event["SecretId"])
        if event["Step"] == "createSecret":
            secret.write_pending("a key", event["ClientRequestToken"])
        if event["Step"] == "finishSecret":
            assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]
            secret.promote(event["ClientRequestToken"])
"""

SPLIT = """
    import gzip, json
    from urllib.parse import unquote_plus
    from augury.aws import ObjectStore
    from augury.aws.connection import Connection
    from augury.config import FunctionSettings

    store = ObjectStore(Connection().s3(), FunctionSettings().require("bucket"))

    def handler(event, context):
        for message in event["Records"]:
            for record in json.loads(message["body"]).get("Records", []):
                key = unquote_plus(record["s3"]["object"]["key"])
                store.put("clients/all/" + key, gzip.decompress(store.get(key)))
"""


def small_handlers(modules: HandlerModules) -> Handlers:
    return Handlers(
        http={
            Function.INGEST: modules.write("ingest", INGEST),
            Function.PREDICT: modules.write("predict", PREDICT),
            Function.TOKEN: modules.write("token", TOKEN),
            Function.FEEDBACK: modules.write("feedback", FEEDBACK),
        },
        split=modules.write("split", SPLIT),
        rotate=modules.write("rotate", ROTATE),
    )
