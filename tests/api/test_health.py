"""Health, readiness, links."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from fastapi import FastAPI

from cockpit.api.application import add_routes
from cockpit.api.sessions import Sessions
from cockpit.bootstrap import open_cockpit
from tests.api.mirror import HOST, TestClient, settings

Make = Callable[..., TestClient]
SOMEBODY = UUID(int=7)


def test_healthz_says_ok(site: Make) -> None:
    answer = site().get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_readyz_asks_the_database_and_the_worker(site: Make) -> None:
    answer = site().get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"database": "ok", "worker": "ok"}


def test_readyz_says_when_the_worker_stopped(site: Make) -> None:
    answer = site(worker=False).get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["worker"]) == (503, "stopped")


def test_readyz_says_when_the_database_does_not_answer() -> None:
    nobody = settings(database_url="postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
    app = FastAPI(openapi_url=None)
    add_routes(app, Sessions(nobody), lambda: open_cockpit(nobody), worker_runs=lambda: True)
    client = TestClient(app, base_url=HOST, client=("127.0.0.1", 50000))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] != "ok"
    assert client.get("/healthz").status_code == 200


def test_a_host_link_leads_to_the_person_page(site: Make) -> None:
    answer = site().get(f"/object/person/{SOMEBODY}?workspace=loans&id=x")
    assert answer.status_code == 307
    assert answer.headers["location"] == f"/person?id={SOMEBODY}&workspace=loans"


def test_a_link_to_no_id_is_refused(site: Make) -> None:
    assert site().get("/object/person/nobody").status_code == 404
