"""Which hosts the operator lets targets be on, and which of their addresses are theirs to have.

The service calls addresses that a registry names, from inside a network. So a host must be on the list, and what its
name resolves to must be an address of the kind that its entry is for, looked at in the moment of connecting: a name
that leads to the metadata service, or into the network, is not called.

References
----------
https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_CLUSTER = (".svc", ".svc.cluster.local")
_ENTRY = re.compile(
    r"(?P<private>private\+)?((?P<scheme>https?)://)?"
    r"(?P<host>(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}|\*))?"
)
# They carry another address inside, and 64:ff9b::/96 counts as global.
_TRANSLATED = (
    ip_network("64:ff9b::/96"),
    ip_network("64:ff9b:1::/48"),
    ip_network("2002::/16"),
    ip_network("2001::/32"),
)
_AWS_LOCAL = ip_network("fd00:ec2::/32")


class HostNotAllowed(Exception):
    """A target's host, or an address that its name leads to, is not one that may be called; the message says why."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a target."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        """Return the origin of a checked address."""
        parts = urlsplit(url)
        return cls(parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme])


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the list.

    Parameters
    ----------
    scheme : str
        ``http`` or ``https``.
    host : str
        A name, an address, or ``*.`` and the end of names.
    port : int or None
        Port; None for any.
    may_be_private : bool
        Whether the host's addresses may be private ones.
    """

    scheme: str
    host: str
    port: int | None
    may_be_private: bool

    @classmethod
    def parse(cls, entry: str) -> Rule:
        """Return the rule of an entry.

        Raises
        ------
        ValueError
            It is none, or it is for plain ``http`` outside the cluster.
        """
        match = _ENTRY.fullmatch(entry.strip().lower())
        if match is None:
            raise ValueError(f"{entry!r} is no allowed host: write it like https://scores.example.com:443")
        scheme, host, port = match["scheme"] or "https", match["host"].strip("[]"), match["port"]
        rule = cls(
            scheme,
            host,
            None if port == "*" else int(port or _PORTS[scheme]),
            may_be_private=bool(match["private"]) or scheme == "http" or _is_loopback(host),
        )
        if scheme == "http" and not (host.endswith(_CLUSTER) or _is_loopback(host)):
            raise ValueError(f"{entry!r} is plain http: that is for hosts of the cluster (*.svc) and this machine only")
        return rule

    def matches(self, origin: Origin) -> bool:
        """Tell whether an origin is one of this entry."""
        if self.scheme != origin.scheme or self.port not in (None, origin.port):
            return False
        if self.host.startswith("*."):
            return origin.host.endswith(self.host[1:]) and len(origin.host) > len(self.host[1:])
        return self.host == origin.host

    def accepts(self, address: str) -> bool:
        """Tell whether a host of this entry may have an address.

        Examples
        --------
        >>> public = Rule.parse("https://scores.example.com")
        >>> public.accepts("93.184.215.14"), public.accepts("10.0.0.7"), public.accepts("169.254.169.254")
        (True, False, False)
        """
        found = _unwrapped(address)
        if found is None:
            return False
        if _is_loopback(self.host):
            return found.is_loopback
        if found.is_global:
            return self.scheme == "https"
        return self.may_be_private and not found.is_loopback


class AllowedHosts:
    """The operator's list.

    Parameters
    ----------
    rules : iterable of Rule
        Its entries; without one, no host may be called.

    Examples
    --------
    >>> hosts = AllowedHosts.parse("https://scores.example.com, http://*.models.svc.cluster.local:5000")
    >>> hosts.rule_for(Origin.of("https://scores.example.com/predict")).may_be_private
    False
    """

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._rules = tuple(rules)

    @classmethod
    def parse(cls, text: str | None) -> AllowedHosts:
        """Return the list that a setting holds: entries separated by commas.

        An entry is ``https://HOST[:PORT]``, with ``*.`` before the host for any name below it and ``*`` for any port;
        ``http://`` for hosts of the cluster and this machine; and ``private+https://`` where the host's addresses may
        be private.

        Raises
        ------
        ValueError
            An entry is not of that form; the message quotes it.
        """
        return cls(Rule.parse(entry) for entry in (text or "").split(",") if entry.strip())

    def rule_for(self, origin: Origin) -> Rule:
        """Return the entry of an origin.

        Raises
        ------
        HostNotAllowed
            There is none.
        """
        for rule in self._rules:
            if rule.matches(origin):
                return rule
        raise HostNotAllowed("its host is not on the operator's list")


def _unwrapped(address: str) -> IPv4Address | IPv6Address | None:
    """Return an address, that inside an IPv4-mapped one; None for those that nobody's service has."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif found in _AWS_LOCAL or any(found in network for network in _TRANSLATED):
            return None
    if found.is_link_local or found.is_multicast or found.is_unspecified:
        return None
    # An IPv6 loopback counts as reserved too.
    return None if found.is_reserved and not found.is_loopback else found


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
