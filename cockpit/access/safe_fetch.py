"""Fetches from addresses that strangers give: public hosts only, small answers, soon or not at all.

fetch(url, reach=Reach(), largest=..., seconds=5, redirects=3) -> Fetched | None    None: no answer worth having
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore
import httpx

from cockpit.errors import BadAddress
from cockpit.network.reach import CheckedNetwork, Deadline, Reach
from cockpit.network.transport import CheckedTransport

LARGEST = 5 * 1024 * 1024
SECONDS = 5.0
REDIRECTS = 3
LONGEST_URL = 2048
MOVED = (301, 302, 303, 307, 308)
SCHEMES = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back."""

    status: int
    body: bytes


def fetch(
    url: str,
    *,
    reach: Reach | None = None,
    largest: int = LARGEST,
    seconds: float = SECONDS,
    redirects: int = REDIRECTS,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> Fetched | None:
    """The answer of a public host, or None when there is none: no such host, inside, too slow, too large.

    A request with headers or a form is not redirected: both may hold a secret that is for this host alone.

    Raises:
        BadAddress: this is no address of the web.
    """
    reach = reach or Reach()
    wanted = checked_url(url, reach)
    deadline = Deadline(seconds)
    with _client(reach, deadline) as client:
        try:
            for _ in range(1 if headers or form else redirects + 1):
                answer = _once(client, wanted, largest=largest, headers=headers, form=form)
                if isinstance(answer, Fetched) or answer is None:
                    return answer
                wanted = checked_url(str(wanted.join(answer)), reach)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, BadAddress, UnicodeError, ValueError):
            return None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, httpcore.UnsupportedProtocol):
            return None
    return None


def checked_url(text: str, reach: Reach | None = None) -> httpx.URL:
    """An address of the web in one spelling.

    Raises:
        BadAddress: another scheme, a password, a port that is not the web's, or no address at all.
    """
    if not isinstance(text, str) or len(text) > LONGEST_URL or not text.isprintable() or set(text) & set(" \\"):
        raise BadAddress
    try:
        url = httpx.URL(text)
        host, port = url.host, SCHEMES.get(url.scheme, 0) if url.port is None else url.port
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise BadAddress from error
    if url.scheme not in SCHEMES or not host or url.userinfo or not (reach or Reach()).has_port(host, port):
        raise BadAddress
    return url.copy_with(fragment=None)


def _once(
    client: httpx.Client,
    url: httpx.URL,
    *,
    largest: int,
    headers: Mapping[str, str] | None,
    form: Mapping[str, str] | None,
) -> Fetched | str | None:
    """One request: what came, where to go on, or None."""
    asked = {"accept-encoding": "identity", **(headers or {})}
    with client.stream("POST" if form else "GET", url, headers=asked, data=form) as answer:
        if answer.status_code in MOVED:
            return answer.headers.get("location") or None
        packed = answer.headers.get("content-encoding", "identity").lower() != "identity"  # it may unpack to anything
        if packed or int(answer.headers.get("content-length", "0")) > largest:
            return None
        body = bytearray()
        for part in answer.iter_raw():
            body += part
            if len(body) > largest:
                return None
        return Fetched(answer.status_code, bytes(body))


@contextmanager
def _client(reach: Reach, deadline: Deadline) -> Iterator[httpx.Client]:
    transport = CheckedTransport(CheckedNetwork(reach, deadline), reach.trust)
    agent = {"user-agent": "sales-cockpit"}
    with httpx.Client(transport=transport, trust_env=False, headers=agent, timeout=deadline.seconds) as client:
        yield client
