"""The only door to AWS: a few typed methods per service, and few exceptions."""

from augury.aws.errors import AwsUnavailable, ConditionFailed, NotFound
from augury.aws.functions import FunctionInvoker, FunctionRaised, InvocationTimedOut, NotInvoked
from augury.aws.keys import KeyService
from augury.aws.objects import ObjectStore, ObjectSummary, OpenObject
from augury.aws.secrets import SecretStore, SecretVersion
from augury.aws.stacks import read_outputs
from augury.aws.streams import DeliveryStream, PutOutcome
from augury.aws.tables import Item, Removal, Table, Write

__all__ = [
    "AwsUnavailable",
    "ConditionFailed",
    "DeliveryStream",
    "FunctionInvoker",
    "FunctionRaised",
    "InvocationTimedOut",
    "Item",
    "KeyService",
    "NotFound",
    "NotInvoked",
    "ObjectStore",
    "ObjectSummary",
    "OpenObject",
    "PutOutcome",
    "Removal",
    "SecretStore",
    "SecretVersion",
    "Table",
    "Write",
    "read_outputs",
]
