"""What is drawn for a workspace that is not ready: never a half-made cockpit."""

from __future__ import annotations

import logging

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.model.ids import WorkspaceId
from cockpit.storage.workspaces import Workspace, get_workspace_by_id
from cockpit.ui import connection
from cockpit.ui.words import safe_text

READY, FAILED = "ready", "failed"
log = logging.getLogger(__name__)


def show(workspace: Workspace) -> None:
    """Say that the workspace is being set up, and open it by itself as soon as it is ready."""
    st.title("Setting up your workspace", anchor=False)
    st.markdown(f"**{safe_text(workspace.name)}** will open here by itself. You can leave this page open.")
    _progress(workspace.workspace_id)


@st.fragment(run_every="3s")
def _progress(workspace_id: WorkspaceId) -> None:
    """Say how far it is; the page is drawn anew once the workspace is ready."""
    try:
        with connection.cockpit().db.read(workspace_id) as conn:
            now = get_workspace_by_id(conn, workspace_id)
    except CockpitError:
        log.exception("the state of workspace %s", workspace_id)
        st.caption("The state cannot be read at the moment. This page tries again.")
        return
    if now.status == READY:
        st.rerun()
    tries = now.provisioning_attempts or 0
    if now.status == FAILED:
        st.warning("The last attempt did not work. It is tried again by itself.", icon=":material/refresh:")
    done = f"Done so far: {now.provisioning_step.replace('_', ' ')}." if now.provisioning_step else "It has just begun."
    st.markdown(safe_text(f"{done} Attempts: {tries}." if tries > 1 else done))
