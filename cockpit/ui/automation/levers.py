"""The two levers: stop what is new, take back what waits; for a rule and for everything, with the count first."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from cockpit.automation import stops
from cockpit.automation.stops import Target
from cockpit.errors import CockpitError
from cockpit.model.ids import MemberId
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Database
from cockpit.storage.rule_versions import StoredRule
from cockpit.ui.automation import changes_bar
from cockpit.ui.automation.changes_bar import Back
from cockpit.ui.automation.sentences import counted
from cockpit.ui.automation.tabs import may_change
from cockpit.ui.changes import DONE
from cockpit.ui.frame import Visit
from cockpit.ui.words import instant_words, plain, safe_text

EVERYTHING = Target()


def workspace(visit: Visit) -> None:
    """The levers of everything, at the top of the screen."""
    if visit.as_of is not None:
        return
    with visit.read() as conn:
        stop = next((one for target, one in stops.list_stopped(conn, visit.workspace_id) if target == EVERYTHING), None)
        queued = stops.count_queued(conn, visit.workspace_id, EVERYTHING) if visit.viewer.scope is None else 0
    if stop is not None:
        by = visit.members.get(MemberId(stop.stopped_by), "") if stop.stopped_by else ""
        since = instant_words(stop.stopped_at, visit.workspace.time_zone)
        said = f"All auto-run is paused since {since}{f' by {plain(by)}' if by else ''}. {plain(stop.why)}"
        st.error(safe_text(said), icon=":material/pause_circle:")
    if not may_change(visit):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="levers"):
        if stop is None:
            st.button(
                "Pause all auto-run",
                key="pause_all",
                icon=":material/pause_circle:",
                on_click=_stop,
                args=(visit, EVERYTHING, "All auto-run is paused"),
                help="Nothing begins by itself any more; clicks go on. What waits stays, and may be recalled",
            )
        else:
            st.button(
                "Let all go on",
                key="go_on_all",
                type="primary",
                on_click=_go_on,
                args=(visit, EVERYTHING, "It goes on"),
            )
        _recall(visit, EVERYTHING, queued, "all")


def of_rule(visit: Visit, rule: StoredRule) -> None:
    """The levers of a rule, behind one button."""
    target = Target(rule_key=rule.rule_key)
    with visit.read() as conn:
        queued = stops.count_queued(conn, visit.workspace_id, target)
    with st.popover("Stop…", icon=":material/stop_circle:", key=f"stop_{rule.rule_key}", width="content"):
        waits = counted(queued, "outreach waits", "outreaches wait")
        st.markdown(f"{waits} to go out. Stopping what is new leaves them; a recall takes them back.")
        if rule.paused_at is None:
            name = f"{plain(rule.title)} begins nothing new"
            key = f"stop_new_{rule.rule_key}"
            st.button("Stop new", key=key, type="primary", on_click=_stop, args=(visit, target, name))
        else:
            go_on(visit, rule, key=f"go_on_{rule.rule_key}")
        _recall(visit, target, queued, rule.rule_key)


def go_on(visit: Visit, rule: StoredRule, *, key: str) -> None:
    """The button that ends a pause."""
    target, name = Target(rule_key=rule.rule_key), f"{plain(rule.title)} goes on"
    st.button("Let it go on", key=key, on_click=_go_on, args=(visit, target, name))


def _recall(visit: Visit, target: Target, queued: int, key: str) -> None:
    """Take back what waits, after saying how many that is."""
    if not queued:
        st.button("Recall queued (0)", key=f"recall_{key}", disabled=True, help="Nothing waits")
        return
    label = f"Recall queued ({queued:,})"
    if key != "all":
        st.button(label, key=f"recall_{key}", on_click=_take_back, args=(visit, target))
        return
    with st.popover(label, key="recall_all", width="content"):
        waits = counted(queued, "outreach that waits is", "outreaches that wait are")
        st.markdown(f"{waits} taken back: of rules, of workflows and of clicks. This cannot be undone.")
        st.button(
            f"Take back {queued:,}", key="recall_all_yes", type="primary", on_click=_take_back, args=(visit, target)
        )


def _stop(visit: Visit, target: Target, sentence: str) -> None:
    by = plain(visit.members.get(visit.member_id, "")) if visit.member_id else ""
    why = f"Stopped on the automation screen{f' by {by}' if by else ''}."

    def change(now: datetime) -> Back | None:
        done = stops.stop_new(visit.cockpit.db, visit.viewer, target, why, now)
        return (lambda db, viewer, _: stops.let_go_on(db, viewer, target)) if done else None

    changes_bar.attempt(visit, change, sentence)


def _go_on(visit: Visit, target: Target, sentence: str) -> None:
    def change(_: datetime) -> Back | None:
        done = stops.let_go_on(visit.cockpit.db, visit.viewer, target)
        return partial(_stop_again, target) if done else None

    changes_bar.attempt(visit, change, sentence)


def _stop_again(target: Target, db: Database, viewer: Viewer, now: datetime) -> None:
    stops.stop_new(db, viewer, target, "Letting it go on was undone.", now)


def _take_back(visit: Visit, target: Target) -> None:
    try:
        taken = stops.recall(visit.cockpit.db, visit.viewer, target, datetime.now(UTC))
    except CockpitError as error:
        st.toast(safe_text(error.message), icon=":material/error:", duration=8)
        return
    st.session_state[DONE] = f"{counted(taken, 'outreach was', 'outreaches were')} taken back before leaving."
