"""The person wall and the roles over HTTP: exports of members, and people that programs create."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import polars as pl
import pytest
from fastapi import FastAPI

from cockpit.access import sessions
from cockpit.api import cookies
from cockpit.api.application import add_routes
from cockpit.api.sessions import Sessions
from cockpit.bootstrap import Cockpit
from cockpit.ingestion.create import create_person
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.panels.registry import PANELS
from cockpit.storage.exports import list_exports
from cockpit.storage.members import upsert_member
from cockpit.storage.people import get_person
from tests.access.wall_model import STRANGER, Town
from tests.api.mirror import HOST, TestClient, settings


@pytest.fixture
def town(cockpit: Cockpit, workspace: WorkspaceId, other_workspace: WorkspaceId, now: datetime) -> Town:
    """A workspace behind the wall, and another one."""
    assert other_workspace
    walled = Cockpit(cockpit.db, settings(person_wall=True))
    return Town.built(walled, workspace, now, seed=2)


def client_of(town: Town, member: MemberId) -> TestClient:
    """The browser of a member."""
    with town.db.write() as conn:
        cookie = sessions.start(conn, town.workspace_id, member, mode="full", origin="sso", now=datetime.now(UTC))
    app = FastAPI(openapi_url=None)
    signed_in = Sessions(settings(secret_key="k" * 40), cockpit=lambda: town.cockpit)
    add_routes(app, signed_in, lambda: town.cockpit, worker_runs=lambda: True)
    return TestClient(app, base_url=HOST, cookies={cookies.FULL: cookie}, client=("127.0.0.1", 50000))


def test_a_member_exports_their_own_people_only(town: Town) -> None:
    me = town.members[0]
    client, mine = client_of(town, me), town.seen(Scope(me))
    answer = client.get("/exports/people.parquet?workspace=north")
    assert set(pl.read_parquet(BytesIO(answer.content))["person_id"]) == mine
    assert int(answer.headers["x-row-count"]) == len(mine) > 0
    for slug in (slug for slug, panel in PANELS.items() if panel.key):
        rows = pl.read_parquet(BytesIO(client.get(f"/exports/{slug}.parquet?workspace=north").content))
        assert set(rows["person_id"]) <= mine
    with town.db.read() as conn:
        assert me in {one.member_id for one in list_exports(conn, town.workspace_id)}


def test_another_workspace_is_as_unknown_as_none(town: Town) -> None:
    client = client_of(town, town.members[0])
    told = [client.get(f"/exports/people.csv?workspace={name}") for name in ("south", "nowhere")]
    assert [answer.status_code for answer in told] == [404, 404]
    assert [answer.json()["messages"] for answer in told] == [
        [f"There is no workspace called {name}."] for name in ("south", "nowhere")
    ]


def test_who_may_only_look_exports_nothing(town: Town) -> None:
    with town.db.write() as conn:
        looker = upsert_member(conn, town.workspace_id, email="l@north.test", name="L", role="read_only", now=town.now)
        before = len(list_exports(conn, town.workspace_id))
    answer = client_of(town, looker).get("/exports/people.csv?workspace=north")
    assert (answer.status_code, answer.json()["error"]) == (403, "Forbidden")
    with town.db.read() as conn:
        assert len(list_exports(conn, town.workspace_id)) == before


def test_programs_create_people_on_behalf_of_nobody(town: Town) -> None:
    with town.db.write() as conn:
        made = create_person(conn, town.workspace_id, {"external_id": "made", "name": "Made"}, town.now)
        assert get_person(conn, town.workspace_id, made).is_system
    person, known = next(iter(town.external.items()))
    with town.db.write() as conn:
        create_person(conn, town.workspace_id, {"external_id": known, "country": "FR"}, town.now, upsert=True)
        assert get_person(conn, town.workspace_id, known).is_system == (person in town.system)
    town.owners[str(made)] = None
    assert str(made) not in town.seen(Scope(STRANGER))
