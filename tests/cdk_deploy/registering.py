"""CloudFormation on moto, complete: our providers beside its own, and a failure for what neither does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import CloudFormationError, UnformattedGetAttTemplateException, ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack
from moto.core.common_models import CloudFormationModel
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, S3Backend

from tests.cdk_deploy import ordering, saved_queries
from tests.cdk_deploy.casing import UnknownProperty
from tests.cdk_deploy.provider import Account, Made, Provider
from tests.cdk_deploy.services import PROVIDERS


class ProvidedResource:
    """A resource that a provider made, as moto's CloudFormation sees it."""

    kind: ClassVar[str]
    provider: ClassVar[Provider]
    url: ClassVar[str]

    def __init__(self, account: Account, made: Made) -> None:
        self.account = account
        self.made = made
        self.type = self.kind

    @property
    def physical_resource_id(self) -> str:
        return self.made.ref

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in cls.provider.attributes

    def get_cfn_attribute(self, name: str) -> str:
        try:
            return self.provider.attribute(self.made, name)
        except KeyError as error:
            raise UnformattedGetAttTemplateException from error

    def is_created(self) -> bool:
        return True

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **kwargs: Any
    ) -> ProvidedResource:
        account = Account(url=cls.url, region=region_name, number=account_id)
        with _reported(f"{kwargs['LogicalId']} ({cls.kind})"):
            return cls(account, cls.provider.make(account, resource_name, cloudformation_json["Properties"]))

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: ProvidedResource, *, cloudformation_json: dict[str, Any], **_: Any
    ) -> ProvidedResource:
        account = original_resource.account
        with _reported(f"{original_resource.made.ref} ({cls.kind})"):
            made = cls.provider.change(account, original_resource.made, cloudformation_json["Properties"])
        return cls(account, made)

    def delete(self, account_id: str, region: str) -> None:
        with _reported(f"{self.made.ref} ({self.kind})"):
            self.provider.remove(self.account, self.made)


def register(url: str) -> None:
    """Have moto's CloudFormation make resources through our providers, which call the account at an address.

    Beside that it is held to rules of CloudFormation that moto has not: a type that nothing makes fails, and so does a
    change that nothing carries out; a resource is made and changed after those that it refers to, and removed before
    them; a change set is gone once it was carried out.
    """
    for kind, provider in PROVIDERS.items():
        made_by = type(kind.replace("::", ""), (ProvidedResource,), {"kind": kind, "provider": provider, "url": url})
        parsing.get_model_map()[kind] = made_by
        parsing.get_name_type_map()[kind] = provider.name
    for owner, name, replacement in _REPLACED:
        setattr(owner, name, replacement)
    saved_queries.stand_in()


def _known_class(kind: str) -> type[CloudFormationModel]:
    if kind not in parsing.get_model_map():
        raise ValidationError(message=f"no provider makes {kind}: add one to tests/cdk_deploy/services")
    return parsing.get_model_map()[kind]


def _refuse_unsupported(update: Any) -> Any:
    def checked(logical_id: str, resource_json: dict[str, Any], *arguments: Any, **options: Any) -> Any:
        model = _known_class(resource_json["Type"])
        if hasattr(model.update_from_cloudformation_json, "__isabstractmethod__"):
            raise ValidationError(message=f"nothing updates {logical_id} ({resource_json['Type']})")
        return update(logical_id, resource_json, *arguments, **options)

    return checked


def _execute_change_set(backend: CloudFormationBackend, change_set_name: str, stack_name: str | None = None) -> None:
    """Carry out a change set; where that fails, the stack says so.

    moto's own answers 500, which callers take for an invitation to try again, and leaves exports out.
    """
    change_set = _describe_change_set(backend, change_set_name)
    stack = backend.stacks[change_set.stack_id]
    stack.resource_map.cross_stack_resources = backend.exports
    try:
        stack.update(change_set.template, parameters=_parameters(stack, change_set))
        backend.exports.update({export.name: export for export in stack.exports})
    except Exception as error:  # noqa: BLE001  (whatever it is, the stack has failed)
        change_set.execution_status = "EXECUTE_FAILED"
        stack.status = {"CREATE": "ROLLBACK_COMPLETE", "UPDATE": "UPDATE_ROLLBACK_COMPLETE"}[change_set.change_set_type]
        stack._add_stack_event(stack.status, resource_status_reason=repr(error))
    else:
        change_set.execution_status = "EXECUTE_COMPLETE"
        stack.status = f"{change_set.change_set_type}_COMPLETE"
        stack._add_stack_event(stack.status)
        del backend.change_sets[change_set.change_set_id]


def _parameters(stack: Stack, change_set: ChangeSet) -> dict[str, Any]:
    """Return the parameters of an update: a previous value is what was given, not what SSM had under that name."""
    resources = stack.resource_map
    previous = resources.resolved_parameters
    given = {name: value for name, value in change_set.parameters.items() if value != previous.get(name)}
    return {**resources.input_parameters, **given}


class ChangeSetNotFound(CloudFormationError):
    """There is no change set of that name; moto says that there is no such stack."""

    code = "ChangeSetNotFound"


def _describe_change_set(backend: CloudFormationBackend, change_set_name: str) -> ChangeSet:
    for key, change_set in backend.change_sets.items():
        if change_set_name in (key, change_set.change_set_name):
            return change_set
    raise ChangeSetNotFound(f"ChangeSet [{change_set_name}] does not exist")


def _delete_change_set(backend: CloudFormationBackend, change_set_name: str) -> None:
    """Remove a change set if there is one of that name; that there is none is no error."""
    for key, change_set in list(backend.change_sets.items()):
        if change_set_name in (key, change_set.change_set_name):
            del backend.change_sets[key]


@contextmanager
def _reported(resource: str) -> Iterator[None]:
    """Say which resource could not be made: CloudFormation would."""
    try:
        yield
    except (BotoCoreError, ClientError, UnknownProperty) as error:
        raise ValidationError(message=f"{resource}: {error}") from error


_REPLACED: Final[tuple[tuple[Any, str, Any], ...]] = (
    (parsing, "resource_class_from_type", _known_class),
    (parsing, "parse_and_update_resource", _refuse_unsupported(parsing.parse_and_update_resource)),
    (parsing.ResourceMap, "delete", ordering.delete),
    (parsing.ResourceMap, "update", ordering.update),
    (CloudFormationBackend, "delete_change_set", _delete_change_set),
    (CloudFormationBackend, "describe_change_set", _describe_change_set),
    (CloudFormationBackend, "execute_change_set", _execute_change_set),
    # moto has a statement deny whatever its condition does not fit, and so would refuse everything that comes without
    # TLS or with it. Policies of buckets are kept and given back here, and enforced by nobody.
    (FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL),
    # S3 lays logs of accesses down hours later, moto at once and so even while it removes the bucket of the logs.
    (S3Backend, "log_incoming_request", lambda *_: None),
    # S3 looks at the policy of a bucket for logs whenever it writes there, moto once and before there may be a policy.
    (FakeBucket, "_log_permissions_enabled_policy", staticmethod(lambda **_: True)),
)
