"""Saved queries of CloudWatch Logs, which moto has none of: put, described and deleted as its API says."""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

from moto.logs.responses import LogsResponse

_SAVED: Final[dict[str, dict[str, Any]]] = {}


def stand_in() -> None:
    """Have moto's CloudWatch Logs keep saved queries, for as long as the process lives."""
    for operation in (put_query_definition, describe_query_definitions, delete_query_definition):
        setattr(LogsResponse, operation.__name__, operation)


def put_query_definition(response: LogsResponse) -> str:
    """Save a query, under an id of its own or in place of the one whose id is given."""
    query = json.loads(response.body)
    saved = {**query, "queryDefinitionId": query.get("queryDefinitionId") or str(uuid.uuid4())}
    _SAVED[saved["queryDefinitionId"]] = saved
    return json.dumps({"queryDefinitionId": saved["queryDefinitionId"]})


def describe_query_definitions(response: LogsResponse) -> str:
    """Describe every saved query whose name begins as asked."""
    prefix = json.loads(response.body).get("queryDefinitionNamePrefix", "")
    return json.dumps({"queryDefinitions": [query for query in _SAVED.values() if query["name"].startswith(prefix)]})


def delete_query_definition(response: LogsResponse) -> str:
    """Delete a saved query, and say whether there was one."""
    return json.dumps({"success": _SAVED.pop(json.loads(response.body)["queryDefinitionId"], None) is not None})
