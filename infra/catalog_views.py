"""Views that pull the fields which every line has out of it; ``line`` is there for all others."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from aws_cdk.aws_glue import CfnTable

_HIVE = {"varchar": "string", "double": "double", "bigint": "bigint"}


@dataclass(frozen=True, slots=True)
class View:
    """A view of one table.

    Parameters
    ----------
    name : str
        Its name.
    table : str
        The table of lines that it is of.
    partitions : tuple of str
        Partition columns, which it passes on, so that a query can name them.
    fields : dict
        Each column that is a field of the line: its JSON path and its type, ``varchar``, ``double`` or ``bigint``.
    """

    name: str
    table: str
    partitions: tuple[str, ...]
    fields: dict[str, tuple[str, str]]

    @property
    def construct_id(self) -> str:
        """Its name in the app."""
        return self.name.title().replace("_", "") + "View"

    @property
    def columns(self) -> dict[str, str]:
        """Its columns, in order, with their types."""
        return {
            **dict.fromkeys(self.partitions, "varchar"),
            **{name: kind for name, (_, kind) in self.fields.items()},
            "line": "varchar",
        }

    def sql(self) -> str:
        """Return its query. A line that is no JSON object, such as one of a CSV file, is no row of it.

        Examples
        --------
        >>> View("v", "t", ("hour",), {"n": ("$.n", "bigint")}).sql()
        "SELECT hour, try_cast(json_extract_scalar(line, '$.n') AS bigint) AS n, line FROM t WHERE \
try(json_format(json_parse(line))) LIKE '{%'"
        """
        fields = [f"{_expression(path, kind)} AS {name}" for name, (path, kind) in self.fields.items()]
        chosen = ", ".join([*self.partitions, *fields, "line"])
        is_object = "try(json_format(json_parse(line))) LIKE '{%'"
        return f"SELECT {chosen} FROM {self.table} WHERE {is_object}"  # noqa: S608 - of names that are written here


_EVENT = {
    "event_id": ("$._event_id", "varchar"),
    "received_at": ("$._received_at", "varchar"),
    "timestamp": ("$.timestamp", "double"),
}

VIEWS = (
    View("raw_events", "raw_event_lines", ("hour",), {"client": ("$.client", "varchar"), **_EVENT}),
    View("spilled_events", "spilled_event_lines", ("hour",), {"client": ("$.client", "varchar"), **_EVENT}),
    View("client_events", "client_event_lines", ("client", "day"), _EVENT),
    View(
        "predictions",
        "prediction_lines",
        ("hour",),
        {
            "client": ("$.client", "varchar"),
            "puid": ("$.puid", "varchar"),
            "row": ("$.row", "bigint"),
            "pipeline": ("$.pipeline", "varchar"),
            "version": ("$.version", "varchar"),
            "variation": ("$.variation", "varchar"),
            "shadow": ("$.shadow", "varchar"),
            "lane": ("$.lane", "varchar"),
            "error": ("$.error.kind", "varchar"),
            "latency_ms": ("$.latency_ms", "double"),
            "time": ("$.time", "varchar"),
        },
    ),
    View(
        "feedback",
        "feedback_lines",
        ("hour",),
        {
            "client": ("$.client", "varchar"),
            "puid": ("$.puid", "varchar"),
            "reward": ("$.reward", "double"),
            "truth": ("$.truth", "varchar"),
            "event_id": ("$._event_id", "varchar"),
            "received_at": ("$._received_at", "varchar"),
        },
    ),
)
"""Every view."""


def presto_view(view: View, database: str) -> CfnTable.TableInputProperty:
    """Return what Glue is told of a view, as Athena itself writes it."""
    definition = {
        "originalSql": view.sql(),
        "catalog": "awsdatacatalog",
        "schema": database,
        "columns": [{"name": name, "type": kind} for name, kind in view.columns.items()],
    }
    encoded = base64.b64encode(json.dumps(definition).encode()).decode()
    return CfnTable.TableInputProperty(
        name=view.name,
        table_type="VIRTUAL_VIEW",
        parameters={"presto_view": "true", "comment": "Presto View"},
        partition_keys=[],
        storage_descriptor=CfnTable.StorageDescriptorProperty(
            columns=[CfnTable.ColumnProperty(name=name, type=_HIVE[kind]) for name, kind in view.columns.items()],
            location="",
            serde_info=CfnTable.SerdeInfoProperty(),
        ),
        view_original_text=f"/* Presto View: {encoded} */",
        view_expanded_text="/* Presto View */",
    )


def _expression(path: str, kind: str) -> str:
    text = f"json_extract_scalar(line, '{path}')"
    return text if kind == "varchar" else f"try_cast({text} AS {kind})"
