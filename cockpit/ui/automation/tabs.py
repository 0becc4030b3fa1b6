"""The tabs of the automation screen, and the rule they are about: both are part of the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from cockpit.model.roles import Permission
from cockpit.storage.rule_versions import StoredRule, list_stored_rules
from cockpit.ui.components import no_preset
from cockpit.ui.frame import Visit
from cockpit.ui.words import plain, safe_text

RULES: Final = "Rules"
EDITOR: Final = "Editor"
REHEARSAL: Final = "Rehearsal"
REPORT: Final = "Report"
HELD: Final = "Held tray"
GUARD_LOG: Final = "Guard log"
RULE: Final = "rule"
NEW: Final = "new"
NONE: Final = "No preset rules: apply an industry preset."


def rules(visit: Visit) -> tuple[StoredRule, ...]:
    """The rules of the workspace."""
    with visit.read() as conn:
        return list_stored_rules(conn, visit.workspace_id)


def go(tab: str, rule_key: str | None = None) -> None:
    """Open a tab, about a rule; for buttons, before the page is drawn anew."""
    st.session_state["tab"] = tab
    if rule_key is not None:
        st.query_params[RULE] = rule_key


def chosen(visit: Visit, found: Sequence[StoredRule], *, with_new: bool = False) -> StoredRule | None:
    """Let a rule be chosen, the one in the address first; None: a new one, or there is none."""
    named = {one.rule_key: plain(one.title) or one.rule_key for one in found} | (
        {NEW: "A new rule"} if with_new else {}
    )
    if not named:
        empty(visit)
        return None
    asked = st.query_params.get(RULE, "")
    keys = list(named)
    at = keys.index(asked) if asked in named else 0
    key = f"choose_rule_{keys[at]}"
    st.selectbox("Rule", keys, at, format_func=named.__getitem__, key=key, on_change=_choose, args=(key,), width=420)
    return next((one for one in found if one.rule_key == keys[at]), None)


def _choose(key: str) -> None:
    st.query_params[RULE] = st.session_state[key]


def empty(visit: Visit) -> None:
    """Say that there are no rules, and how they come."""
    with st.container(border=True, key="no_rules"):
        st.markdown(f"**{safe_text(NONE)}**")
        no_preset.way(visit)


def may_change(visit: Visit) -> bool:
    """Whether anything about rules can be changed by whoever is here, at this instant."""
    return visit.may(Permission.MANAGE_RULES) and visit.as_of is None
