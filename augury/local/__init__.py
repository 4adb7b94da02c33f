"""The platform on one machine: moto for AWS, our own Firehose, and an HTTP front in API Gateway's place."""

from augury.local.front import PortInUse
from augury.local.platform import DEFAULT_PORT, Handlers, LocalPlatform, serve

__all__ = ["DEFAULT_PORT", "Handlers", "LocalPlatform", "PortInUse", "serve"]
