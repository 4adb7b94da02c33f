"""The PySpark rival on one core; its session is started with the import, which is not counted."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from benchmarks.split import pyspark_rival

_builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
for _name, _value in pyspark_rival.settings().items():
    _builder = _builder.config(_name, _value)
_session = _builder.getOrCreate()


def split(source: Path, target: Path) -> None:
    """Split all files of a directory."""
    pyspark_rival.split(_session, source, target)
