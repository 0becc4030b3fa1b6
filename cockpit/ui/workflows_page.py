"""`/objects?type=workflows` and `/workflows`: what each does, its versions and runs, forms that wait, the levers."""

from __future__ import annotations

import logging

import streamlit as st

from cockpit.automation.workflows.report import list_flows
from cockpit.model.roles import Permission
from cockpit.ui import reads
from cockpit.ui.changes import say_done
from cockpit.ui.components import as_of, listing, no_preset
from cockpit.ui.frame import Visit
from cockpit.ui.workflows import card, forms, starting

log = logging.getLogger(__name__)


def show(visit: Visit) -> None:
    """Draw the screen."""
    with st.container(horizontal=True, vertical_alignment="center", key="page_top"):
        st.title("Workflows", anchor=False, width="stretch")
        st.button("Refresh", key="refresh", shortcut=visit.key("G"), icon=":material/refresh:")
    as_of.banner(visit)
    _limits(visit)
    say_done()
    try:
        with visit.read() as conn:
            found = list_flows(conn, visit.viewer)
    except Exception as error:  # whatever went wrong, the page says so and stays alive
        log.exception("the workflows of %s", visit.workspace.subdomain)
        listing.failed(error)
        return
    if not found:
        _empty(visit)
        return
    forms.show(visit, {flow.head.workflow_key: flow.head.title for flow in found})
    for flow in found:
        card.show(visit, flow)
    starting.asked(visit, found)


def _limits(visit: Visit) -> None:
    """What cannot be done here, or will not come of it, and why."""
    if visit.as_of is not None:
        st.caption("Workflows, and what they did, are shown as they are today.")
    if not visit.may(Permission.MANAGE_RULES):
        st.caption("Only admins activate workflows.")
    if visit.viewer.scope is not None:
        st.caption("You see runs of the people you own, and can start workflows for them.")
    fault = reads.hub_fault(visit)
    if fault:
        st.info(fault, icon=":material/link_off:")


def _empty(visit: Visit) -> None:
    with st.container(border=True, key="empty"):
        st.markdown("**No workflows to show**")
        st.markdown(":gray[They come with an industry preset, as drafts.]")
        no_preset.way(visit)
