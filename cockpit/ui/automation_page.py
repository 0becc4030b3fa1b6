"""`/automation`: rules and what they would do, do and did; what waits; the levers that stop it; the guard log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from cockpit.model.roles import Permission
from cockpit.ui import reads
from cockpit.ui.automation import (
    changes_bar,
    editor,
    guard_entries,
    levers,
    rehearsals,
    report,
    rules_list,
    switches,
    waiting,
)
from cockpit.ui.automation.tabs import EDITOR, GUARD_LOG, HELD, REHEARSAL, REPORT, RULES
from cockpit.ui.changes import say_done
from cockpit.ui.components import as_of
from cockpit.ui.frame import Visit

TABS: Final[Mapping[str, Callable[[Visit], None]]] = MappingProxyType(
    {
        RULES: rules_list.show,
        EDITOR: editor.show,
        REHEARSAL: rehearsals.show,
        REPORT: report.show,
        HELD: waiting.show,
        GUARD_LOG: guard_entries.show,
    }
)


def show(visit: Visit) -> None:
    """Draw the screen."""
    with st.container(horizontal=True, vertical_alignment="center", key="page_top"):
        st.title("Automation", anchor=False, width="stretch")
        st.button("Refresh", key="refresh", shortcut=visit.key("G"), icon=":material/refresh:")
    as_of.banner(visit)
    if visit.as_of is not None:
        st.caption("Rules, and what they did, are shown as they are today.")
    _limits(visit)
    say_done()
    levers.workspace(visit)
    tabs = dict(zip(TABS, st.tabs(list(TABS), key="tab", bind="query-params", on_change="rerun"), strict=True))
    for name, draw in TABS.items():
        if tabs[name].open:
            with tabs[name]:
                draw(visit)
    switches.dialogs(visit)
    changes_bar.show(visit)


def _limits(visit: Visit) -> None:
    """What cannot be done here, or will not come of it, and why."""
    if not visit.may(Permission.MANAGE_RULES):
        st.caption("You look at this: only admins change rules.")
    if visit.viewer.scope is not None:
        st.caption("Counts and names are of the people you own.")
    fault = reads.hub_fault(visit)
    if fault:
        st.info(fault, icon=":material/link_off:")
