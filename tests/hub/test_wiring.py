"""The Hub of a workspace as it is stored, on both engines: sealed, its own, changed by those who may."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cockpit.access import hub_settings
from cockpit.bootstrap import Cockpit
from cockpit.errors import Conflict, Forbidden, InvalidInput, Misconfigured, NotFound
from cockpit.hub.sealing import Seal
from cockpit.hub.vocabulary import RESULTS
from cockpit.hub.wiring import Wiring, Words, connect, disconnect, find_connection, find_words
from cockpit.model.ids import WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Viewer, whole_workspace
from cockpit.settings import Settings
from cockpit.storage.hub_connections import find_hub
from cockpit.storage.workspaces import get_workspace_by_id
from tests.hub.asked import fake_hub

KEY = "hub-key-of-north"
SERVER = Settings(secret_key="s" * 40, demo=False)


def wiring(**changes: Any) -> Wiring:
    return Wiring(**{"base_url": "https://hub.example.com/", "api_key": KEY, "domain_name": "North", **changes})


def wired(cockpit: Cockpit, workspace_id: WorkspaceId, now: datetime, said: Wiring, settings: Settings = SERVER) -> Any:
    with cockpit.db.write(workspace_id) as conn:
        connect(conn, workspace_id, settings, said, now)
        return find_connection(conn, workspace_id, settings)


def test_a_hub_is_read_back_as_it_was_said(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    paths = {"status_path": "/s/{engagement_id}", "lookup_path": "/l/{reference}", "resume_path": "/r/{engagement_id}"}
    options = {"extra_fields": {"brand": "n"}, "whatsapp_fields": {"to": "{phone}"}, "seconds": 5}
    found = wired(cockpit, workspace, now, wiring(paths=paths, options=options, idempotency="lookup"))
    assert (found.base_url, found.api_key, found.domain_name) == ("https://hub.example.com", KEY, "north")
    assert (found.idempotency, found.lookup_path, found.resume_path) == (
        "lookup",
        "/l/{reference}",
        "/r/{engagement_id}",
    )
    assert (found.extra_fields, found.whatsapp_fields, found.seconds, found.inside) == (
        {"brand": "n"},
        {"to": "{phone}"},
        5,
        False,
    )
    again = wired(cockpit, workspace, now, Wiring(paths={"status_path": ""}, idempotency="none"))
    assert (again.api_key, again.status_path, again.idempotency) == (KEY, None, "none")
    with cockpit.db.read(workspace) as conn:
        assert get_workspace_by_id(conn, workspace).settings["hub"] == {"domain": "north", "connected": True}


def test_secrets_are_nowhere_in_the_database(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    wired(cockpit, workspace, now, wiring(webhook_secret="webhook-secret-of-north"))  # noqa: S106 - of a test
    with cockpit.db.read(workspace) as conn:
        stored = str(conn.execute(text("SELECT * FROM hub_connection")).all())
        assert "sealed:" in stored
        assert KEY not in stored
        assert "webhook-secret" not in stored
        with pytest.raises(Misconfigured, match="another COCKPIT_SECRET_KEY"):
            find_connection(conn, workspace, Settings(secret_key="t" * 40))


def test_sealed_text_opens_in_its_own_place_only() -> None:
    seal = Seal("k" * 40, UUID(int=1), "hub-key")
    closed = seal.close("secret")
    assert closed != seal.close("secret")
    assert seal.open(closed) == "secret"
    for other in (Seal("k" * 40, UUID(int=2), "hub-key"), Seal("k" * 40, UUID(int=1), "hub-webhook")):
        with pytest.raises(Misconfigured):
            other.open(closed)
    for broken in (closed[:-6] + "AAAA==", "sealed:", "sealed:é", "nothing"):
        with pytest.raises(Misconfigured):
            seal.open(broken)
    alone = Seal("", UUID(int=1), "hub-key")
    assert alone.open(alone.close("secret")) == seal.open(alone.close("secret")) == "secret"


def test_a_changed_address_asks_for_the_key_again(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    wired(cockpit, workspace, now, wiring())
    with pytest.raises(InvalidInput, match="Enter the API key again"):
        wired(cockpit, workspace, now, Wiring(base_url="https://thief.example.com"))
    with pytest.raises(InvalidInput, match="Enter the API key again"):
        wired(cockpit, workspace, now, Wiring(base_url=""))
    assert wired(cockpit, workspace, now, Wiring(domain_name="south")).domain_name == "south"


def test_the_address_of_the_server_serves_workspaces_that_name_none(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime
) -> None:
    assert wired(cockpit, workspace, now, wiring(base_url=None)) is None
    server = SERVER.model_copy(update={"hub_base_url": "http://hub:8010"})
    with cockpit.db.read(workspace) as conn:
        found = find_connection(conn, workspace, server)
    assert found is not None
    assert (found.base_url, found.inside) == ("http://hub:8010", True)


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": "file:///etc/passwd"},
        {"api_key": "two words"},
        {"api_key": "clé"},
        {"domain_name": "a/b"},
        {"idempotency": "maybe"},
        {"idempotency": "lookup"},
        {"paths": {"cancel_path": "cancel"}},
        {"paths": {"cancel_path": "/cancel"}},
        {"options": {"start_path": "//x"}},
        {"options": {"color": "blue"}},
        {"options": {"inside": True}},
        {"options": {"seconds": 600}},
        {"options": {"extra_fields": "x"}},
        {"webhook_secret": "short"},
        {"webhook_mode": "hopeful"},
        {"words": Words(results={"x": "fishing"})},
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_changes(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        wired(cockpit, workspace, now, wiring(**changes))
    with cockpit.db.read(workspace) as conn:
        assert find_hub(conn, workspace) is None


def test_words_of_the_workspace_and_the_end_of_a_connection(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime
) -> None:
    words = Words({"levitating": "running"}, {"gone": RESULTS[0]}, "our_reference")
    found = wired(cockpit, workspace, now, wiring(words=words))
    assert found.reference_field == "our_reference"
    with cockpit.db.write(workspace) as conn:
        assert find_words(conn, workspace) == words
        assert disconnect(conn, workspace)
        assert not disconnect(conn, workspace)
        assert find_connection(conn, workspace, SERVER) is None
        assert get_workspace_by_id(conn, workspace).settings["hub"]["connected"] is False


def test_admins_change_the_hub_and_only_the_operator_leads_it_inside(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime
) -> None:
    admin = whole_workspace(workspace)
    with fake_hub() as server:
        said = wiring(base_url=server.url, inside=True)
        hub_settings.save_hub(cockpit.db, admin, SERVER, said, now)
        assert not hub_settings.try_hub(cockpit.db, admin, SERVER).works
        hub_settings.save_hub(cockpit.db, admin, SERVER, said, now, operator=True)
        assert hub_settings.try_hub(cockpit.db, admin, SERVER).works
        hub_settings.save_hub(cockpit.db, admin, SERVER, Wiring(domain_name="other"), now)
        assert hub_settings.try_hub(cockpit.db, admin, SERVER).works, "an admin changes the rest"
    shown = hub_settings.show_hub(cockpit.db, admin)
    assert shown is not None
    assert (shown.hub.key_sealed, shown.has_secret) == ("", False)
    secret = hub_settings.renew_secret(cockpit.db, admin, SERVER, now)
    assert secret.startswith("whsec_")
    hub_settings.renew_secret(cockpit.db, admin, SERVER, now)
    shown = hub_settings.show_hub(cockpit.db, admin)
    assert shown is not None
    assert (shown.has_secret, shown.has_older_secret, "sealed" in str(shown.hub)) == (True, True, False)
    hub_settings.remove_hub(cockpit.db, admin)
    with pytest.raises(NotFound):
        hub_settings.try_hub(cockpit.db, admin, SERVER)
    with pytest.raises(Conflict):
        hub_settings.renew_secret(cockpit.db, admin, SERVER, now)
    for role in (Role.MEMBER, Role.AVENTORA_USER, Role.READ_ONLY):
        with pytest.raises(Forbidden):
            hub_settings.save_hub(cockpit.db, Viewer(workspace, None, role), SERVER, said, now)
        with pytest.raises(Forbidden):
            hub_settings.show_hub(cockpit.db, Viewer(workspace, None, role))


def test_a_hub_without_any_address_is_not_saved(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    with pytest.raises(InvalidInput, match="needs an address"):
        hub_settings.save_hub(cockpit.db, whole_workspace(workspace), SERVER, wiring(base_url=None), now)
    with cockpit.db.read(workspace) as conn:
        assert find_hub(conn, workspace) is None
