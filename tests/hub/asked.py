"""A fake Hub that runs, a connection to it, and a request of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from cockpit.hub.connection import HubConnection
from cockpit.hub.fake.server import PATHS, Server, serving
from cockpit.hub.fake.state import Manner
from cockpit.hub.request import StartRequest


def clock() -> datetime:
    return datetime.now(UTC)


@contextmanager
def fake_hub(**manner: Any) -> Iterator[Server]:
    """A fake Hub that sends no webhooks of its own accord."""
    with serving(clock, Manner(**{"outcome_after": None, **manner})) as server:
        yield server


def connected(server: Server, **changes: Any) -> HubConnection:
    """A connection to this Hub."""
    given: dict[str, Any] = {
        "base_url": server.url,
        "api_key": "hub-key",
        "domain_name": "acme",
        "inside": True,
        "seconds": 2.0,
        **PATHS,
    }
    return HubConnection(**{**given, **changes})


def asked(**changes: Any) -> StartRequest:
    """A call that would be placed."""
    given: dict[str, Any] = {
        "hub_type": "conversational",
        "channel": "phone",
        "instruction": "Call back.",
        "client_reference": "ref-1",
        "idempotency_key": "key-1",
        "phone": "+1 555 123 4567",
        "name": "Jordan Client",
        "email": "jordan@example.com",
    }
    return StartRequest(**{**given, **changes})
