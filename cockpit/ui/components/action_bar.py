"""What can be done about one person: the suggested action, snooze, why, dismiss; each a real button with a key."""

from __future__ import annotations

from html import escape
from typing import Literal

import streamlit as st

from cockpit.model.panel import PanelRow, SuggestedAction
from cockpit.model.roles import Permission
from cockpit.ui import reads, triage
from cockpit.ui.components import why
from cockpit.ui.frame import Visit, open_page
from cockpit.ui.words import age, local_time, plain, safe_text

BAND_COLOURS: dict[str, Literal["red", "orange", "blue"]] = {"hot": "red", "warm": "orange", "cold": "blue"}
NO_HUB = "No Hub connected"
FOR_A_COLLEAGUE = "For a colleague: nothing is sent"
BY_HAND = "This is for a colleague, and nothing is sent: mark it as done when you have told them."
GOES_OUT = "What is clicked goes out after 10 seconds; until then it can be undone."
LOOKS_ONLY = "Your role in this workspace may look, but not act, snooze or dismiss."
PAST = "This is how it was then: to act, snooze or dismiss, go back to now."


def buttons(visit: Visit, row: PanelRow, *, with_why: bool = True) -> None:
    """Draw the buttons; the page where the reasons are open needs no Why."""
    _execute(visit, row)
    _snooze(visit, row)
    if with_why and st.button("Why", key="do_why", shortcut=visit.key("W"), icon=":material/help:"):
        why.drawer(visit, row)
    if st.button(
        "Dismiss",
        key="do_dismiss",
        shortcut=visit.key("D"),
        icon=":material/close:",
        disabled=_idle(visit, row),
        help=_closed(visit),
    ):
        triage.dismiss_dialog(visit, row)


def limits(visit: Visit, row: PanelRow) -> str:
    """What the buttons do not do here."""
    if row.suggested_action is not None and _obstacle(visit, row, row.suggested_action) == FOR_A_COLLEAGUE:
        return BY_HAND
    return _closed(visit) or reads.hub_fault(visit) or GOES_OUT


def _closed(visit: Visit) -> str | None:
    """Why nothing at all can be decided here."""
    if visit.as_of is not None:
        return PAST
    return None if visit.may(Permission.DECIDE) else LOOKS_ONLY


def _idle(visit: Visit, row: PanelRow) -> bool:
    """Whether there is nothing to decide, or nothing that can still be decided."""
    return row.suggested_action is None or _closed(visit) is not None


def situation(visit: Visit, row: PanelRow) -> None:
    """Why this person now, and the facts one needs before calling."""
    reason = row.suggested_action.reason if row.suggested_action else row.why
    st.markdown(safe_text(reason))
    st.html(f'<div class="facts">{"".join(f"<span>{fact}</span>" for fact in _facts(visit, row))}</div>')


def band_badge(row: PanelRow) -> None:
    """The score and its band."""
    if row.score is None:
        st.badge("no data", color="gray")
    else:
        st.badge(f"{row.score:.0f} · {row.band}", color=BAND_COLOURS.get(row.band or "", "gray"))


def _facts(visit: Visit, row: PanelRow) -> list[str]:
    """The line of facts, as HTML with every text escaped."""
    word = {True: "✓ can call", False: row.no_call_because or "", None: "zone not known"}[row.can_call]
    touched = (
        f"{escape(plain(row.last_touch))} {age(row.last_touch_at, visit.now)}" if row.last_touch_at else "none yet"
    )
    facts = [
        f"Local time <b>{local_time(row.time_zone, visit.now)}</b> {escape(word)}",
        f"Last touch <b>{escape(touched)}</b>",
        f"Company <b>{escape(plain(row.company))}</b>" if row.company else "",
        f"Owner <b>{escape(plain(row.owner))}</b>" if row.owner else "Owner <b>nobody yet</b>",
    ]
    return [fact for fact in facts if fact]


def _execute(visit: Visit, row: PanelRow) -> None:
    """The suggested action as a button; its label says why when it cannot be pressed here and now."""
    action = row.suggested_action
    blocked = "Nothing to suggest" if action is None else _obstacle(visit, row, action)
    by_hand = blocked == FOR_A_COLLEAGUE
    blocked = None if by_hand else blocked
    label = blocked or (plain(action.title) if action else "")
    label = f"{label}: mark as done" if by_hand else label
    closed = bool(blocked) or _closed(visit) is not None
    enter = "  ⏎" if visit.keys_on and not closed else ""
    with st.container(key="do_now_by_enter" if visit.keys_on else "do_now", width="content"):
        st.button(
            f"{safe_text(label)}{enter}",
            key="do_execute",
            type="primary",
            disabled=closed,
            help=_closed(visit),
            on_click=triage.mark_done if by_hand else triage.execute,
            args=(visit, row),
        )
    may_connect = blocked == NO_HUB and visit.may(Permission.MANAGE_SETTINGS) and not visit.embedded
    if may_connect and st.button("Connect a Hub", key="do_connect", icon=":material/cable:"):
        open_page(visit, "settings", tab="hub")


def _obstacle(visit: Visit, row: PanelRow, action: SuggestedAction) -> str | None:
    """Why a click would send nothing, in the words of the guard that says so; nothing is asked where nobody may."""
    if _closed(visit) is not None or row.person_id is None:
        return None
    foreseen = reads.foreseen(visit, row.person_id, action.type)
    if foreseen.guard == "mapping" and action.channel is None:
        return FOR_A_COLLEAGUE
    return NO_HUB if reads.hub_fault(visit) is not None else foreseen.reason


def _snooze(visit: Visit, row: PanelRow) -> None:
    idle = _idle(visit, row)
    st.button(
        "Snooze",
        key="do_snooze",
        shortcut=visit.key("S"),
        icon=":material/snooze:",
        disabled=idle,
        help=_closed(visit),
        on_click=triage.snooze,
        args=(visit, row, triage.DEFAULT_SNOOZE),
    )
    st.menu_button(
        "Snooze until",
        list(triage.SNOOZES),
        key="do_snooze_menu",
        disabled=idle,
        format_func=lambda choice: f"{choice}: {triage.until_words(visit, row, choice)}",
        on_click=lambda: triage.snooze(visit, row, st.session_state["do_snooze_menu"]),
    )
