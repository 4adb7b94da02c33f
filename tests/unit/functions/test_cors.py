"""Which pages may use a key, as its list of origins says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pytest

from augury.clients import Authenticator, Caller, Presented
from augury.errors import AuguryError, Kind
from augury.names import ClientName
from augury.routes import Route
from functions.cors import admit_page, answer_preflight, cors_headers
from functions.exchange import Request

ACME = ClientName("acme")
SHOP, OTHER = "https://shop.example", "https://other.example"


@dataclass(frozen=True)
class ListedCaller:
    """A caller whose key has a list of origins."""

    client: ClientName = ACME
    consumer_key: str = "key"
    origins: tuple[str, ...] | None = (SHOP,)


@dataclass
class KnowingOne:
    """An authenticator that knows one caller."""

    caller: ListedCaller

    def authenticate(self, presented: Presented, route: Route) -> Caller:
        return cast("Caller", self.caller)


def request(**headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("POST", "/js/event/new", "consumer_key=key", named, lambda: b"", deadline=0)


def admitted(origins: tuple[str, ...] | None, **headers: str) -> dict[str, str]:
    asked = request(**headers)
    admit_page(asked, cast("Caller", ListedCaller(origins=origins)))
    return cors_headers(asked)


def test_a_key_without_a_list_is_for_every_page() -> None:
    assert admitted(None, origin=OTHER)["Access-Control-Allow-Origin"] == "*"


def test_a_page_on_the_list_may_call_and_read_the_answer() -> None:
    headers = admitted((SHOP, OTHER), origin=OTHER)
    assert (headers["Access-Control-Allow-Origin"], headers["Vary"]) == (OTHER, "Origin")


@pytest.mark.parametrize(
    "headers", [{"origin": OTHER}, {"origin": "null"}, {"origin": SHOP + ".evil.example"}, {"referer": OTHER + "/x"}]
)
def test_a_page_that_is_not_on_the_list_is_refused_and_may_not_read_why(headers: dict[str, str]) -> None:
    asked = request(**headers)
    with pytest.raises(AuguryError) as refused:
        admit_page(asked, cast("Caller", ListedCaller()))
    assert refused.value.kind is Kind.CREDENTIAL_NOT_AUTHORIZED
    assert cors_headers(asked) == {"Vary": "Origin"}


@pytest.mark.parametrize("headers", [{}, {"referer": SHOP + "/basket?x=1"}])
def test_a_script_element_is_known_by_its_referer_if_it_sends_one(headers: dict[str, str]) -> None:
    assert admitted((SHOP,), **headers) == {"Vary": "Origin"}


def test_a_key_for_no_page_at_all_is_for_none() -> None:
    with pytest.raises(AuguryError):
        admitted((), origin=SHOP)


def test_a_preflight_names_the_page_and_not_all_pages() -> None:
    asked = request(origin=SHOP, access_control_request_method="POST")
    authenticator = cast("Authenticator", KnowingOne(ListedCaller()))
    answer = answer_preflight(asked, authenticator)
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert answer.headers["Vary"] == "Origin"


def test_a_preflight_of_another_page_is_refused() -> None:
    asked = request(origin=OTHER, access_control_request_method="POST")
    authenticator = cast("Authenticator", KnowingOne(ListedCaller()))
    with pytest.raises(AuguryError) as refused:
        answer_preflight(asked, authenticator)
    assert refused.value.status == 403
