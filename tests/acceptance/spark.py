"""The one Spark session that all checks share, and the example job as a module."""
import functools
import logging
import sys
from pathlib import Path

from pyspark.sql import SparkSession

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "spark"
sys.path.insert(0, str(EXAMPLE))

import lakes  # noqa: E402  (what the job is made of)
import lucca_queries  # noqa: E402, F401

# For minutes of work, not days; without optimisation the code cache would be small and fill up.
FAST_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=512m"
# Small and alone: no page of its own, few partitions, nothing but loopback.
SETTINGS = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.shuffle.partitions": "2",
            "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.log.level": "OFF",
            "spark.sql.session.timeZone": "UTC", "spark.sql.catalogImplementation": "in-memory", "spark.driver.memory": "2g",
            "spark.driver.extraJavaOptions": FAST_START, "spark.executor.extraJavaOptions": FAST_START}
escape = lakes.escape


@functools.cache
def session():
    """Started when first asked for; ends with this process."""
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # errors are raised too, without the stack of the JVM
    builder = SparkSession.builder.master("local[2]").appName("acceptance")
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()
