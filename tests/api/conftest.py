"""A small ASGI app behind the real gate, and a FastAPI app with our routes but without the screens."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from cockpit.api.application import add_routes
from cockpit.api.gate import Gate
from cockpit.api.sessions import Sessions
from cockpit.bootstrap import Cockpit, open_cockpit
from tests.api.asking import SECRET, SECRETS, Asking
from tests.api.mirror import HOST, TestClient, mirror, settings


@pytest.fixture
def behind() -> Callable[..., TestClient]:
    """Make a client of the mirror behind a gate with these settings."""

    def make(client: tuple[str, int] = ("127.0.0.1", 50000), base: str = HOST, **values: object) -> TestClient:
        return TestClient(
            Gate(mirror, Sessions(settings(**values))), base_url=base, client=client, follow_redirects=False
        )

    return make


@pytest.fixture
def served(tmp_path: Path, duckdb_template: Path) -> Iterator[Cockpit]:
    """An open cockpit on a database file of its own."""
    path = shutil.copy(duckdb_template, tmp_path / "api.duckdb")
    with open_cockpit(settings(database_url=f"duckdb:///{path}")) as cockpit:
        yield cockpit


@pytest.fixture
def site(served: Cockpit) -> Callable[..., TestClient]:
    """Make a client of the whole HTTP side, without the screens."""

    def make(*, worker: bool = True, clock: Callable[[], float] | None = None, **values: object) -> TestClient:
        app = FastAPI(openapi_url=None)
        chosen = settings(**values)
        sessions = Sessions(chosen, clock) if clock else Sessions(chosen)
        add_routes(app, sessions, lambda: served, worker_runs=lambda: worker)
        return TestClient(app, base_url=HOST, client=("127.0.0.1", 50000), follow_redirects=False)

    return make


@pytest.fixture
def asking(cockpit: Cockpit) -> Callable[..., Asking]:
    """Make the server of a host, which asks for provisioning; on both engines."""

    def make(**values: object) -> Asking:
        chosen = settings(**{"provisioning_secret": SECRET, "provisioning_secrets": SECRETS, **values})
        app = FastAPI(openapi_url=None)
        add_routes(app, Sessions(chosen, cockpit=lambda: cockpit), lambda: cockpit, worker_runs=lambda: True)
        client = TestClient(app, base_url=HOST, client=("127.0.0.1", 5000), follow_redirects=False)
        return Asking(client, cockpit)

    return make


@pytest.fixture
def ask(asking: Callable[..., Asking]) -> Asking:
    """The server of a host whose workspaces take in colleagues of whoever made them."""
    return asking(join_policy="domain")
