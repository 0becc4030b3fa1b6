"""The public keys of an issuer: fetched, kept, and looked up by their id.

A key id is a stranger's text. It is looked up in a map and never becomes part of an address; asking for ids that do
not exist makes us fetch at most once in five minutes. While the issuer does not answer, the keys we have are used.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType
from typing import Any, Final, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from cockpit.access.safe_fetch import SECONDS, fetch
from cockpit.errors import Misconfigured
from cockpit.network.reach import Reach

Key = RSAKey | ECKey

FRESH = 3600.0  # how long keys are used without a look at the issuer
COOLDOWN = 300.0  # between two fetches while we have keys
RETRY = 10.0  # between two fetches while we have none
STALE = 24 * 3600.0  # for how long an issuer that is silent keeps its keys
LARGEST = 256 * 1024
MOST_KEYS = 50
SMALLEST_RSA = 2048
SHORTEST_MODULUS = 342  # as text
KEY_ID: Final = re.compile(r"[A-Za-z0-9._~+/=:-]{1,200}", re.ASCII)
# The algorithm of an issuer is a setting: what a token says of itself chooses nothing.
ALGORITHMS: Final = MappingProxyType(
    {"RS256": ("RSA", None), "PS256": ("RSA", None), "ES256": ("EC", "P-256"), "ES384": ("EC", "P-384")}
)


class Keys(Protocol):
    """Where the keys of an issuer are found."""

    def find(self, key_id: str) -> Key | None:
        """The key with this id."""


@dataclass(frozen=True, slots=True)
class OneKey:
    """The one key of an issuer, given in the settings."""

    key: Key

    def find(self, key_id: str) -> Key | None:
        """The key, whatever the token calls it."""
        return self.key if KEY_ID.fullmatch(key_id) else None


@dataclass(slots=True)
class KeySet:
    """The keys at an address of the issuer."""

    url: str
    algorithm: str
    reach: Reach = field(default_factory=Reach)
    clock: Callable[[], float] = time.monotonic
    _keys: Mapping[str, Key] = field(default_factory=dict)
    _tried_at: float = float("-inf")
    _loaded_at: float = float("-inf")
    _turn: Lock = field(default_factory=Lock)

    def find(self, key_id: str) -> Key | None:
        """The key with this id, if the issuer has one; may fetch."""
        if not KEY_ID.fullmatch(key_id):
            return None
        # Whoever has a known key never waits; whoever needs a new one waits for the fetch that is under way.
        if self._is_due(key_id) and self._turn.acquire(timeout=0 if key_id in self._keys else SECONDS):
            try:
                if self._is_due(key_id):  # nobody else has fetched while we waited
                    self._load()
            finally:
                self._turn.release()
        return self._keys.get(key_id) if self.clock() - self._loaded_at < STALE else None

    def _is_due(self, key_id: str) -> bool:
        now = self.clock()
        wanted = key_id not in self._keys or now - self._loaded_at > FRESH
        return wanted and now - self._tried_at >= (COOLDOWN if self._keys else RETRY)

    def _load(self) -> None:
        try:
            fetched = fetch(self.url, reach=self.reach, largest=LARGEST, redirects=0)
            keys = read_keys(fetched.body, self.algorithm) if fetched and fetched.status == 200 else {}
        finally:
            self._tried_at = self.clock()  # only now: who needs a new key waits for this fetch instead of leaving
        if keys:
            self._keys, self._loaded_at = keys, self._tried_at


def read_keys(body: bytes, algorithm: str) -> dict[str, Key]:
    """The keys in a document that are meant for signatures of this algorithm; others are passed over."""
    try:
        listed = json.loads(body)["keys"]
        found = [(entry["kid"], entry) for entry in listed[:MOST_KEYS] if isinstance(entry, dict) and "kid" in entry]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    keys = ((key_id, read_key(entry, algorithm)) for key_id, entry in found if isinstance(key_id, str))
    return {key_id: key for key_id, key in keys if key is not None and KEY_ID.fullmatch(key_id)}


def read_key(entry: Mapping[str, Any], algorithm: str) -> Key | None:
    """A public key that fits the algorithm, or None."""
    kind, curve = ALGORITHMS[algorithm]
    fits = entry.get("kty") == kind and entry.get("use", "sig") == "sig" and entry.get("alg", algorithm) == algorithm
    if not fits or entry.get("crv") != curve:
        return None
    if kind == "RSA" and len(str(entry.get("n"))) < SHORTEST_MODULUS:  # the library would only warn
        return None
    public = {name: entry[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in entry}
    try:
        key: Key = RSAKey.import_key(public) if kind == "RSA" else ECKey.import_key(public)
        return key if kind == "EC" or key.raw_value.key_size >= SMALLEST_RSA else None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


def read_pem(pem: str, algorithm: str) -> OneKey:
    """The key of a PEM text, in which a line break may be a backslash and an n.

    Raises:
        Misconfigured: it is no public key for this algorithm.
    """
    kind, _ = ALGORITHMS[algorithm]
    text = pem.replace("\\n", "\n")
    try:
        key: Key = RSAKey.import_key(text) if kind == "RSA" else ECKey.import_key(text)
    except (JoseError, ValueError, TypeError) as error:
        raise Misconfigured(f"The key given for {algorithm} tokens is no PEM public key.") from error
    if key.is_private:
        raise Misconfigured("A private key was given where the public one is wanted.")
    return OneKey(key)
