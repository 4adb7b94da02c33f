"""What deployed CloudFormation stacks say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from augury.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


def read_outputs(client: CloudFormationClient, stack: str) -> dict[str, str]:
    """Return a stack's outputs by key.

    Raises
    ------
    AwsUnavailable
        The stack does not exist, or CloudFormation did not answer.
    """
    with translated(f"read the outputs of stack {stack}"):
        (described,) = client.describe_stacks(StackName=stack)["Stacks"]
    return {entry["OutputKey"]: entry["OutputValue"] for entry in described.get("Outputs", [])}
