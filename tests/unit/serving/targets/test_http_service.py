"""Services over HTTP: what is sent, what is taken, and what is not waited for."""

from __future__ import annotations

import datetime
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from augury.names import ClientName
from augury.registry import HttpTarget
from augury.serving.targets import AllowedHosts, Connections, HttpServices
from augury.serving.targets.outcomes import ServiceFailed, ServiceRefused, ServiceTimedOut
from tests.services import FLOWERS, Service, answering, be_silent, drip, hang_up, service

ACME = ClientName("acme")
JSON = '{"meta":{"puid":"p"},"data":{"f1":1,"é":"x&y=z"}}'


@pytest.fixture
def remote() -> Iterator[Service]:
    with service() as running:
        yield running


type Connect = Callable[..., HttpServices]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Make services from a list of hosts and what else connections take; their connections are closed at the end."""
    made: list[Connections] = []

    def services(hosts: str | None, *arguments: Any) -> HttpServices:
        made.append(Connections(AllowedHosts.parse(hosts), *arguments))
        return HttpServices(made[-1])

    yield services
    for connections in made:
        connections.close()


@pytest.fixture
def services(connect: Connect) -> HttpServices:
    return connect("http://127.0.0.1:*, http://localhost:*")


def call(services: HttpServices, url: str, *, method: str = "POST", within_s: float = 5.0) -> bytes:
    target = HttpTarget.model_validate({"url": url, "method": method})
    return services.call(target, ACME, JSON, deadline=time.monotonic() + within_s)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_service_gets_client_and_json_and_its_answer_comes_back(
    remote: Service, services: HttpServices, method: str
) -> None:
    assert call(services, remote.url(), method=method) == FLOWERS
    (asked,) = remote.asked
    assert (asked.method, asked.path, asked.form) == (method, "/predict", {"client": ["acme"], "json": [JSON]})
    assert asked.headers["Host"] == f"127.0.0.1:{remote.port}"


def test_what_is_too_long_for_an_address_is_posted(remote: Service, services: HttpServices) -> None:
    target = HttpTarget(url=remote.url(), method="GET")
    long = '{"data":{"f1":"' + "x" * 5_000 + '"}}'
    services.call(target, ACME, long, deadline=time.monotonic() + 5)
    assert [(asked.method, asked.form["json"]) for asked in remote.asked] == [("POST", [long])]


def test_calls_share_a_connection(remote: Service, services: HttpServices) -> None:
    for _ in range(5):
        call(services, remote.url())
    assert (len(remote.asked), remote.connections) == (5, 1)


def test_a_connection_that_the_service_closed_meanwhile_is_not_used_again(
    remote: Service, services: HttpServices
) -> None:
    remote.answering = answering(FLOWERS, Connection="close")
    for _ in range(3):
        assert call(services, remote.url()) == FLOWERS
    assert remote.connections == 3


@pytest.mark.parametrize("location", ["http://169.254.169.254/latest/meta-data/", "/predict"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(remote: Service, services: HttpServices, status: int, location: str) -> None:
    remote.answering = answering(b"", status, Location=location)
    with pytest.raises(ServiceFailed, match="redirects are not followed"):
        call(services, remote.url())
    assert len(remote.asked) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503, 204])
def test_any_other_status_is_a_failure(remote: Service, services: HttpServices, status: int) -> None:
    remote.answering = answering(b"" if status == 204 else b"a stack trace", status)
    with pytest.raises(ServiceFailed, match=f"it answered {status}$"):
        call(services, remote.url())


@pytest.mark.parametrize("status", [400, 413, 422])
def test_data_that_it_does_not_take_is_a_refusal(remote: Service, services: HttpServices, status: int) -> None:
    remote.answering = answering(b"because", status)
    with pytest.raises(ServiceRefused) as refused:
        call(services, remote.url())
    assert refused.value.body == b"because"


def test_an_answer_beyond_4_mib_is_not_read(remote: Service, services: HttpServices) -> None:
    remote.answering = answering(b" " * (64 * 1024 * 1024))
    with pytest.raises(ServiceFailed, match="larger than 4 MiB"):
        call(services, remote.url())


def test_an_encoded_answer_is_not_unpacked(remote: Service, services: HttpServices) -> None:
    remote.answering = answering(b"\x1f\x8b", Content_Encoding="gzip")
    with pytest.raises(ServiceFailed, match="encoded"):
        call(services, remote.url())


@pytest.mark.parametrize(
    "text", [b"Content-Length: 100\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n64\r\n{"], ids=["length", "chunks"]
)
def test_an_answer_that_breaks_off_is_a_failure(remote: Service, services: HttpServices, text: bytes) -> None:
    remote.answering = drip(b"HTTP/1.1 200 OK\r\n" + text)
    with pytest.raises(ServiceFailed, match="broke off"):
        call(services, remote.url())


@pytest.mark.parametrize(
    "behaviour",
    [
        be_silent,
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b" " * 100_000),
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 60_000),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 10_000),
    ],
    ids=["silence", "body", "headers", "chunks"],
)
def test_a_slow_service_is_not_waited_for_beyond_the_deadline(
    remote: Service, services: HttpServices, behaviour: Callable[..., None]
) -> None:
    remote.answering = behaviour
    began = time.monotonic()
    with pytest.raises(ServiceTimedOut):
        call(services, remote.url(), within_s=0.3)
    assert time.monotonic() - began < 2


def test_nothing_that_came_back_is_asked_again_by_get_only(remote: Service, services: HttpServices) -> None:
    remote.answering = hang_up
    for method, times in (("POST", 1), ("GET", 2)):
        remote.asked.clear()
        with pytest.raises(ServiceFailed, match="nothing came back"):
            call(services, remote.url(), method=method)
        assert len(remote.asked) == times


def test_a_host_that_is_not_there_is_tried_twice_and_said_so(connect: Connect) -> None:
    tried: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        tried.append(host)
        return ["127.0.0.1"]

    gone = connect("http://localhost:*", resolve)
    with service() as running:
        url = running.url("localhost")
    with pytest.raises(ServiceFailed, match="could not be reached"):
        call(gone, url)
    assert tried == ["localhost"] * 2


def test_a_name_without_an_address_is_a_failure(connect: Connect) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError(host)

    with pytest.raises(ServiceFailed, match="no address"):
        call(connect("https://scores.example.com", resolve), "https://scores.example.com")


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:127.0.0.1"], ["93.184.215.14", "127.0.0.1"]],
)
def test_a_public_name_that_leads_inside_is_not_called(remote: Service, connect: Connect, addresses: list[str]) -> None:
    rebound = connect("https://scores.example.com:*", lambda host, port: addresses)
    with pytest.raises(ServiceFailed, match="may not be called"):
        call(rebound, f"https://scores.example.com:{remote.port}/")
    assert remote.connections == 0


def test_a_name_that_leads_elsewhere_the_second_time_is_looked_at_again(remote: Service, connect: Connect) -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    rebinding = connect("http://localhost:*", lambda host, port: next(answers))
    remote.answering = answering(FLOWERS, Connection="close")
    call(rebinding, remote.url("localhost"))
    with pytest.raises(ServiceFailed, match="may not be called"):
        call(rebinding, remote.url("localhost"))
    assert len(remote.asked) == 1


def test_a_host_that_is_not_on_the_list_is_not_even_looked_up(remote: Service, connect: Connect) -> None:
    looked_up: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    with pytest.raises(ServiceFailed, match="not on the operator's list"):
        call(connect(None, resolve), remote.url())
    assert (looked_up, remote.connections) == ([], 0)


def test_a_handshake_that_does_not_go_on_is_not_waited_for(connect: Connect) -> None:
    services = over_tls(connect, "https://localhost:*")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(ServiceFailed, match="could not be reached"):
            call(services, f"https://localhost:{silent.getsockname()[1]}")
    assert time.monotonic() - began < 3


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of its own authority, for the name localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Service]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with service(context) as running:
        yield running


def over_tls(connect: Connect, hosts: str, authority: Path | None = None) -> HttpServices:
    trusted = None if authority is None else str(authority)
    return connect(hosts, lambda host, port: ["127.0.0.1"], lambda: ssl.create_default_context(cafile=trusted))


def test_the_certificate_must_be_the_hosts_not_the_addresss(
    secure: Service, connect: Connect, certificate: Path
) -> None:
    services = over_tls(connect, "https://localhost:*", certificate)
    assert call(services, secure.url("localhost", "https")) == FLOWERS
    assert call(services, secure.url("localhost", "https")) == FLOWERS
    assert secure.connections == 1


def test_a_certificate_of_another_name_is_not_taken(secure: Service, connect: Connect, certificate: Path) -> None:
    services = over_tls(connect, "https://127.0.0.1:*", certificate)
    with pytest.raises(ServiceFailed, match="could not be reached"):
        call(services, secure.url(scheme="https"))
    assert secure.asked == []


def test_a_certificate_of_an_unknown_authority_is_not_taken(secure: Service, connect: Connect) -> None:
    services = over_tls(connect, "https://localhost:*")
    with pytest.raises(ServiceFailed, match="could not be reached"):
        call(services, secure.url("localhost", "https"))
    assert secure.asked == []
