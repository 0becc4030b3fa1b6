"""What is drawn for a workspace that is not ready: never a half-made cockpit."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import streamlit as st

from cockpit.access import workspace_states
from cockpit.errors import CockpitError
from cockpit.ingestion.start import RULES
from cockpit.model.ids import WorkspaceId
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.workspaces import Workspace, get_workspace_by_id
from cockpit.ui import connection
from cockpit.ui.words import safe_text

READY, FAILED = "ready", "failed"
STEPS = {"workspace": "the workspace and its admin", "preset": "its preset and its automation rules"}
log = logging.getLogger(__name__)


def show(workspace: Workspace, viewer: Viewer) -> None:
    """Say that the workspace is being set up, and open it by itself as soon as it is ready."""
    if workspace.status == FAILED:
        _failed(workspace, viewer)
        return
    st.title("Setting up your workspace", anchor=False)
    st.markdown(f"**{safe_text(workspace.name)}** will open here by itself. You can leave this page open.")
    _progress(workspace.workspace_id)


@st.fragment(run_every="3s")
def _progress(workspace_id: WorkspaceId) -> None:
    """Say how far it is; the page is drawn anew once that has an end, good or bad."""
    try:
        with connection.cockpit().db.read(workspace_id) as conn:
            now = get_workspace_by_id(conn, workspace_id)
    except CockpitError:
        log.exception("the state of workspace %s", workspace_id)
        st.caption("The state cannot be read at the moment. This page tries again.")
        return
    if now.status in (READY, FAILED):
        st.rerun()
    tries = now.provisioning_attempts or 0
    if now.provisioning_error:
        st.warning("The last attempt did not work. It is tried again by itself.", icon=":material/refresh:")
    step = STEPS.get(now.provisioning_step or "")
    done = f"Done so far: {step}." if step else "It has just begun."
    st.markdown(safe_text(f"{done} Attempts: {tries}." if tries > 1 else done))


def _failed(workspace: Workspace, viewer: Viewer) -> None:
    """Say that it is not tried again by itself, and let an admin begin anew."""
    st.title("This workspace could not be set up", anchor=False)
    if not viewer.may(Permission.MANAGE_SETTINGS):
        st.markdown(f"**{safe_text(workspace.name)}** cannot be opened. An admin of it can try again here.")
        return
    st.markdown(
        f"Setting up **{safe_text(workspace.name)}** was tried {workspace.provisioning_attempts or 0} times. "
        "Nothing that is in it is lost."
    )
    if workspace.provisioning_error:
        st.error(safe_text(workspace.provisioning_error), icon=":material/error:")
    if st.button("Try again", key="try_again", type="primary", icon=":material/refresh:"):
        now = datetime.now(UTC)
        workspace_states.retry(connection.cockpit().db, workspace.workspace_id, rules=RULES, now=now)
        st.rerun()
