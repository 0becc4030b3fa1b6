"""The demo's Hub: connected by itself, to nobody; a connection that somebody made is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from cockpit.bootstrap import Cockpit
from cockpit.hub import client
from cockpit.hub.connection import HubConnection
from cockpit.hub.outcomes import Sent
from cockpit.hub.webhook_secrets import SIGNED, find_webhooks
from cockpit.hub.wiring import Wiring, connect, find_connection
from cockpit.ingestion.demo.seed import SUBDOMAIN
from cockpit.ingestion.start import start_workspace
from cockpit.model.ids import WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.action_mappings import list_action_mappings
from cockpit.worker.demo_hub import DemoHub, webhook_address
from scoring.actions.registry import ACTIONS
from tests.hub.asked import asked


@pytest.fixture
def opened(cockpit: Cockpit) -> Cockpit:
    return Cockpit(cockpit.db, Settings(database_url=cockpit.settings.database_url, port=8777))


@pytest.fixture
def demo(opened: Cockpit) -> WorkspaceId:
    with opened.db.write() as conn:
        now = datetime.now(UTC)
        return start_workspace(conn, subdomain=SUBDOMAIN, name="Demo", time_zone="UTC", now=now, is_demo=True)


@pytest.fixture
def running(opened: Cockpit, demo: WorkspaceId) -> Iterator[DemoHub]:
    hub = DemoHub(opened)
    hub.start()
    yield hub
    hub.stop()


def connection_of(cockpit: Cockpit, workspace_id: WorkspaceId) -> HubConnection | None:
    with cockpit.db.read(workspace_id) as conn:
        return find_connection(conn, workspace_id, cockpit.settings)


def test_the_demo_can_be_clicked_through(opened: Cockpit, demo: WorkspaceId, running: DemoHub) -> None:
    connection = connection_of(opened, demo)
    assert connection is not None
    assert client.check(connection).works
    assert isinstance(client.start(connection, asked()), Sent)
    assert running.server is not None
    target = running.server.hub.manner.target
    assert target.url == "http://127.0.0.1:8777/rest/aventora/webhook?workspace=demo"
    with opened.db.read(demo) as conn:
        webhooks = find_webhooks(conn, demo, opened.settings)
        mappings = {one.action_type for one in list_action_mappings(conn, demo)}
    now = datetime.now(UTC)
    assert (webhooks.mode, bool(webhooks.genuine(target.headers(b"{}", now), b"{}", now))) == (SIGNED, True)
    assert mappings == set(ACTIONS) - {"ESCALATE_TO_SALES"}


def test_every_start_connects_anew(opened: Cockpit, demo: WorkspaceId, running: DemoHub) -> None:
    again = DemoHub(opened)
    again.start()
    assert again.server is not None
    connection = connection_of(opened, demo)
    assert connection is not None
    assert connection.base_url == again.server.url
    again.stop()


def test_a_hub_that_somebody_connected_stays(opened: Cockpit, demo: WorkspaceId) -> None:
    with opened.db.write(demo) as conn:
        said = Wiring("https://hub.example.com", "key", "real")
        connect(conn, demo, opened.settings, said, datetime.now(UTC))
    hub = DemoHub(opened)
    hub.start()
    assert hub.server is None
    connection = connection_of(opened, demo)
    assert connection is not None
    assert connection.base_url == "https://hub.example.com"


@pytest.mark.parametrize("switched_off", [True, False])
def test_without_a_demo_there_is_no_fake_hub(cockpit: Cockpit, workspace: WorkspaceId, switched_off: bool) -> None:
    hub = DemoHub(Cockpit(cockpit.db, Settings(demo=not switched_off)))
    hub.start()
    assert hub.server is None
    hub.stop()


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "127.0.0.1"), ("::", "127.0.0.1"), ("10.1.2.3", "10.1.2.3"), ("crm.example.com", "crm.example.com")],
)
def test_the_server_is_told_where_it_listens(host: str, address: str) -> None:
    given: dict[str, Any] = {"host": host, "port": 1}
    assert webhook_address(Settings(**given)) == f"http://{address}:1/rest/aventora/webhook?workspace=demo"
