"""The Why drawer: the receipt of a score, and what would change it."""

from __future__ import annotations

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.model.panel import PanelRow
from cockpit.ui import reads
from cockpit.ui.components.failure import panel_failed
from cockpit.ui.components.receipt_table import receipt_html
from cockpit.ui.frame import Visit, open_page
from cockpit.ui.words import safe_text, span
from scoring.receipt import Receipt


@st.dialog("Why this score", position="right", width=420)
def drawer(visit: Visit, row: PanelRow) -> None:
    """Draw the reasons beside the page."""
    st.markdown(f"**{safe_text(row.name)}** · {safe_text(row.why)}")
    reasons(visit, row.person_id or "")
    if st.button("Open the person", key="why_open", width="stretch"):
        open_page(visit, "person", id=row.person_id or "")


def reasons(visit: Visit, person_id: str) -> None:
    """Draw the receipt, what would change the score, and when it changes by itself."""
    try:
        found = reads.explanation(visit, person_id)
    except CockpitError as error:
        panel_failed(error, key="why")
        return
    st.html(receipt_html(found.receipt, reads.titles(visit), visit.now))
    changes = [one.sentence for one in found.counterfactuals]
    if found.next_lead:
        changes.insert(0, f"Number {found.place} on Priority Leads. {found.next_lead.sentence}.")
    if not any(one.change == "silence" for one in found.counterfactuals):
        changes.append(_crossing(found.receipt, visit))
    st.markdown("**What would change it**")
    st.markdown("\n".join(f"- {safe_text(change)}" for change in changes if change) or ":gray[Nothing that is known.]")


def _crossing(receipt: Receipt, visit: Visit) -> str:
    """When time alone will change the band."""
    if receipt.crosses_at is None or receipt.crosses_to is None:
        return ""
    return f"By time alone: {receipt.crosses_to} in {span(receipt.crosses_at - visit.now)}."
