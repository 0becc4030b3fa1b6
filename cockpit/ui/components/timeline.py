"""A person's signals as a story, newest first, in pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from cockpit.storage.timeline import Entry
from cockpit.ui import reads
from cockpit.ui.frame import Visit
from cockpit.ui.words import age, plain, there

PAGE = 50
WAYS = {"inbound": "from them", "outbound": "from us", "system": "by the system"}


def show(visit: Visit, person_id: str) -> None:
    """Draw the newest page, and a button for older ones."""
    pages = int(st.session_state.get(f"timeline_{person_id}", 1))
    entries = reads.timeline(visit, person_id, PAGE * pages + 1)
    if not entries:
        st.markdown(":gray[No signals yet.]" if visit.as_of is None else ":gray[No signals by then.]")
        return
    st.html(_story(visit, entries[: PAGE * pages], reads.titles(visit)))
    if len(entries) > PAGE * pages:
        st.button("Show older", key="timeline_older", on_click=_older, args=(person_id, pages))


def _older(person_id: str, pages: int) -> None:
    st.session_state[f"timeline_{person_id}"] = pages + 1


def _story(visit: Visit, entries: Sequence[Entry], titles: Mapping[str, str]) -> str:
    """The HTML of the table; every text is escaped."""
    rows = "".join(_row(visit, entry, titles) for entry in entries)
    return (
        '<table class="receipt"><caption>Times are those of the workspace</caption><thead><tr><th scope="col">When</th>'
        f'<th scope="col">What</th><th scope="col">Details</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _row(visit: Visit, entry: Entry, titles: Mapping[str, str]) -> str:
    when = there(entry.occurred_at, None, visit.workspace.time_zone)
    planned = entry.scheduled_for and f"{there(entry.scheduled_for, None, visit.workspace.time_zone):%d %b %Y %H:%M}"
    parts = [
        WAYS.get(entry.direction or "", ""),
        plain(entry.channel),
        f"value {entry.value:g}" if entry.value is not None else "",
        f"planned for {planned}" if planned else "",
        f"source {plain(entry.source)}",
    ]
    return (
        f"<tr><td>{when:%d %b %Y %H:%M}<small>{age(entry.occurred_at, visit.now)}</small></td>"
        f"<td>{escape(plain(titles.get(entry.type, entry.type)))}</td>"
        f"<td>{escape(' · '.join(part for part in parts if part))}</td></tr>"
    )
