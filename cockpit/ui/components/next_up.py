"""The Next-up bar: the current lead with real buttons, each with a key; the only place where keys act."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from cockpit.model.panel import PanelRow
from cockpit.panels.registry import PANELS
from cockpit.ui import state, triage
from cockpit.ui.components import why
from cockpit.ui.components.failure import UNAVAILABLE
from cockpit.ui.frame import Visit, open_page
from cockpit.ui.words import age, can_call, local_time, plain, safe_text

BAND_COLOURS = {"hot": "red", "warm": "orange", "cold": "blue"}
HUB_MISSING = "The Hub is not connected yet: this suggests, it does not send."


def show(visit: Visit, rows: Sequence[PanelRow] | None) -> None:
    """Draw the bar for the queue; `rows` is None when the queue could not be read."""
    with st.container(border=True, key="next_up"):
        people = [row for row in rows or () if row.person_id]
        if not people:
            st.header("Next up", anchor=False)
            st.markdown(f"**{UNAVAILABLE}**" if rows is None else ":gray[All caught up: nothing is waiting here.]")
            return
        at = state.place([row.person_id for row in people])
        _who(visit, people[at])
        _buttons(visit, people, at)


def _who(visit: Visit, row: PanelRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(safe_text(row.name), anchor=False, width="content")
        if row.score is not None:
            st.badge(f"{row.score:.0f} · {row.band}", color=BAND_COLOURS.get(row.band or "", "gray"))
        st.caption(f"Next up in {PANELS[state.queue()].title}", width="content")
    reason = row.suggested_action.reason if row.suggested_action else row.why
    st.markdown(safe_text(reason))
    st.html(f'<div class="facts">{"".join(f"<span>{fact}</span>" for fact in _facts(visit, row))}</div>')


def _facts(visit: Visit, row: PanelRow) -> list[str]:
    """The line of facts, as HTML with every text escaped."""
    daytime = can_call(row.time_zone, visit.now)
    word = {True: "✓ can call", False: "outside calling hours", None: "zone not known"}[daytime]
    touched = (
        f"{escape(plain(row.last_touch))} {age(row.last_touch_at, visit.now)}" if row.last_touch_at else "none yet"
    )
    facts = [
        f"Local time <b>{local_time(row.time_zone, visit.now)}</b> {word}",
        f"Last touch <b>{escape(touched)}</b>",
        f"Company <b>{escape(plain(row.company))}</b>" if row.company else "",
        f"Owner <b>{escape(plain(row.owner))}</b>" if row.owner else "Owner <b>nobody yet</b>",
    ]
    return [fact for fact in facts if fact]


def _buttons(visit: Visit, people: Sequence[PanelRow], at: int) -> None:
    row = people[at]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _execute(visit, row)
        _snooze(visit, row)
        if st.button("Why", key="do_why", shortcut=_key(visit, "W"), icon=":material/help:"):
            why.drawer(visit, row)
        idle = row.suggested_action is None
        if st.button("Dismiss", key="do_dismiss", shortcut=_key(visit, "D"), icon=":material/close:", disabled=idle):
            triage.dismiss_dialog(visit, row)
        if st.button("Open", key="do_open", shortcut=_key(visit, "O"), icon=":material/open_in_new:"):
            open_page(visit, "person", id=row.person_id or "")
        _steps(visit, people, at)
    st.caption(HUB_MISSING)


def _execute(visit: Visit, row: PanelRow) -> None:
    """The suggested action as a button; its label says why when it cannot be pressed."""
    action = row.suggested_action
    blocked = "Nothing to suggest" if action is None else action.blocked_reason
    label = blocked or (plain(action.title) if action else "")
    enter = "  ⏎" if visit.keys_on and not blocked else ""
    with st.container(key="do_now_by_enter" if visit.keys_on else "do_now", width="content"):
        st.button(
            f"{safe_text(label)}{enter}",
            key="do_execute",
            type="primary",
            disabled=bool(blocked),
            on_click=triage.execute,
            args=(row,),
            help=HUB_MISSING,
        )


def _snooze(visit: Visit, row: PanelRow) -> None:
    idle = row.suggested_action is None
    st.button(
        "Snooze",
        key="do_snooze",
        shortcut=_key(visit, "S"),
        icon=":material/snooze:",
        disabled=idle,
        on_click=triage.snooze,
        args=(visit, row, triage.DEFAULT_SNOOZE),
        help=f"Until {triage.until_words(visit, row, triage.DEFAULT_SNOOZE)}",
    )
    st.menu_button(
        "Snooze until",
        list(triage.SNOOZES),
        key="do_snooze_menu",
        disabled=idle,
        format_func=lambda choice: f"{choice}: {triage.until_words(visit, row, choice)}",
        on_click=lambda: triage.snooze(visit, row, st.session_state["do_snooze_menu"]),
    )


def _steps(visit: Visit, people: Sequence[PanelRow], at: int) -> None:
    """Back, where we are, on."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="do_steps", width="content"):
        _step(visit, people, at - 1, "Previous", "K")
        st.markdown(f"{at + 1} / {len(people)}", width="content")
        _step(visit, people, at + 1, "Next", "J")


def _step(visit: Visit, people: Sequence[PanelRow], to: int, label: str, key: str) -> None:
    possible = 0 <= to < len(people)
    person_id = people[to].person_id if possible else None
    st.button(
        label,
        key=f"do_{label.lower()}",
        shortcut=_key(visit, key),
        disabled=not possible,
        on_click=state.focus,
        args=(state.queue(), to, person_id),
    )


def _key(visit: Visit, key: str) -> str | None:
    return key if visit.keys_on else None
