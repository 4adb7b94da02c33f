"""Findings of cdk-nag that are as they should be, each acknowledged beside the construct that it is about.

Every synthesis runs the AwsSolutions pack and fails on a finding that nobody acknowledged. What can be mended is
mended; of the rest, the narrowest construct says why. That a wildcard of IAM is no wider than its reason is for
``tests/infra/test_access.py`` to hold.
"""

from __future__ import annotations

from typing import Any

from aws_cdk import Acknowledgment, App, Stack, Validations
from aws_cdk.aws_iam import IRole
from aws_cdk.aws_s3 import Bucket
from cdk_nag import AwsSolutionsChecks
from constructs import IConstruct

from infra.key_patterns import KeyPattern

_PACK = "AwsSolutions"


def check(app: App) -> None:
    """Have the synthesis of an app fail on findings that are not acknowledged."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def acknowledge(construct: IConstruct, finding: str, reason: str) -> None:
    """Acknowledge one finding of a construct and of what is inside it.

    Parameters
    ----------
    construct : IConstruct
        The narrowest that the reason is true of.
    finding : str
        Rule without its pack, with what was found where the rule says so: ``S1``, ``IAM5[Resource::*]``.
    reason : str
        Why it is as it should be, for whoever reviews.
    """
    Validations.of(construct).acknowledge(Acknowledgment(id=f"{_PACK}::{_PACK}-{finding}", reason=reason))


def acknowledge_keys(role: IRole, bucket: Bucket, keys: KeyPattern) -> None:
    """Acknowledge that a role may act on all objects of a bucket whose keys match."""
    acknowledge(role, f"IAM5[Resource::{_as_found(role, bucket)}/{keys}]", keys.reason)


def acknowledge_arns(role: IConstruct, arns: str, reason: str) -> None:
    """Acknowledge that a role may act on whatever matches a pattern of ARNs of its own account and region.

    Parameters
    ----------
    role : Construct
        The role.
    arns : str
        From the service on, such as ``sagemaker:training-job/acme-*``.
    reason : str
        Why it needs all of them.
    """
    service, _, name = arns.partition(":")
    here = f"arn:<AWS::Partition>:{service}:<AWS::Region>:<AWS::AccountId>"
    acknowledge(role, f"IAM5[Resource::{here}:{name}]", reason)


def _as_found(scope: IConstruct, bucket: Bucket) -> str:
    """Return a bucket's ARN as cdk-nag writes it: by its attribute, or by its export where it is another stack's."""
    if Stack.of(scope) is Stack.of(bucket):
        name, attribute = Stack.of(bucket).resolve(bucket.bucket_arn)["Fn::GetAtt"]
        return f"<{name}.{attribute}>"
    exported: dict[str, Any] = Stack.of(scope).resolve(Stack.of(bucket).export_value(bucket.bucket_arn))
    return str(exported["Fn::ImportValue"])
