"""The guard log: the newest entries, what was decided and why; the proof of it is a command."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import streamlit as st

from cockpit.automation.guard_entries import newest
from cockpit.automation.names import seen_names
from cockpit.errors import Forbidden
from cockpit.model.ids import MemberId, PersonId
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.execution_words import title_of
from cockpit.ui.frame import Visit
from cockpit.ui.words import instant_words, plain, safe_text
from scoring.phrases import opening

SHOWN: Final = 50
COMMANDS: Final = ("cockpit audit export --workspace {subdomain} log.jsonl", "cockpit audit verify log.jsonl")
Body = Mapping[str, Any]


def show(visit: Visit) -> None:
    """Draw the newest entries, or why not."""
    try:
        with visit.read() as conn:
            found = newest(conn, visit.viewer, SHOWN)
            ids = {PersonId(UUID(body["person_id"])) for _, body in found.entries if body.get("person_id")}
            names = seen_names(conn, visit.viewer, ids)
    except Forbidden as error:
        st.markdown(safe_text(error.message))
        return
    st.header("Guard log", anchor=False)
    if not found.entries:
        st.markdown(":gray[Nothing was ever attempted.]")
        return
    lines = [_line(visit, seq, body, names) for seq, body in found.entries]
    listing.table("guard_log", f"The newest {len(lines)} of {found.total:,} entries", lines)
    st.markdown("Nothing in it can be changed unseen; these two follow it from its first entry:")
    for command in COMMANDS:
        st.markdown(f"`{command.format(subdomain=plain(visit.workspace.subdomain))}`")


def _line(visit: Visit, seq: int, body: Body, names: Mapping[PersonId, str]) -> dict[str, Cell]:
    who = PersonId(UUID(body["person_id"])) if body.get("person_id") else None
    at = datetime.fromisoformat(body["at"]) if body.get("at") else None
    return {
        "No.": Cell(f"{seq:,}"),
        "When": Cell(instant_words(at, visit.workspace.time_zone) if at else ""),
        "What": Cell(opening(str(body.get("event", "")).replace("_", " "))),
        "Rule": Cell(str(body.get("rule_key") or "")),
        "Action": Cell(title_of(body["action_type"]) if body.get("action_type") else ""),
        "Person": Cell(names.get(who, "Not there any more"), listing.address("/person", visit.link(id=str(who))))
        if who
        else Cell(""),
        "Why": Cell(_why(body)),
        "By": Cell(_by(visit, body)),
    }


def _why(body: Body) -> str:
    refused = [one for one in body.get("verdicts") or () if not one.get("allowed")]
    if refused:
        return "; ".join(str(one.get("reason") or one.get("guard")) for one in refused)
    switched = {"enabled": "enabled", "auto_execute": "auto-run"}
    return ", ".join(f"{word} {'on' if body[name] else 'off'}" for name, word in switched.items() if name in body)


def _by(visit: Visit, body: Body) -> str:
    by = body.get("by") or body.get("requested_by")
    return visit.members.get(MemberId(UUID(by)), "") if by else ""
