"""Which hosts may be called, and on which addresses."""

from __future__ import annotations

import pytest

from augury.serving.targets.allowed_hosts import AllowedHosts, HostNotAllowed, Origin, Rule

HOSTS = AllowedHosts.parse(
    "https://scores.example.com, *.models.example.com:8443, http://*.ml.svc.cluster.local:5000,"
    " private+https://inside.example.com, http://127.0.0.1:*"
)


@pytest.mark.parametrize(
    "url",
    [
        "https://scores.example.com/predict",
        "https://scores.example.com:443/other",
        "https://a.models.example.com:8443/",
        "https://a.b.models.example.com:8443/",
        "http://iris.ml.svc.cluster.local:5000/predict",
        "https://inside.example.com/",
        "http://127.0.0.1:5123/",
    ],
)
def test_a_host_on_the_list_may_be_called(url: str) -> None:
    HOSTS.rule_for(Origin.of(url))


@pytest.mark.parametrize(
    "url",
    [
        "http://scores.example.com/",
        "https://scores.example.com:8443/",
        "https://scores.example.com.evil.example/",
        "https://evilscores.example.com/",
        "https://models.example.com:8443/",
        "https://evilmodels.example.com:8443/",
        "http://iris.ml.svc.cluster.local/",
        "http://ml.svc.cluster.local:5000/",
        "https://127.0.0.1:5123/",
        "http://127.0.0.2:5123/",
        "http://[::1]:5123/",
        "http://localhost:5123/",
        "http://169.254.169.254/",
    ],
)
def test_any_other_may_not(url: str) -> None:
    with pytest.raises(HostNotAllowed):
        HOSTS.rule_for(Origin.of(url))


def test_without_a_list_no_host_may_be_called() -> None:
    for text in (None, "", " , "):
        with pytest.raises(HostNotAllowed):
            AllowedHosts.parse(text).rule_for(Origin.of("https://scores.example.com/"))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("http://scores.example.com", "plain http"),
        ("http://10.0.0.1", "plain http"),
        ("https://user@example.com", "no allowed host"),
        ("https://example.com/predict", "no allowed host"),
        ("ftp://example.com", "no allowed host"),
        ("*", "no allowed host"),
        ("https://*example.com", "no allowed host"),
    ],
)
def test_an_entry_that_is_none_is_quoted(entry: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AllowedHosts.parse(entry)


NOBODYS = [
    "169.254.169.254",
    "169.254.170.2",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "no address",
]
PRIVATE = ["10.0.0.7", "172.16.3.4", "192.168.1.1", "100.64.0.1", "fd12::1", "::ffff:10.0.0.7"]
LOOPBACK = ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"]
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]


@pytest.mark.parametrize(
    ("entry", "accepted"),
    [
        ("https://scores.example.com", PUBLIC),
        ("private+https://inside.example.com", PUBLIC + PRIVATE),
        ("http://iris.ml.svc", PRIVATE),
        ("http://localhost", LOOPBACK),
        ("http://[::1]", LOOPBACK),
    ],
)
def test_a_name_may_only_lead_to_addresses_of_the_kind_its_entry_is_for(entry: str, accepted: list[str]) -> None:
    rule = Rule.parse(entry)
    assert [one for one in PUBLIC + PRIVATE + LOOPBACK + NOBODYS if rule.accepts(one)] == accepted
