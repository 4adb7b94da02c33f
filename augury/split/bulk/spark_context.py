"""A Spark of this machine, for who has no cluster."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_LOGGING = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
"""


class SparkMissing(Exception):
    """Spark can't run on this machine; the message says what to install."""


def check_spark() -> None:
    """Say at once where Spark can't run.

    Raises
    ------
    SparkMissing
        There is no pyspark or no Java.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise SparkMissing("--engine spark needs pyspark: install augury[spark]")
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{home}/bin" if home else None) is None:
        raise SparkMissing(
            "--engine spark needs Java 17 or 21: install it (on Debian: openjdk-17-jre-headless) or set JAVA_HOME"
        )


@contextmanager
def local_spark(
    cores: int | None = None, *, environment: Mapping[str, str] | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[Any]:
    """Run Spark in this process and on this machine alone while it lasts.

    Parameters
    ----------
    cores : int, optional
        Tasks at once; all of the machine's unless given.
    environment : mapping, optional
        Variables of the Python workers, such as credentials.
    settings : mapping, optional
        Further settings of Spark.

    Yields
    ------
    pyspark.SparkContext

    Raises
    ------
    SparkMissing
        There is no pyspark or no Java.
    """
    check_spark()
    from pyspark import SparkConf, SparkContext

    with tempfile.NamedTemporaryFile("w", prefix="augury-", suffix=".properties") as logging:
        logging.write(_LOGGING)
        logging.flush()
        conf = SparkConf().setAll([*_settings(cores, logging.name).items(), *(settings or {}).items()])
        conf.setExecutorEnv(pairs=list((environment or {}).items()))
        context = SparkContext(conf=conf)
        context.pythonExec = sys.executable  # pyspark would take whatever `python3` is
        try:
            yield context
        finally:
            context.stop()


def _settings(cores: int | None, logging: str) -> dict[str, str]:
    return {
        "spark.app.name": "augury-split",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile=file:{logging}",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.log.level": "ERROR",
        "spark.master": f"local[{cores or '*'}]",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
