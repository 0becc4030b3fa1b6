"""Settings > Hub: connected, tried, its secrets shown once or never; the mappings changed by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cockpit.bootstrap import Cockpit
from cockpit.hub.fake.server import Server
from cockpit.hub.wiring import find_connection
from cockpit.model.ids import WorkspaceId
from cockpit.presets.applier import apply
from cockpit.storage.action_mappings import find_action_mapping, list_action_mappings
from scoring.actions.registry import ACTIONS
from tests.hub.asked import fake_hub
from tests.pages.conftest import Run
from tests.pages.test_objects import HOSTILE, words
from tests.pages.test_settings import as_member

KEY = "hub-key-of-north"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    yield
    st.cache_data.clear()


@pytest.fixture
def hub() -> Iterator[Server]:
    with fake_hub(key=KEY) as server:
        yield server


def fill_in(at: AppTest, label: str, text: str) -> None:
    next(one for one in at.text_input if one.label == label).input(text)


def connect(at: AppTest, url: str, key: str = KEY) -> AppTest:
    fill_in(at, "Address", url)
    fill_in(at, "API key", key)
    fill_in(at, "Domain name at the Hub", "north")
    return at.button(key="save_hub").click().run()


def test_a_hub_is_connected_tried_and_forgotten(
    run: Run, cockpit: Cockpit, workspace: WorkspaceId, hub: Server
) -> None:
    at = run("settings.py", tab="hub")
    assert "No Hub is connected" in words(at)
    at = connect(at, hub.url)
    assert not at.exception
    assert "The Hub is saved; test the connection" in at.success[0].value
    assert KEY not in words(at) + "".join(one.value for one in at.text_input)
    with cockpit.db.read(workspace) as conn:
        connection = find_connection(conn, workspace, cockpit.settings)
        assert len(list_action_mappings(conn, workspace)) == len(ACTIONS) - 1, "ESCALATE_TO_SALES is for a colleague"
    assert connection is not None
    assert (connection.base_url, connection.api_key, connection.domain_name) == (hub.url, KEY, "north")
    at.button(key="test_hub").click().run()
    for _ in range(50):
        if at.success or at.error:
            break
        time.sleep(0.1)
        at.run()
    assert "knows the domain north" in at.success[0].value
    at.button(key="remove_hub").click().run()
    with cockpit.db.read(workspace) as conn:
        assert find_connection(conn, workspace, cockpit.settings) is None


def test_the_webhook_secret_is_shown_once(run: Run, workspace: WorkspaceId, hub: Server) -> None:
    at = connect(run("settings.py", tab="hub"), hub.url)
    at.button(key="renew_secret").click().run()
    made = [one.value for one in at.code if one.value.startswith("whsec_")]
    assert len(made) == 1
    assert made[0] not in words(at.run())
    assert not [one for one in at.code if "whsec_" in one.value]
    at.button(key="renew_secret").click().run()
    at.button(key="forget_secret").click().run()
    at.button(key="webhook_mode").click().run()
    assert not at.exception
    assert "What webhooks must be is saved" in at.success[0].value


def test_what_cannot_be_used_is_said_where_it_was_written(run: Run, workspace: WorkspaceId) -> None:
    at = connect(run("settings.py", tab="hub"), HOSTILE)
    assert "must look like https" in at.error[0].value
    at = connect(run("settings.py", tab="hub"), "", "")
    assert "needs its API key" in at.error[0].value


def test_a_mapping_is_changed_and_removed(run: Run, cockpit: Cockpit, workspace: WorkspaceId, hub: Server) -> None:
    at = connect(run("settings.py", tab="hub"), hub.url)
    at.selectbox(key="mapping_action").select("ESCALATE_TO_SALES").run()
    next(one for one in at.selectbox if one.label == "Channel").select("email")
    next(one for one in at.selectbox if one.label == "Hub type").select("conversational")
    next(one for one in at.text_area if one.label == "Instruction").input(HOSTILE)
    at.button(key="save_mapping").click().run()
    assert "informational only" in at.error[0].value
    next(one for one in at.selectbox if one.label == "Hub type").select("informational")
    at.button(key="save_mapping").click().run()
    assert not at.error
    with cockpit.db.read(workspace) as conn:
        found = find_action_mapping(conn, workspace, "ESCALATE_TO_SALES")
    assert found is not None
    assert (found.hub_type, found.channel, found.instruction, found.source) == (
        "informational",
        "email",
        HOSTILE,
        "edited",
    )
    at.button(key="remove_ESCALATE_TO_SALES").click().run()
    with cockpit.db.read(workspace) as conn:
        assert find_action_mapping(conn, workspace, "ESCALATE_TO_SALES") is None


def test_a_mapping_begins_with_the_text_of_the_preset(
    run: Run, cockpit: Cockpit, workspace: WorkspaceId, hub: Server
) -> None:
    with cockpit.db.write(workspace) as conn:
        apply(conn, workspace, "mortgage", None, datetime.now(UTC))
    at = connect(run("settings.py", tab="hub"), hub.url)
    texts = next(one for one in at.get("button_group") if one.key == "texts_CALL_LEAD")
    texts.set_value("whatsapp").run()
    said = {one.label: one.value for one in (*at.selectbox, *at.text_area)}
    assert (said["Channel"], said["Hub type"]) == ("whatsapp", "conversational")
    assert "their mortgage" in said["Instruction"]
    assert "التمويل" in said["Instruction in Arabic"] or "تمويل" in said["Instruction in Arabic"]
    at.button(key="save_mapping").click().run()
    assert not at.error
    with cockpit.db.read(workspace) as conn:
        found = find_action_mapping(conn, workspace, "CALL_LEAD")
    assert found is not None
    assert (found.channel, found.source) == ("whatsapp", "edited")
    assert (found.instruction, found.translations) == (said["Instruction"], {"ar": said["Instruction in Arabic"]})


@pytest.mark.parametrize("role", ["member", "aventora_user", "read_only"])
def test_only_admins_see_the_hub(run: Run, cockpit: Cockpit, workspace: WorkspaceId, role: str) -> None:
    at = as_member(run, cockpit, workspace, role, tab="hub")
    assert not at.exception
    assert not at.text_input
    assert "Only admins can change this." in words(at)
