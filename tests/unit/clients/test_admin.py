"""Rotation, revocation and deletion, and what two operators at once do to each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Lock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augury.aws import Table, Write
from augury.clients import (
    Authenticator,
    ClientAdmin,
    ClientExists,
    ClientUnknown,
    CredentialKind,
    GrantRefused,
    NewClient,
    Presented,
    Quota,
    TokenEndpoint,
)
from augury.clients.changes import MAX_LIVE_KEYS
from augury.clients.look_ups import CACHE_S
from augury.errors import Kind
from augury.names import ClientName
from augury.routes import Scope
from tests.unit.clients.conftest import EVENTS, JS_EVENT, PREDICT, Clock, bearer, refusal, token

ACME, OTHER = ClientName("acme"), ClientName("other")
GRACE_S = 3600


def is_refused(endpoint: TokenEndpoint, key: str, secret: str) -> bool:
    try:
        token(endpoint, key, secret)
    except GrantRefused as refused:
        return refused.error == "invalid_client"
    return False


def digests_of(table: Table, key: str) -> set[str]:
    return {item["sk"] for item in table.query(f"SECRET#{key}")}


def test_both_secrets_of_one_key_are_good_while_the_grace_lasts(
    clients: ClientAdmin, endpoint: TokenEndpoint, acme: NewClient, clock: Clock
) -> None:
    rotated = clients.rotate_secret(ACME, grace_s=GRACE_S)
    assert rotated.replacement.credential.key == acme.consumer_key
    assert rotated.replacement.old_until == clock.now_s + GRACE_S
    clock.now_s += GRACE_S - 1
    assert not is_refused(endpoint, acme.consumer_key, acme.consumer_secret)
    assert not is_refused(endpoint, acme.consumer_key, rotated.secret)
    clock.now_s += 1
    assert is_refused(endpoint, acme.consumer_key, acme.consumer_secret)
    assert not is_refused(endpoint, acme.consumer_key, rotated.secret)


def test_tokens_of_the_old_secret_end_with_its_grace_and_say_so(
    clients: ClientAdmin, endpoint: TokenEndpoint, authenticator: Authenticator, acme: NewClient, clock: Clock
) -> None:
    clients.rotate_secret(ACME, grace_s=100)
    form = {"consumer_key": acme.consumer_key, "consumer_secret": acme.consumer_secret}
    answer = endpoint.grant(form, None)
    assert answer["expires_in"] == 100
    clock.now_s += 99
    authenticator.authenticate(bearer(answer["access_token"]), EVENTS)
    clock.now_s += 1
    assert refusal(authenticator, bearer(answer["access_token"])).status == 401


def test_revoking_one_secret_ends_its_tokens_and_leaves_the_others(
    clients: ClientAdmin, endpoint: TokenEndpoint, authenticator: Authenticator, acme: NewClient, clock: Clock,
    table: Table,
) -> None:  # fmt: skip
    old = token(endpoint, acme.consumer_key, acme.consumer_secret)
    rotated = clients.rotate_secret(ACME, grace_s=GRACE_S)
    new = token(endpoint, acme.consumer_key, rotated.secret)
    first, second = rotated.replacement.credential.secrets
    for text in (old, new):
        authenticator.authenticate(bearer(text), EVENTS)
    clients.revoke(ACME, acme.consumer_key, first.secret_id)
    assert is_refused(endpoint, acme.consumer_key, acme.consumer_secret)
    assert digests_of(table, acme.consumer_key) == {second.secret_id}
    clock.now_s += CACHE_S
    assert refusal(authenticator, bearer(old)) is Kind.TOKEN_UNKNOWN
    assert authenticator.authenticate(bearer(new), EVENTS).client == "acme"


def test_without_a_grace_the_old_secret_ends_at_once(
    clients: ClientAdmin, endpoint: TokenEndpoint, acme: NewClient, table: Table
) -> None:
    rotated = clients.rotate_secret(ACME, grace_s=0)
    assert rotated.replacement.old_until is None
    assert is_refused(endpoint, acme.consumer_key, acme.consumer_secret)
    assert digests_of(table, acme.consumer_key) == {rotated.replacement.credential.secrets[0].secret_id}


def test_a_third_secret_waits_until_the_grace_ends_or_one_is_revoked(clients: ClientAdmin, acme: NewClient) -> None:
    rotated = clients.rotate_secret(ACME, grace_s=GRACE_S)
    with pytest.raises(ValueError, match="two secrets are good"):
        clients.rotate_secret(ACME, grace_s=GRACE_S)
    clients.revoke(ACME, acme.consumer_key, rotated.replacement.credential.secrets[0].secret_id)
    again = clients.rotate_secret(ACME, grace_s=GRACE_S)
    assert len(again.replacement.credential.secrets) == 2


def test_a_revoked_consumer_key_is_replaced_by_a_new_one(
    clients: ClientAdmin, endpoint: TokenEndpoint, acme: NewClient, table: Table
) -> None:
    clients.revoke(ACME, acme.consumer_key)
    assert is_refused(endpoint, acme.consumer_key, acme.consumer_secret)
    assert digests_of(table, acme.consumer_key) == set()
    rotated = clients.rotate_secret(ACME, grace_s=GRACE_S)
    assert rotated.replacement.credential.key != acme.consumer_key
    assert not is_refused(endpoint, rotated.replacement.credential.key, rotated.secret)


def test_a_custom_consumer_key_takes_over_and_the_old_one_ends_with_the_grace(
    clients: ClientAdmin, endpoint: TokenEndpoint, acme: NewClient, clock: Clock
) -> None:
    secret = "a secret of the operator's own making"
    clients.rotate_secret(ACME, grace_s=GRACE_S, key="acme-2", secret=secret)
    assert not is_refused(endpoint, acme.consumer_key, acme.consumer_secret)
    clock.now_s += GRACE_S
    assert is_refused(endpoint, acme.consumer_key, acme.consumer_secret)
    assert not is_refused(endpoint, "acme-2", secret)


def test_a_new_js_key_has_what_the_old_one_had_and_the_old_one_lives_through_the_grace(
    clients: ClientAdmin, authenticator: Authenticator, clock: Clock
) -> None:
    made = clients.create(ACME, origins=["https://shop.example"], scopes=[Scope.EVENTS], quota=Quota(7))
    replacement = clients.rotate_js_key(ACME, grace_s=GRACE_S)
    old, new = Presented(consumer_key=made.js_key), Presented(consumer_key=replacement.credential.key)
    caller = authenticator.authenticate(new, JS_EVENT)
    assert (caller.origins, caller.quota) == (("https://shop.example",), Quota(7))
    assert replacement.credential.scopes == {Scope.EVENTS}
    clock.now_s += GRACE_S - 1
    authenticator.authenticate(old, JS_EVENT)
    clock.now_s += 1
    assert refusal(authenticator, old, JS_EVENT) is Kind.KEY_UNKNOWN
    authenticator.authenticate(new, JS_EVENT)


def test_scopes_can_be_narrowed_by_a_rotation(
    clients: ClientAdmin, endpoint: TokenEndpoint, authenticator: Authenticator, acme: NewClient
) -> None:
    rotated = clients.rotate_secret(ACME, grace_s=0, scopes=[Scope.PREDICT])
    text = token(endpoint, acme.consumer_key, rotated.secret)
    authenticator.authenticate(bearer(text), PREDICT)
    assert refusal(authenticator, bearer(text), EVENTS) is Kind.SCOPE_MISSING


def test_an_expired_secret_and_js_key_are_refused(
    clients: ClientAdmin, endpoint: TokenEndpoint, authenticator: Authenticator, clock: Clock
) -> None:
    made = clients.create(ACME, expires_at=int(clock.now_s) + 60)
    text = token(endpoint, made.consumer_key, made.consumer_secret)
    authenticator.authenticate(Presented(consumer_key=made.js_key), JS_EVENT)
    authenticator.authenticate(bearer(text), EVENTS)
    clock.now_s += 60
    assert is_refused(endpoint, made.consumer_key, made.consumer_secret)
    assert refusal(authenticator, Presented(consumer_key=made.js_key), JS_EVENT) is Kind.KEY_UNKNOWN
    assert refusal(authenticator, bearer(text)).status == 401


def test_an_expired_secret_is_replaced_under_the_same_key(
    clients: ClientAdmin, endpoint: TokenEndpoint, clock: Clock
) -> None:
    made = clients.create(ACME, expires_at=int(clock.now_s) + 60)
    clock.now_s += 61
    rotated = clients.rotate_secret(ACME, grace_s=GRACE_S)
    assert rotated.replacement.credential.key == made.consumer_key
    assert not is_refused(endpoint, made.consumer_key, rotated.secret)


def test_keys_of_other_clients_and_keys_made_before_are_not_given(clients: ClientAdmin, acme: NewClient) -> None:
    clients.create(OTHER)
    for taken in (acme.js_key, acme.consumer_key):
        with pytest.raises(ClientExists, match="another client"):
            clients.rotate_js_key(OTHER, grace_s=0, key=taken)
        with pytest.raises(ClientExists, match="another client"):
            clients.rotate_secret(OTHER, grace_s=0, key=taken)
    clients.revoke(ACME, acme.js_key)
    with pytest.raises(ValueError, match="not given again"):
        clients.rotate_js_key(ACME, grace_s=0, key=acme.js_key)
    clients.revoke(ACME, acme.consumer_key)
    with pytest.raises(ValueError, match="not given again"):
        clients.rotate_secret(ACME, grace_s=0, key=acme.consumer_key)


def test_a_client_has_so_many_live_keys_and_no_more(clients: ClientAdmin, acme: NewClient) -> None:
    for _ in range(MAX_LIVE_KEYS - 2):
        clients.rotate_js_key(ACME, grace_s=GRACE_S)
    with pytest.raises(ValueError, match="live keys already"):
        clients.rotate_js_key(ACME, grace_s=GRACE_S)
    clients.delete(ACME)
    assert not clients.exists(ACME)


@pytest.mark.parametrize(("key", "secret_id", "said"), [("nobodys", None, "no key"), (None, "0000", "no secret")])
def test_revoking_what_there_is_not_names_it(
    clients: ClientAdmin, acme: NewClient, key: str | None, secret_id: str | None, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        clients.revoke(ACME, key or acme.consumer_key, secret_id)


def test_a_key_of_another_client_is_not_revoked(clients: ClientAdmin, acme: NewClient) -> None:
    clients.create(OTHER)
    with pytest.raises(ValueError, match="no key"):
        clients.revoke(OTHER, acme.js_key)


def test_a_deleted_client_stops_within_60_seconds_everywhere(
    clients: ClientAdmin, endpoint: TokenEndpoint, authenticator: Authenticator, acme: NewClient, clock: Clock
) -> None:
    text = token(endpoint, acme.consumer_key, acme.consumer_secret)
    js = Presented(consumer_key=acme.js_key)
    authenticator.authenticate(bearer(text), EVENTS)
    authenticator.authenticate(js, JS_EVENT)
    clients.delete(ACME)
    assert is_refused(endpoint, acme.consumer_key, acme.consumer_secret)
    clock.now_s += CACHE_S
    assert refusal(authenticator, bearer(text)).status == 401
    assert refusal(authenticator, js, JS_EVENT).status == 401


def test_neither_name_nor_keys_of_a_deleted_client_are_given_again(
    clients: ClientAdmin, acme: NewClient, table: Table
) -> None:
    clients.delete(ACME)
    assert list(clients.list()) == []
    assert digests_of(table, acme.consumer_key) == set()
    with pytest.raises(ClientExists, match="was deleted, and its name is not given again"):
        clients.create(ACME)
    for custom in ({"js_key": acme.js_key}, {"consumer_key": acme.consumer_key}):
        with pytest.raises(ClientExists, match="a key of it belongs to a client already"):
            clients.create(OTHER, **custom)  # type: ignore[arg-type]


def test_nothing_can_be_changed_of_a_client_that_is_gone_or_never_was(clients: ClientAdmin, acme: NewClient) -> None:
    clients.delete(ACME)
    for name, said in ((ACME, "was deleted"), (OTHER, "there is no client")):
        for change in (
            clients.delete,
            lambda one: clients.revoke(one, acme.js_key),
            lambda one: clients.rotate_js_key(one, grace_s=0),
            lambda one: clients.rotate_secret(one, grace_s=0),
            lambda one: clients.set_quota(one, lambda quota: quota),
            lambda one: clients.set_origins(one, None),
        ):
            with pytest.raises(ClientUnknown, match=said):
                change(name)


def test_quota_and_origins_reach_every_live_key(
    clients: ClientAdmin, endpoint: TokenEndpoint, authenticator: Authenticator, acme: NewClient
) -> None:
    clients.set_quota(ACME, lambda quota: replace(quota, events_per_day=9))
    clients.set_origins(ACME, ["https://a.example", "https://a.example"])
    by_page = authenticator.authenticate(Presented(consumer_key=acme.js_key), JS_EVENT)
    by_token = authenticator.authenticate(bearer(token(endpoint, acme.consumer_key, acme.consumer_secret)), EVENTS)
    assert (by_page.quota, by_page.origins) == (Quota(None, 9), ("https://a.example",))
    assert (by_token.quota, by_token.origins) == (Quota(None, 9), None)
    clients.set_origins(ACME, None)
    credential = clients.credential(acme.js_key)
    assert credential is not None
    assert credential.origins is None


def test_a_change_that_came_between_is_not_lost(clients: ClientAdmin, acme: NewClient, table: Table) -> None:
    asked: list[Quota] = []

    def revise(quota: Quota) -> Quota:
        if not asked:
            clients.set_quota(ACME, lambda first: replace(first, events_per_day=100))
            clients.rotate_js_key(ACME, grace_s=GRACE_S, key="js-between")
        asked.append(quota)
        return replace(quota, events_per_second=5)

    clients.set_quota(ACME, revise)
    assert asked == [Quota(), Quota(None, 100)]
    assert [one.quota for one in clients.snapshot(ACME).credentials] == [Quota(5, 100)] * 3
    record = clients.record(ACME)
    assert record is not None
    assert (record.quota, record.revision) == (Quota(5, 100), 4)


def test_operators_at_once_lose_nothing(clients: ClientAdmin, acme: NewClient, table: Table) -> None:
    transact, one_at_a_time = table.transact, Lock()

    def isolated(writes: list[Write]) -> None:
        with one_at_a_time:  # DynamoDB isolates transactions; moto, called by threads, does not
            transact(writes)

    table.transact = isolated  # type: ignore[method-assign, assignment]

    def add_one(number: int) -> str:
        return clients.rotate_js_key(ACME, grace_s=GRACE_S, key=f"js-{number}").credential.key

    with ThreadPoolExecutor(3) as operators:
        made = set(operators.map(add_one, range(6)))
    found = {one.key for one in clients.snapshot(ACME).credentials if one.kind is CredentialKind.JS}
    assert found == made | {acme.js_key}
    unending = [one.key for one in clients.snapshot(ACME).credentials if one.expires_at is None and not one.secrets]
    assert len(unending) == 1


def test_a_rotation_that_meets_a_deletion_makes_nothing(clients: ClientAdmin, acme: NewClient, table: Table) -> None:
    transact, met = table.transact, list[bool]()

    def deleted_first(writes: list[Write]) -> None:
        if not met:
            met.append(True)
            clients.delete(ACME)
        transact(writes)

    table.transact = deleted_first  # type: ignore[method-assign, assignment]
    with pytest.raises(ClientUnknown, match="was deleted"):
        clients.rotate_js_key(ACME, grace_s=0, key="too-late")
    assert clients.credential("too-late") is None


STEPS = st.lists(
    st.sampled_from(["rotate", "rotate now", "rotate js", "revoke old", "wait", "custom"]), min_size=1, max_size=8
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(steps=STEPS)
def test_whatever_is_done_the_newest_secret_works_and_at_most_two_do(
    clients: ClientAdmin, endpoint: TokenEndpoint, clock: Clock, steps: list[str]
) -> None:
    name = ClientName(f"c{abs(hash((tuple(steps), clock.now_s)))}")
    made = clients.create(name)
    shown = [(made.consumer_key, made.consumer_secret)]
    for number, step in enumerate(steps):
        try:
            if step == "rotate js":
                clients.rotate_js_key(name, grace_s=GRACE_S)
            elif step == "wait":
                clock.now_s += GRACE_S
            elif step == "revoke old":
                newest = clients.credential(shown[-1][0])
                assert newest is not None
                for term in newest.secrets[:-1]:
                    clients.revoke(name, newest.key, term.secret_id)
            else:
                key = f"{name}-{number}" if step == "custom" else None
                rotated = clients.rotate_secret(name, grace_s=0 if step == "rotate now" else GRACE_S, key=key)
                shown.append((rotated.replacement.credential.key, rotated.secret))
        except ValueError as refused:
            assert "revoke one first" in str(refused)  # noqa: PT017
    good = [pair for pair in shown if not is_refused(endpoint, *pair)]
    assert shown[-1] in good
    assert len(good) <= 2
