"""The JavaScript snippet in a real browser, on a page of another origin, against the local platform."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import urllib3
from playwright.sync_api import Browser, Page, sync_playwright

from augury.clients import NewClient
from augury.lake import client_events
from functions.ingest import snippet
from tests.e2e.conftest import World

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LOADER = "window.augury=window.augury||function(){(augury.q=augury.q||[]).push(arguments)};"
COUNT_ANSWERS = """
    window.answers = 0;
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (body) {
        this.addEventListener("loadend", () => window.answers++);
        send.call(this, body);
    };
"""
PATIENCE_S = 20


@dataclass
class Seen:
    """One request for events, as it came out of the browser."""

    headers: dict[str, str]
    events: list[dict[str, Any]]
    status: int
    size_bytes: int


@dataclass
class Gate:
    """The way from the browser to the platform: a forwarding server that can be shut, made to fail, or held up."""

    target: str
    seen: list[Seen] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    held: threading.Event | None = None

    def __post_init__(self) -> None:
        self._changed = threading.Condition()
        self._pool = urllib3.PoolManager(retries=False)
        self.port = 0
        self.open()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        self._server = serve(self._handle, self.port)
        self.port = self._server.server_port

    def shut(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, count: int) -> list[Seen]:
        """Return the requests for events once there are so many answered."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.seen) >= count, PATIENCE_S), self.seen
            return list(self.seen)

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        failure = self.failures.pop(0) if self.failures and handler.command == "POST" else None
        headers = {name: value for name, value in handler.headers.items() if name.lower() != "host"}
        if failure is None:
            answer = self._pool.request(
                handler.command, self.target + handler.path, body=body, headers=headers, decode_content=False
            )
            status, answered, content = answer.status, dict(answer.headers), answer.data
        else:
            status, answered, content = failure, {"Access-Control-Allow-Origin": "*"}, b"{}"
        if self.held is not None and handler.command == "POST":
            self.held.wait(PATIENCE_S)
        if handler.command == "POST":
            with self._changed:
                sent = {name.lower(): value for name, value in headers.items()}
                self.seen.append(Seen(sent, json.loads(body), status, len(body)))
                self._changed.notify_all()
        reply(handler, status, content, answered)


def serve(handle: Callable[[BaseHTTPRequestHandler], None], port: int = 0) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            handle(self)

        do_POST = do_OPTIONS = do_GET  # noqa: N815 - the base class's names

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


def reply(handler: BaseHTTPRequestHandler, status: int, content: bytes, headers: dict[str, str]) -> None:
    try:
        handler.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "date"):
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)
    except ConnectionError:
        pass  # the page has gone


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Site:
    """A web site of another origin than the API's, with one page under every path."""

    def __init__(self) -> None:
        self.html = ""
        self._server = serve(lambda handler: reply(handler, 200, self.html.encode(), {"Content-Type": "text/html"}))
        self.url = f"http://localhost:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def gate(world: World) -> Iterator[Gate]:
    gate = Gate(world.platform.api_url)
    yield gate
    gate.shut()


@pytest.fixture
def client(world: World) -> NewClient:
    return world.new_client()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose timers run only as a test says."""
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.clock.install()
    page.add_init_script(COUNT_ANSWERS)
    yield page
    context.close()
    assert errors == []


def visit(page: Page, site: Site, gate: Gate, client: NewClient, script: str = "", key: str | None = None) -> None:
    """Open a page that has the snippet by its tag, and whose own script runs before it is loaded."""
    tag = f'<script async src="{gate.url}/js/augury.js" data-key="{key or client.js_key}"></script>'
    site.html = f"<!doctype html><meta charset=utf-8><script>{LOADER}{script}</script>{tag}<p>page"
    page.goto(site.url)
    page.wait_for_function("augury.loaded")


def run(page: Page, milliseconds: int, answers: int) -> None:
    """Let time pass in a page, and wait until it has seen so many requests end in all."""
    page.clock.run_for(milliseconds)
    page.wait_for_function(f"answers >= {answers}")


def stored(world: World, client: NewClient) -> list[dict[str, Any]]:
    world.platform.flush()
    return [json.loads(line) for line in world.lines(client_events(client.name))]


def numbers(events: list[dict[str, Any]]) -> list[int]:
    return [event["n"] for event in events]


def test_the_script_is_under_two_kilobytes_and_plain_es5() -> None:
    source = snippet.SOURCE.decode()
    assert len(snippet.GZIPPED) < 2_048
    assert not re.search(r"=>|`|\b(let|const|class|async|await)\s", source)


def test_the_script_is_served_to_anyone_compressed_and_again_only_if_it_changed(world: World) -> None:
    plain = world.call("GET", "/js/augury.js")
    assert (plain.status, plain.text) == (200, snippet.SOURCE.decode())
    assert plain.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert plain.headers["Cache-Control"] == "public, max-age=3600"
    http = urllib3.PoolManager()
    packed = http.request(
        "GET", f"{world.platform.api_url}/js/augury.js", headers={"Accept-Encoding": "br, gzip"}, decode_content=False
    )
    assert gzip.decompress(packed.data) == snippet.SOURCE
    assert packed.headers["Content-Encoding"] == "gzip"
    refused = world.call("GET", "/js/augury.js", Accept_Encoding="gzip;q=0")
    assert "Content-Encoding" not in refused.headers
    for tag in (plain.headers["ETag"], packed.headers["ETag"], f'"other", {plain.headers["ETag"]}', "*"):
        again = world.call("GET", "/js/augury.js", If_None_Match=tag)
        assert (again.status, again.text) == (304, "")


def test_events_of_before_and_after_loading_arrive_once_in_one_request_and_in_order(
    world: World, page: Page, site: Site, gate: Gate, client: NewClient
) -> None:
    visit(page, site, gate, client, 'augury("event",{n:1,text:"ü€😀"});augury("event",{n:2});')
    page.evaluate('augury("event", {n: 3, nested: {list: [1.5, null, true]}})')
    run(page, 1_000, answers=1)
    page.clock.run_for(60_000)
    (request,) = gate.seen
    assert request.headers["content-type"] == "text/plain;charset=UTF-8"
    assert request.headers["origin"] == site.url
    events = stored(world, client)
    assert numbers(events) == [1, 2, 3]
    assert (events[0]["text"], events[2]["nested"]) == ("ü€😀", {"list": [1.5, None, True]})
    assert len({event["_event_id"] for event in events}) == 3
    assert all(event["_event_id"] == event["event_id"] for event in events)


def test_a_page_may_say_key_and_address_by_init(
    world: World, page: Page, site: Site, gate: Gate, client: NewClient
) -> None:
    site.html = f"<script>{LOADER}augury('event',{{n:1}})</script><script src={gate.url}/js/augury.js></script>"
    page.goto(site.url)
    page.clock.run_for(5_000)
    page.evaluate("([key, url]) => augury('init', {key, url})", [client.js_key, gate.url + "/"])
    page.clock.run_for(1_000)
    gate.wait_for(1)
    assert numbers(stored(world, client)) == [1]


def test_a_refused_connection_is_tried_again_with_the_same_ids(
    world: World, page: Page, site: Site, gate: Gate, client: NewClient
) -> None:
    visit(page, site, gate, client)
    gate.shut()
    with page.expect_event("requestfailed") as failed:
        page.evaluate('augury("event", {n: 1}); augury("event", {n: 2, event_id: "order-2026-000017"})')
        run(page, 1_000, answers=1)
    gate.open()
    run(page, 1_000, answers=2)
    (request,) = gate.seen
    assert request.events == json.loads(failed.value.post_data or "")
    events = stored(world, client)
    assert numbers(events) == [1, 2]
    assert events[1]["_event_id"] == "order-2026-000017"


@pytest.mark.parametrize("status", [503, 429, 500])
def test_a_failing_service_is_tried_again_with_growing_pauses(
    world: World, page: Page, site: Site, gate: Gate, client: NewClient, status: int
) -> None:
    gate.failures = [status] * 3
    visit(page, site, gate, client)
    page.evaluate('augury("event", {n: 1})')
    for tries, pause_ms in enumerate((1_000, 1_000, 2_000, 4_000), start=1):
        run(page, pause_ms, answers=tries)
    assert [request.status for request in gate.seen] == [status, status, status, 200]
    assert len({json.dumps(request.events) for request in gate.seen}) == 1
    assert numbers(stored(world, client)) == [1]


def test_what_the_api_refuses_for_good_is_not_sent_again(
    world: World, page: Page, site: Site, gate: Gate, client: NewClient
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    visit(page, site, gate, client, key="no-such-key")
    with page.expect_console_message(lambda message: "augury: " in message.text):
        page.evaluate('augury("event", {n: 1})')
        page.clock.run_for(1_000)
    page.clock.run_for(120_000)
    assert [request.status for request in gate.seen] == [401]
    assert any("Consumer key not recognized" in text for text in said)


def test_an_event_that_is_refused_holds_up_no_other_and_is_told(
    world: World, page: Page, site: Site, gate: Gate, client: NewClient
) -> None:
    visit(page, site, gate, client)
    with page.expect_console_message(lambda message: '"rejected":[{' in message.text):
        page.evaluate('augury("event", {n: 1}); augury("event", {_event_id: "mine"}); augury("event", {n: 2})')
        page.clock.run_for(1_000)
    assert numbers(stored(world, client)) == [1, 2]


def test_leaving_the_page_sends_what_is_waiting(
    world: World, page: Page, site: Site, gate: Gate, client: NewClient
) -> None:
    visit(page, site, gate, client)
    page.evaluate('for (var n = 0; n < 100; n++) augury("event", {n: n})')
    page.goto("about:blank")
    gate.wait_for(1)
    assert numbers(stored(world, client)) == list(range(100))


def test_a_browser_that_only_says_pagehide_sends_what_is_waiting(
    world: World, page: Page, site: Site, gate: Gate, client: NewClient
) -> None:
    visit(page, site, gate, client)
    page.evaluate('augury("event", {n: 1}); window.dispatchEvent(new Event("pagehide"))')
    gate.wait_for(1)
    assert numbers(stored(world, client)) == [1]


def test_a_page_that_closes_sends_what_is_waiting(
    world: World, browser: Browser, site: Site, gate: Gate, client: NewClient
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        visit(page, site, gate, client)
        page.evaluate('augury("event", {n: 1})')
        page.close(run_before_unload=True)
        gate.wait_for(1)
    assert numbers(stored(world, client)) == [1]


def test_hiding_the_page_sends_at_once_and_showing_it_again_sends_nothing_twice(
    world: World, page: Page, site: Site, gate: Gate, client: NewClient
) -> None:
    visit(page, site, gate, client)
    page.evaluate('augury("event", {n: 1})')
    show = "Object.defineProperty(document, 'visibilityState', {value: '%s', configurable: true});"
    change = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(show % "hidden" + change)
    gate.wait_for(1)
    page.evaluate(show % "visible" + change)
    page.evaluate('augury("event", {n: 2})')
    page.clock.run_for(1_000)
    gate.wait_for(2)
    page.clock.run_for(60_000)
    assert [numbers(request.events) for request in gate.seen] == [[1], [2]]
    assert numbers(stored(world, client)) == [1, 2]


def test_what_was_on_its_way_when_the_page_was_left_is_sent_again_with_its_id(
    world: World, page: Page, site: Site, gate: Gate, client: NewClient
) -> None:
    visit(page, site, gate, client)
    gate.held = threading.Event()
    with page.expect_request("**/js/event/new*"):
        page.evaluate('augury("event", {n: 1})')
        page.clock.run_for(1_000)
    page.evaluate('augury("event", {n: 2})')
    page.goto("about:blank")
    gate.held.set()
    gate.wait_for(2)
    events = stored(world, client)
    assert sorted(numbers(events)) == [1, 1, 2]
    assert len({event["_event_id"] for event in events}) == 2


def test_what_no_beacon_takes_is_sent_by_the_next_page(
    world: World, page: Page, site: Site, gate: Gate, client: NewClient
) -> None:
    visit(page, site, gate, client)
    page.evaluate('navigator.sendBeacon = () => false; augury("event", {n: 1})')
    visit(page, site, gate, client, 'augury("event",{n:2});')
    page.clock.run_for(1_000)
    gate.wait_for(1)
    assert numbers(stored(world, client)) == [1, 2]


def test_many_events_go_in_requests_that_a_beacon_could_carry(
    world: World, page: Page, site: Site, gate: Gate, client: NewClient
) -> None:
    visit(page, site, gate, client)
    page.evaluate('for (var n = 0; n < 400; n++) augury("event", {n: n, padding: "ü€".repeat(100)})')
    for answers in range(1, 5):
        run(page, 1_000, answers)
    assert [request.size_bytes <= 60_000 for request in gate.seen] == [True] * 4
    assert numbers(stored(world, client)) == list(range(400))


def test_whatever_a_page_does_it_never_throws_and_later_events_arrive(
    world: World, page: Page, site: Site, gate: Gate, client: NewClient
) -> None:
    visit(page, site, gate, client)
    page.evaluate(
        """
        const circle = {}; circle.self = circle;
        augury(); augury("nonsense"); augury("event"); augury("event", circle); augury("init");
        augury("event", {big: "x".repeat(300000)});
        augury("event", {get bad() { throw new Error("mine"); }});
        Object.defineProperty(window, "sessionStorage", {get() { throw new Error("forbidden"); }});
        augury("event", {n: 1, event_id: 17});
        """
    )
    page.clock.run_for(1_000)
    gate.wait_for(1)
    (event,) = stored(world, client)
    assert (event["n"], event["client_event_id"]) == (1, 17)


def test_a_clock_that_is_wrong_is_corrected(
    world: World, browser: Browser, site: Site, gate: Gate, client: NewClient
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.clock.install(time="2020-01-01T00:00:00Z")
        page.add_init_script(COUNT_ANSWERS)
        visit(page, site, gate, client)
        page.evaluate('augury("event", {n: 1})')
        run(page, 1_000, answers=1)
    (event,) = stored(world, client)
    assert event["client_timestamp"] < 1_577_836_900 < event["timestamp"]
