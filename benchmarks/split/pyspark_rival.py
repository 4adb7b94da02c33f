"""The usual way to split by client and day in PySpark: text, ``from_json``, ``partitionBy``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql.types import StringType, StructField, StructType

_OWNER = StructType([StructField("client", StringType()), StructField("_received_at", StringType())])


def split(session: SparkSession, source: Path, target: Path) -> None:
    """Split the gzip NDJSON files of a directory, in one pass over them.

    Lines are kept as text; what has no client or time goes to ``_failed``. Compressed at gzip's level 1, as the rest.

    Parameters
    ----------
    session : SparkSession
        A running one.
    source, target : Path
        Directories; the target's content is replaced.
    """
    lines = session.read.option("recursiveFileLookup", "true").text(str(source))
    sorted_lines = lines.withColumn("owner", f.from_json("value", _OWNER)).select(
        "value", f.col("owner.client").alias("client"), f.to_date(f.substring("owner._received_at", 1, 10)).alias("day")
    )
    # One pass: a line that fails is a partition as any other.
    placed = sorted_lines.withColumn("client", f.when(_is_whole(), f.col("client")).otherwise(f.lit("_failed")))
    placed.write.partitionBy("client", "day").mode("overwrite").option("compression", "gzip").text(str(target))


def _is_whole() -> Any:
    return f.col("client").isNotNull() & f.col("day").isNotNull()


def settings() -> dict[str, str]:
    """Return the settings that the session needs for gzip at level 1."""
    return {"spark.hadoop.zlib.compress.level": "BEST_SPEED"}


def lines_of(session: SparkSession, target: Path) -> DataFrame:
    """Return what was written."""
    return session.read.option("recursiveFileLookup", "true").text(str(target))
