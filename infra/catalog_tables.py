"""Tables with one column, the line as it is: whatever fields events have, no table has to change.

Their partitions are projected: Athena computes which prefixes a query needs from the table's properties, so that
nothing has to crawl the bucket or to add partitions.

References
----------
https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self

from aws_cdk.aws_glue import CfnTable

from augury.lake import CLIENTS, SPILLED_EVENTS, HourlyPrefix, client_day
from augury.names import ClientName

_FIRST_DAY = date(2026, 1, 1)
_FIRST_HISTORICAL_DAY = date(2000, 1, 1)
_JAVA = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H"}

# Lines are split at a control character, which stands in no JSON text: the one column has all of the line.
_SERDE = CfnTable.SerdeInfoProperty(
    serialization_library="org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    parameters={"serialization.format": "1"},
)
_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"


class Partitions(Protocol):
    """How a table is divided."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the partition columns; all are text."""

    @property
    def root(self) -> str:
        """Prefix that the table is said to lie under."""

    @property
    def template(self) -> str:
        """Prefix of one partition, with ``${name}`` for each column."""

    @property
    def projection(self) -> dict[str, str]:
        """Properties that say which values the columns have."""


@dataclass(frozen=True, slots=True)
class HourlyPartitions:
    """One partition an hour, called as it is in the keys.

    Parameters
    ----------
    before, after : str
        What stands before and after the hour in a key.
    date_format : str
        How the hour is written.
    """

    before: str
    date_format: str
    after: str
    columns: tuple[str, ...] = ("hour",)

    @classmethod
    def of(cls, prefix: HourlyPrefix) -> Self:
        """Return the partitions of what a stream writes."""
        return cls(prefix.before, prefix.date_format, prefix.after)

    @classmethod
    def of_spill(cls) -> Self:
        """Return the partitions of what was spilled."""
        return cls(SPILLED_EVENTS, "yyyy/MM/dd/HH", "/")

    @property
    def root(self) -> str:
        """Prefix that the table is said to lie under: a folder, which the start of a key need not be."""
        return self.before.rpartition("/")[0] + "/"

    @property
    def template(self) -> str:
        """Prefix of one partition."""
        return f"{self.before}${{hour}}{self.after}"

    @property
    def projection(self) -> dict[str, str]:
        """Every hour from the beginning of 2026 until now."""
        return {
            "projection.hour.type": "date",
            "projection.hour.format": self.date_format,
            "projection.hour.range": f"{_written(_FIRST_DAY, self.date_format)},NOW",
            "projection.hour.interval": "1",
            "projection.hour.interval.unit": "HOURS",
        }


@dataclass(frozen=True, slots=True)
class ClientPartitions:
    """One partition a day of one client, which every query must name: nobody reads everybody's by accident."""

    columns: tuple[str, ...] = ("client", "day")

    @property
    def root(self) -> str:
        """Prefix that the table is said to lie under."""
        return CLIENTS

    @property
    def template(self) -> str:
        """Prefix of one partition."""
        return client_day(ClientName("any"), _FIRST_DAY).replace("any", "${client}").replace("2026/01/01", "${day}")

    @property
    def projection(self) -> dict[str, str]:
        """Any client that is named, every day from 2000 until tomorrow, since drops are filed under days of old."""
        return {
            "projection.client.type": "injected",
            "projection.day.type": "date",
            "projection.day.format": "yyyy/MM/dd",
            "projection.day.range": f"{_written(_FIRST_HISTORICAL_DAY, 'yyyy/MM/dd')},NOW+1DAYS",
            "projection.day.interval": "1",
            "projection.day.interval.unit": "DAYS",
        }


@dataclass(frozen=True, slots=True)
class LineTable:
    """A table of lines.

    Parameters
    ----------
    name : str
        Its name.
    partitions : Partitions
        How it is divided.
    """

    name: str
    partitions: Partitions

    @property
    def construct_id(self) -> str:
        """Its name in the app."""
        return self.name.title().replace("_", "")

    def table_input(self, location: str, template: str) -> CfnTable.TableInputProperty:
        """Return what Glue is told of it."""
        return CfnTable.TableInputProperty(
            name=self.name,
            table_type="EXTERNAL_TABLE",
            parameters={
                "EXTERNAL": "TRUE",
                "projection.enabled": "true",
                "storage.location.template": template,
                **self.partitions.projection,
            },
            partition_keys=[CfnTable.ColumnProperty(name=name, type="string") for name in self.partitions.columns],
            storage_descriptor=CfnTable.StorageDescriptorProperty(
                columns=[CfnTable.ColumnProperty(name="line", type="string", comment="one JSON object")],
                location=location,
                input_format=_INPUT,
                output_format=_OUTPUT,
                serde_info=_SERDE,
            ),
        )


def _written(day: date, date_format: str) -> str:
    """Return the first hour of a day as a Java pattern writes it."""
    text = date_format.replace("'", "")
    for java, python in _JAVA.items():
        text = text.replace(java, day.strftime(python), 1)
    return text
