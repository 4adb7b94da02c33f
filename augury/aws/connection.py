"""Where AWS is, and boto3 clients for it with Augury's timeouts and retries."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

# A service that hangs costs two tries of 5 s and boto3's pause of a second, so that a function can still say 503
# inside its 25 s.
_CONFIG = Config(
    connect_timeout=1,
    read_timeout=4,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=16,
    s3={"addressing_style": "auto"},
)

# boto3 pauses up to a second before a second try ("Retries", standard mode).
_LONGEST_PAUSE_S = 1.0

_ADMIN_S = 20.0


class Connection:
    """One AWS account and region, or the local platform that stands in for them.

    Parameters
    ----------
    endpoint_url : str, optional
        Address of a local AWS. By default boto3's own rules apply: ``AWS_ENDPOINT_URL``, else the real AWS.
    region : str, optional
        Region; by default ``AWS_REGION``, as every SDK of AWS but boto3 has it, else boto3's own rules apply.
    access_key_id, secret_access_key : str, optional
        Credentials; by default boto3's own chain.
    """

    def __init__(
        self,
        *,
        endpoint_url: str | None = None,
        region: str | None = None,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
    ) -> None:
        self._endpoint_url = endpoint_url
        self._session_arguments = {
            "aws_access_key_id": access_key_id,
            "aws_secret_access_key": secret_access_key,
            "region_name": region or os.environ.get("AWS_REGION"),
        }
        core = botocore.session.get_session()
        self._loader = core.get_component("data_loader")
        self._session = boto3.session.Session(botocore_session=core, **self._session_arguments)

    @property
    def session(self) -> boto3.session.Session:
        """The boto3 session, for libraries that make their own clients."""
        return self._session

    def new_session(self) -> boto3.session.Session:
        """Return another session, for another thread: a session makes clients for one thread at a time.

        Both share what is read of the services' descriptions, which is 12 MB and 0.2 s for S3.
        """
        core = botocore.session.get_session()
        core.register_component("data_loader", self._loader)
        return boto3.session.Session(botocore_session=core, **self._session_arguments)

    @property
    def endpoint_url(self) -> str | None:
        """Address of the local AWS, or None."""
        return self._endpoint_url

    def cloudformation(self) -> CloudFormationClient:
        """Return a new CloudFormation client."""
        return self._session.client("cloudformation", endpoint_url=self._endpoint_url, config=_CONFIG)

    def cloudwatch(self) -> Any:
        """Return a new CloudWatch client."""
        return self._session.client("cloudwatch", endpoint_url=self._endpoint_url, config=_CONFIG)

    def dynamodb(self) -> DynamoDBClient:
        """Return a new DynamoDB client."""
        return self._session.client("dynamodb", endpoint_url=self._endpoint_url, config=_CONFIG)

    def ecr(self) -> Any:
        """Return a new Elastic Container Registry client."""
        return self._session.client("ecr", endpoint_url=self._endpoint_url, config=_CONFIG)

    def firehose(self, *, within_s: float | None = None) -> FirehoseClient:
        """Return a new Data Firehose client.

        Parameters
        ----------
        within_s : float, optional
            Seconds that a call may take; it is then tried once. Without it, boto3 tries three times and may be long.
        """
        return self._session.client("firehose", endpoint_url=self._endpoint_url, config=_config(within_s, tries=1))

    def glue(self) -> Any:
        """Return a new Glue client."""
        return self._session.client("glue", endpoint_url=self._endpoint_url, config=_CONFIG)

    def functions(self, read_timeout_s: float) -> Any:
        """Return a new Lambda client that tries a call once and waits so long for its answer."""
        config = _CONFIG.merge(
            Config(
                connect_timeout=min(1.0, read_timeout_s),
                read_timeout=read_timeout_s,
                retries={"mode": "standard", "total_max_attempts": 1},
            )
        )
        return self._session.client("lambda", endpoint_url=self._endpoint_url, config=config)

    def function_admin(self) -> Any:
        """Return a new Lambda client for changing functions, which tries a call up to four times."""
        config = _CONFIG.merge(Config(read_timeout=_ADMIN_S, retries={"mode": "standard", "total_max_attempts": 4}))
        return self._session.client("lambda", endpoint_url=self._endpoint_url, config=config)

    def iam(self) -> Any:
        """Return a new IAM client."""
        return self._session.client("iam", endpoint_url=self._endpoint_url, config=_CONFIG)

    def kms(self) -> KMSClient:
        """Return a new KMS client."""
        return self._session.client("kms", endpoint_url=self._endpoint_url, config=_CONFIG)

    def logs(self) -> Any:
        """Return a new CloudWatch Logs client."""
        return self._session.client("logs", endpoint_url=self._endpoint_url, config=_CONFIG)

    def s3(self, *, within_s: float | None = None) -> S3Client:
        """Return a new S3 client.

        Parameters
        ----------
        within_s : float, optional
            Seconds that a call may take, in which it is tried twice. Without it, boto3 tries three times and may be
            long.
        """
        return self._session.client("s3", endpoint_url=self._endpoint_url, config=_config(within_s, tries=2))

    def sagemaker(self) -> Any:
        """Return a new SageMaker client."""
        return self._session.client("sagemaker", endpoint_url=self._endpoint_url, config=_CONFIG)

    def stepfunctions(self) -> Any:
        """Return a new Step Functions client."""
        return self._session.client("stepfunctions", endpoint_url=self._endpoint_url, config=_CONFIG)

    def secretsmanager(self) -> SecretsManagerClient:
        """Return a new Secrets Manager client."""
        return self._session.client("secretsmanager", endpoint_url=self._endpoint_url, config=_CONFIG)

    def sqs(self) -> SQSClient:
        """Return a new SQS client."""
        return self._session.client("sqs", endpoint_url=self._endpoint_url, config=_CONFIG)


def _config(within_s: float | None, *, tries: int) -> Config:
    """Return boto3's configuration; a time to keep to is shared by tries, boto3's pauses, connecting and reading."""
    if within_s is None:
        return _CONFIG
    try_s = (within_s - (tries - 1) * _LONGEST_PAUSE_S) / tries
    return _CONFIG.merge(
        Config(
            connect_timeout=try_s / 4,
            read_timeout=try_s * 3 / 4,
            retries={"mode": "standard", "total_max_attempts": tries},
        )
    )
