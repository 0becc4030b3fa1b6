"""Many at once: what would run and what not, and why, before anybody clicks; then one undo bar for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from cockpit.automation.bulk import BulkReport, preview_bulk
from cockpit.automation.wish import Wish
from cockpit.errors import CockpitError
from cockpit.model.panel import PanelRow
from cockpit.model.roles import Permission
from cockpit.panels.registry import PANELS
from cockpit.ui import outreach, reads, state
from cockpit.ui.frame import Visit
from cockpit.ui.words import plain, safe_text

OFFERED = ("suggested_actions", "follow_up_required")  # where one works through what waits
REASONS_SHOWN = 8


def offer(visit: Visit, slug: str, rows: Sequence[PanelRow]) -> None:
    """Draw the button under a panel, where somebody may act on more than one of its rows and something can be sent."""
    ready = [row for row in rows if row.person_id and row.suggested_action and row.suggested_action.channel]
    if slug not in OFFERED or len(ready) < 2 or visit.as_of is not None or not visit.may(Permission.DECIDE):
        return
    if reads.hub_fault(visit) is not None:
        return
    if st.button(f"Do the suggested for these {len(ready)}…", key=f"bulk_{slug}", type="tertiary"):
        dialog(visit, slug, ready)


@st.dialog("Do what is suggested", width="medium")
def dialog(visit: Visit, slug: str, rows: Sequence[PanelRow]) -> None:
    """Choose for whom, see what would come of it, and do it."""
    by_id = {row.person_id or "": row for row in rows}
    st.markdown(f"From **{PANELS[slug].title}**: each person gets the action suggested for them.")
    chosen = st.multiselect(
        "People",
        list(by_id),
        default=list(by_id),
        format_func=lambda one: _named(by_id[one]),
        key=f"bulk_people_{slug}",
    )
    wishes = [_wish(by_id[one]) for one in chosen]
    try:
        report = preview_bulk(visit.cockpit.db, visit.viewer, wishes, datetime.now(UTC))
    except CockpitError as error:
        st.error(safe_text(error.message))
        return
    _told(report)
    if st.button(
        f"Do {report.runs} now",
        key=f"bulk_do_{slug}",
        type="primary",
        disabled=not report.runs,
        width="stretch",
        on_click=_run,
        args=(visit, wishes),
    ):
        st.rerun()


def _run(visit: Visit, wishes: Sequence[Wish]) -> None:
    now = datetime.now(UTC)  # of all of them: the ten seconds count from here
    try:
        report = outreach.carry_out_many(visit, wishes, now)
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:")
        return
    if report.runs:
        skipped = f", {report.skipped} skipped," if report.skipped else ""
        sentence = f"{_people(report.runs)}{skipped} {'goes' if report.runs == 1 else 'go'} out"
        state.remember(state.Change("", "", state.at(), sentence, now, batch_id=str(report.batch_id)))
    else:
        st.toast(safe_text(report.sentence), icon=":material/block:")


def _told(report: BulkReport) -> None:
    """`N will run, M skipped, because`."""
    st.markdown(f"**{report.runs} will run, {report.skipped} skipped**{', because' if report.skipped else ''}")
    shown = list(report.because.items())[:REASONS_SHOWN]
    rest = len(report.because) - len(shown)
    lines = [f"- {count}: {safe_text(reason)}" for reason, count in shown]
    st.markdown("\n".join([*lines, *([f"- and {rest} more reasons"] if rest else [])]))


def _people(count: int) -> str:
    return "1 outreach" if count == 1 else f"{count} outreaches"


def _named(row: PanelRow) -> str:
    title = row.suggested_action.title if row.suggested_action else ""
    return f"{plain(row.name)}: {plain(title)}"


def _wish(row: PanelRow) -> Wish:
    if row.person_id is None or row.suggested_action is None:
        raise ValueError("Only people with a suggested action are offered.")
    return outreach.wish_of(row.person_id, row.suggested_action)
