"""The types of the app's resources, by service: how each is made, and how it is read back.

moto's own CloudFormation does not make most of them, or not with all that a template says of them. Each provider
stands for the rule that CloudFormation states for its type: which operation makes it, what ``Ref`` and ``Fn::GetAtt``
give (AWS CloudFormation template reference, "Return values" of each type), what may change in place.
"""

from __future__ import annotations

from typing import Final

from tests.cdk_deploy.provider import Provider
from tests.cdk_deploy.reading import Reading
from tests.cdk_deploy.services import access, api, compute, messaging, queries, storage, watching

_SERVICES: Final = (access, api, compute, messaging, queries, storage, watching)

PROVIDERS: Final[dict[str, Provider]] = {
    kind: provider for service in _SERVICES for kind, provider in service.PROVIDERS.items()
}

READINGS: Final[dict[str, Reading]] = {
    kind: reading for service in _SERVICES for kind, reading in service.READINGS.items()
}
