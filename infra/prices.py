"""List prices of AWS in US East (N. Virginia), in US dollars, without free tiers and discounts.

They are what AWS's public price pages said in 2025, and were not looked up again since: check them before relying on a
sum.
"""

from __future__ import annotations

from typing import Final

MILLION: Final = 1_000_000
GB: Final = 1e9

HTTP_API_REQUEST: Final = 1.00 / MILLION
"""API Gateway, HTTP API: the first 300 million requests a month, each up to 512 KB."""

LAMBDA_REQUEST: Final = 0.20 / MILLION
LAMBDA_GB_SECOND: Final = 0.0000166667
"""Lambda on x86, the first 6 billion GB-seconds a month."""

SNAPSHOT_GB_SECOND: Final = 0.0000015046
"""Lambda SnapStart for Python, keeping a version's snapshot; each start from it costs 0.00014 a GB besides."""

FIREHOSE_GB: Final = 0.029
"""Data Firehose, Direct PUT, the first 500 TB a month, each record rounded up to 5 KB."""

FIREHOSE_STEP_BYTES: Final = 5 * 1024

S3_PUT: Final = 0.005 / 1000
S3_GET: Final = 0.0004 / 1000
S3_GB_MONTH: Final = 0.023

DYNAMODB_WRITE: Final = 0.625 / MILLION
DYNAMODB_READ: Final = 0.125 / MILLION
"""DynamoDB on demand, a write of up to 1 KB and a read of up to 4 KB."""

SQS_REQUEST: Final = 0.40 / MILLION

LOGS_GB: Final = 0.50
"""CloudWatch Logs, what is taken in; what is kept costs 0.03 a GB and month, compressed."""

XRAY_TRACE: Final = 5.00 / MILLION

ALARM_MONTH: Final = 0.10
"""CloudWatch, each metric that an alarm looks at."""

DASHBOARD_MONTH: Final = 3.00
METRIC_MONTH: Final = 0.30
SECRET_MONTH: Final = 0.40
KMS_KEY_MONTH: Final = 1.00

GLUE_DPU_HOUR: Final = 0.44
GLUE_FLEX_DPU_HOUR: Final = 0.29
"""Glue for Spark; a G.1X worker is one DPU, and G.2X two."""
