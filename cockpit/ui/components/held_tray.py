"""The held tray: what has not left yet, why, and when it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from cockpit.automation.held import Because, Held, list_held, list_names
from cockpit.model.ids import PersonId
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell, Line
from cockpit.ui.execution_words import title_of
from cockpit.ui.frame import Visit
from cockpit.ui.words import instant_words

SHOWN = 50
WHY: Final[Mapping[Because, str]] = {
    "undo window": "Can still be undone",
    "guard": "Held by a guard",
    "next try": "To be tried again",
    "nobody knows": "Nobody knows whether it went out",
}


def show(visit: Visit) -> None:
    """Draw the tray where something waits; of the past nothing is kept that could be shown."""
    if visit.as_of is not None:
        return
    with visit.read() as conn:
        waiting = list_held(conn, visit.viewer, limit=SHOWN)
        names = list_names(conn, visit.viewer, waiting)
    if not waiting:
        return
    with st.container(border=True, key="held_tray"):
        more = f"{SHOWN} or more" if len(waiting) == SHOWN else str(len(waiting))
        st.header(f"Waiting to go out :gray[{more}]", anchor=False)
        listing.table("held", "What goes next comes first", lines(visit, waiting, names))


def lines(visit: Visit, waiting: Sequence[Held], names: Mapping[PersonId, str]) -> list[Line]:
    """One line each; the link leads to the person, where it can be taken back."""
    found: list[Line] = []
    for one in waiting:
        person_id = one.attempt.person_id
        goes = instant_words(one.goes_at, visit.workspace.time_zone) if one.goes_at else "Not by itself"
        found.append(
            {
                "Person": Cell(names.get(person_id, "?"), listing.address("/person", visit.link(id=str(person_id)))),
                "Action": Cell(title_of(one.attempt.action_type)),
                "Waits": Cell(WHY[one.because]),
                "Why": Cell(one.why),
                "Goes": Cell(goes),
                "Asked for by": Cell(_asked_by(visit, one)),
            }
        )
    return found


def _asked_by(visit: Visit, one: Held) -> str:
    attempt = one.attempt
    if attempt.rule_key:
        return f"{attempt.origin.capitalize()} {attempt.rule_key}"
    return visit.members.get(attempt.requested_by, "") if attempt.requested_by else ""
