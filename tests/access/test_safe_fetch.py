"""Fetching from addresses that strangers give: what is connected to is what was checked."""

from __future__ import annotations

import gzip
import ipaddress
import itertools
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

import pytest
import trustme

from cockpit.access.safe_fetch import Fetched, fetch
from cockpit.errors import BadAddress
from cockpit.network.addresses import is_public
from cockpit.network.reach import Reach, look_up
from tests.access.inside import DISGUISED, INSIDE, NOT_OF_THE_WEB, PUBLIC
from tests.access.servers import Server, send, serving, watched_connections

CDN = "cdn.example"


class Answers:
    """A name server of somebody else's: each look-up gets the next answer."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = itertools.cycle(answers)
        self.asked: list[str] = []

    def __call__(self, name: str, port: int) -> Sequence[str]:
        self.asked.append(name)
        return next(self.answers)


def here(server: Server, *hosts: str) -> Reach:
    """Names that lead to the server of the test, and may."""
    hosts = hosts or (CDN,)
    return Reach(frozenset((host, server.port) for host in hosts), lambda name, port: ["127.0.0.1"])


def test_there_are_sixty_forms() -> None:
    assert len(set(DISGUISED)) >= 60


@pytest.mark.parametrize("host", DISGUISED)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_spelling_of_an_inside_address_is_connected_to(scheme: str, host: str) -> None:
    with watched_connections() as opened, suppress(BadAddress):
        assert fetch(f"{scheme}://{host}/latest/meta-data/", seconds=2) is None
    assert opened == []


@pytest.mark.parametrize("inside", INSIDE)
def test_a_name_that_leads_inside_is_not_connected_to(inside: str) -> None:
    for answer in ([inside], [PUBLIC[0], inside], [inside, PUBLIC[1]], [*PUBLIC, inside]):
        with watched_connections() as opened:
            assert fetch(f"http://{CDN}/a.png", reach=Reach(resolver=Answers(answer))) is None
        assert opened == []


def test_an_answer_that_changes_is_asked_for_once() -> None:
    """Rebinding: between the check and the connection the name would move inside."""
    inside = itertools.cycle(INSIDE)
    with watched_connections() as opened:
        for _ in range(1000):
            flipping = Answers([PUBLIC[0]], [next(inside)])
            assert fetch(f"http://{CDN}/a.png", reach=Reach(resolver=flipping)) is None
            assert flipping.asked == [CDN]
    assert set(opened) == {(PUBLIC[0], 80)}


@pytest.mark.parametrize("host", DISGUISED)
def test_a_redirect_leads_nowhere_a_url_may_not(host: str) -> None:
    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        send(handler, b"", 302, location=f"http://{host}/".encode().decode("latin-1"))

    with serving(answer) as server, watched_connections() as opened:
        assert fetch(server.url(host=CDN), reach=Reach(frozenset({(CDN, server.port)}), only_cdn)) is None
    assert opened == [("127.0.0.1", server.port)]


def only_cdn(name: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"] if name == CDN else look_up(name, port)


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "http://127.0.0.1:1/", "http://a:b@cdn.example/", "http://["]
)
def test_a_redirect_out_of_the_web_ends(location: str) -> None:
    with serving(lambda handler, _: send(handler, b"", 301, location=location)) as server:
        assert fetch(server.url(host=CDN), reach=here(server)) is None
        assert len(server.requests) == 1


@pytest.mark.parametrize(("hops", "arrives"), [(0, True), (3, True), (4, False)])
def test_three_redirects_and_no_more(hops: int, arrives: bool) -> None:
    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        left = int(handler.path.strip("/"))
        send(handler, b"", 307, location=f"/{left - 1}") if left else send(handler, b"here")

    with serving(answer) as server:
        fetched = fetch(server.url(f"/{hops}", host=CDN), reach=here(server))
    assert (fetched == Fetched(200, b"here")) is arrives


@pytest.mark.parametrize("url", NOT_OF_THE_WEB)
def test_what_is_no_address_of_the_web_is_a_fault_of_the_caller(url: str) -> None:
    with watched_connections() as opened, pytest.raises(BadAddress) as refused:
        fetch(url)
    assert (refused.value.status, opened) == (400, [])


def test_the_server_is_told_the_name() -> None:
    with serving(lambda handler, _: send(handler, b"picture")) as server:
        fetched = fetch(server.url("/a.png?b=1#c", host=CDN), reach=here(server))
        assert fetched == Fetched(200, b"picture")
        (_, path, headers) = server.requests[0]
    assert (path, headers["Host"]) == ("/a.png?b=1", f"{CDN}:{server.port}")


def test_the_certificate_is_checked_against_the_name() -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(CDN).configure_cert(tls)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with serving(lambda handler, _: send(handler, b"picture"), tls) as server:
        named = frozenset({(CDN, server.port), ("other.example", server.port)})
        reach = Reach(named, lambda name, port: ["127.0.0.1"], trust)
        assert fetch(server.url(host=CDN, scheme="https"), reach=reach) == Fetched(200, b"picture")
        assert fetch(server.url(host="other.example", scheme="https"), reach=reach) is None
        assert fetch(server.url(host=CDN, scheme="https"), reach=here(server)) is None


def test_too_much_is_not_read_to_its_end() -> None:
    sent = 0

    def endless(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.end_headers()
        for _ in range(2000):
            handler.wfile.write(b"x" * 65536)
            sent += 65536

    with serving(endless) as server:
        assert fetch(server.url(host=CDN), reach=here(server), largest=1_000_000) is None
    assert sent < 20_000_000


def test_an_announced_size_is_believed_when_it_is_too_large() -> None:
    def announce(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(200)
        handler.send_header("content-length", str(6 * 1024 * 1024))
        handler.end_headers()

    with serving(announce) as server:
        assert fetch(server.url(host=CDN), reach=here(server)) is None


def test_a_packed_answer_is_not_unpacked() -> None:
    packed = gzip.compress(b"0" * 50_000_000)
    with serving(lambda handler, _: send(handler, packed, content_encoding="gzip")) as server:
        assert fetch(server.url(host=CDN), reach=here(server)) is None


@pytest.mark.parametrize("where", ["start", "header", "body"])
def test_a_slow_drip_is_cut_off(where: str) -> None:
    """Each byte comes in time, all of them never."""

    def drip(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        lead = {"start": b"", "header": b"HTTP/1.1 200 OK\r\nx: ", "body": b"HTTP/1.1 200 OK\r\n\r\n"}[where]
        handler.wfile.write(lead)
        for _ in range(40):
            handler.wfile.write(b"H")
            time.sleep(0.1)

    with serving(drip) as server:
        began = time.monotonic()
        assert fetch(server.url(host=CDN), reach=here(server), seconds=0.5) is None
        assert time.monotonic() - began < 1.5


def test_a_slow_name_server_is_cut_off() -> None:
    def slow(name: str, port: int) -> Sequence[str]:
        time.sleep(2)
        return ["127.0.0.1"]

    began = time.monotonic()
    assert fetch(f"http://{CDN}/", reach=Reach(resolver=slow), seconds=0.3) is None
    assert time.monotonic() - began < 1


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        serving(lambda handler, _: send(handler, b"proxy")) as proxy,
        serving(lambda handler, _: send(handler, b"direct")) as server,
    ):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        assert fetch(server.url(host=CDN), reach=here(server)) == Fetched(200, b"direct")
        assert proxy.requests == []


def test_a_form_is_not_sent_on() -> None:
    with serving(lambda handler, _: send(handler, b"", 307, location="/other")) as server:
        assert fetch(server.url(host=CDN), reach=here(server), form={"secret": "s"}) is None
        assert len(server.requests) == 1


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
