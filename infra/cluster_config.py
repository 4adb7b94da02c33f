"""The optional cluster of a stage, and the network that comes with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_network

_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")
_PRINCIPAL = re.compile(r"arn:[a-z-]+:iam::\d{12}:(role|user)/.+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterConfig:
    """An EKS cluster in Auto Mode, in a network of its own that nothing of the internet reaches.

    Parameters
    ----------
    admins : tuple of str
        ARNs of the roles and users that may change everything on it; whoever deploys the stack may not, unless named.
    cidr : str
        Addresses of the network, ``10.42.0.0/16`` unless given.
    zones : int
        Availability zones that it spans, 2 unless given. Each costs an address of every interface endpoint.
    public_from : tuple of str
        Networks that may reach the cluster's API server from the internet, such as that of an office. None unless
        given: then it is reached from inside the network alone.
    domain : str, optional
        Private domain below which services have their hosts. You need a certificate for ``*.<domain>`` in ACM.
    balancer : str, optional
        DNS name of the internal load balancer, which the cluster makes with the first service that is deployed; from
        then on the domain's names are its.

    Raises
    ------
    ValueError
        A value is not what it should be; the message names the field.
    """

    admins: tuple[str, ...]
    cidr: str = "10.42.0.0/16"
    zones: int = 2
    public_from: tuple[str, ...] = ()
    domain: str | None = None
    balancer: str | None = None

    def __post_init__(self) -> None:
        if not self.admins or not all(map(_PRINCIPAL.fullmatch, self.admins)):
            raise ValueError(f"cluster: admins must be ARNs of roles or users, one at least, not {self.admins!r}")
        if not 2 <= self.zones <= 3:
            raise ValueError(f"cluster: zones is {self.zones}, and must be 2 or 3")
        if not 16 <= _prefix("cidr", self.cidr) <= 20:
            raise ValueError(f"cluster: cidr is {self.cidr!r}, and must have a prefix of /16 to /20")
        for network in self.public_from:
            if _prefix("public_from", network) == 0:
                raise ValueError("cluster: public_from must not be the whole internet")
        if self.domain is not None and not _DOMAIN.fullmatch(self.domain):
            raise ValueError(f"cluster: domain is {self.domain!r}, and must be one such as services.example.com")
        if self.balancer is not None and self.domain is None:
            raise ValueError("cluster: balancer is given, and needs the domain whose names are to be its")


def _prefix(name: str, network: str) -> int:
    try:
        return ip_network(network).prefixlen
    except ValueError as error:
        raise ValueError(f"cluster: {name}: {error}") from None
