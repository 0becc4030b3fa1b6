"""The keys of an issuer over real HTTP: kept, changed, silent; and a flood of ids that do not exist."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

import pytest

from cockpit.access.jwks import COOLDOWN, FRESH, MOST_KEYS, RETRY, STALE, KeySet, read_keys
from cockpit.network.reach import Reach
from tests.access.servers import Server, send, serving
from tests.access.signing import key_set, public, rsa_key

PATH = "/.well-known/jwks.json"


@dataclass
class Issuer:
    """An issuer whose answer the test changes."""

    body: bytes = b""
    status: int = 200
    pause: float = 0.0
    now: float = 1000.0
    server: Server = field(init=False)

    def answer(self, handler: BaseHTTPRequestHandler, _: bytes) -> None:
        time.sleep(self.pause)
        send(handler, self.body, self.status, location="/elsewhere")

    def keys(self, algorithm: str = "RS256") -> KeySet:
        reach = Reach(frozenset({("127.0.0.1", self.server.port)}))
        return KeySet(self.server.url(PATH), algorithm, reach, lambda: self.now)

    @property
    def asked(self) -> int:
        return len(self.server.requests)


@contextmanager
def issuing(body: bytes = b"") -> Iterator[Issuer]:
    issuer = Issuer(body or key_set("key-1"))
    with serving(issuer.answer) as server:
        issuer.server = server
        yield issuer


def test_keys_are_fetched_once_and_kept() -> None:
    with issuing() as issuer:
        keys = issuer.keys()
        assert issuer.asked == 0  # not before somebody comes
        for _ in range(100):
            assert keys.find("key-1")
        assert issuer.asked == 1
        issuer.now += FRESH + 1
        assert keys.find("key-1")
        assert issuer.asked == 2


def test_a_new_key_is_found_by_one_fetch() -> None:
    with issuing() as issuer:
        keys = issuer.keys()
        assert keys.find("key-1")
        issuer.body = key_set("key-1", "key-2")
        issuer.now += COOLDOWN + 1
        assert keys.find("key-2")
        assert keys.find("key-1")
        assert issuer.asked == 2


def test_an_old_key_goes_with_the_next_look() -> None:
    with issuing() as issuer:
        keys = issuer.keys()
        assert keys.find("key-1")
        issuer.body = key_set("key-2")
        issuer.now += FRESH + 1
        assert keys.find("key-1") is None
        assert keys.find("key-2")


def test_a_flood_of_unknown_ids_is_one_fetch_in_five_minutes() -> None:
    with issuing() as issuer:
        keys = issuer.keys()
        for minute in range(10):
            for one in range(100):
                assert keys.find(f"unknown-{minute}-{one}") is None
            issuer.now += 60
        assert issuer.asked == 2


def test_many_at_once_are_one_fetch_and_all_get_the_key() -> None:
    with issuing() as issuer, ThreadPoolExecutor(16) as pool:
        keys = issuer.keys()
        issuer.pause = 0.1
        assert all(pool.map(lambda _: keys.find("key-1"), range(64)))
        issuer.body, issuer.now = key_set("key-1", "key-2"), issuer.now + COOLDOWN + 1
        assert all(pool.map(lambda one: keys.find(f"key-{one % 2 + 1}"), range(64)))
        assert issuer.asked == 2


def test_nobody_with_a_known_key_waits_for_a_slow_issuer() -> None:
    with issuing() as issuer:
        keys = issuer.keys()
        assert keys.find("key-1")
        issuer.pause, issuer.now = 1.0, issuer.now + COOLDOWN + 1
        slow = threading.Thread(target=keys.find, args=("key-2",))
        slow.start()
        began = time.monotonic()
        while issuer.asked < 2 and time.monotonic() - began < 5:
            time.sleep(0.01)
        began = time.monotonic()
        assert keys.find("key-1")
        assert time.monotonic() - began < 0.5
        slow.join()


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_silent_issuer_keeps_its_keys_for_a_day(status: int) -> None:
    with issuing() as issuer:
        keys = issuer.keys()
        assert keys.find("key-1")
        issuer.status = status
        issuer.now += STALE - 1
        assert keys.find("key-1")
        issuer.now += 2
        assert keys.find("key-1") is None
        issuer.status, issuer.now = 200, issuer.now + COOLDOWN
        assert keys.find("key-1")


def test_without_keys_it_asks_again_soon() -> None:
    with issuing() as issuer:
        issuer.status = 503
        keys = issuer.keys()
        assert keys.find("key-1") is None
        assert keys.find("key-1") is None
        assert issuer.asked == 1
        issuer.status, issuer.now = 200, issuer.now + RETRY
        assert keys.find("key-1")


@pytest.mark.parametrize("key_id", ["", "key 1", "key-1\n", "é", "k" * 201, "https://evil.example/key?"])
def test_an_id_of_another_form_is_not_asked_for(key_id: str) -> None:
    with issuing() as issuer:
        assert issuer.keys().find(key_id) is None
        assert issuer.asked == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b'{"keys": {}}',
        b'{"keys": "key-1"}',
        b'{"keys": [1, null, "key-1", {}]}',
        b'{"keys": [{"kid": 1, "kty": "RSA"}, {"kid": "key-1", "kty": "oct", "k": "c2VjcmV0"}]}',
        b'{"keys": [{"kid": "key-1", "kty": "RSA", "n": [1], "e": {}}]}',
        b'{"keys": [{"kid": "key-1", "kty": "RSA"}]}',
        b'{"keys": [{"kid": "../key", "kty": "RSA"}]}',
        b"[" * 100_000,
        b'{"keys": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
def test_a_document_that_is_none_has_no_keys(body: bytes) -> None:
    assert read_keys(body, "RS256") == {}


def test_private_parts_and_foreign_fields_are_left_out() -> None:
    entry = {**rsa_key().as_dict(private=True), "kid": "key-1", "x5u": "https://evil.example/key.pem"}
    found = read_keys(json.dumps({"keys": [entry]}).encode(), "RS256")["key-1"]
    assert not found.is_private
    assert "x5u" not in found.as_dict()


def test_an_answer_has_a_limit() -> None:
    with issuing(b" " * 300_000 + key_set("key-1")) as issuer:
        assert issuer.keys().find("key-1") is None


def test_a_document_of_many_keys_is_read_to_a_limit() -> None:
    entry = public(rsa_key(), "key")
    listed = [{**entry, "kid": f"key-{one}"} for one in range(MOST_KEYS + 10)]
    assert len(read_keys(json.dumps({"keys": listed}).encode(), "RS256")) == MOST_KEYS
