"""What a rehearsal found: who, when, blocked by what, the busiest hour, and what another version changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import plotly.graph_objects as go
import streamlit as st

from cockpit.automation.names import seen_names
from cockpit.model.ids import PersonId
from cockpit.storage.rehearsal_runs import Run
from cockpit.ui.automation.sentences import counted
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.frame import Visit
from cockpit.ui.words import instant_words, plain, safe_text
from scoring.guards.registry import GUARDS

SHOWN: Final = 100
CHART_HEIGHT: Final = 200
BECAME: Final = {
    "sent": "Would go out",
    "blocked": "Blocked",
    "held out": "Left alone to compare",
    "cancelled": "Taken back: no contact wanted",
    "waiting": "Would still wait",
}
Found = Mapping[str, Any]


def show(visit: Visit, run: Run) -> None:
    """Draw the result."""
    found: Found = run.result or {}
    zone = visit.workspace.time_zone
    since, until = (instant_words(datetime.fromisoformat(found[name]), zone) for name in ("since", "until"))
    st.header("What would have happened", anchor=False)
    said = f"{since} to {until}: {counted(found['signals'], 'signal', 'signals')}, {found['answered']:,} of them meant"
    st.caption(safe_text(f"{said}."))
    _numbers(visit, found)
    if run.against:
        _difference(visit, run)
    left, right = st.columns(2)
    with left:
        _blocked(found)
    with right:
        _days(found)
    _who(visit, found)


def _numbers(visit: Visit, found: Found) -> None:
    hour = found.get("busiest_hour")
    with st.grid(4, min_column_width=150, key="rehearsal_numbers"):
        st.metric("People reached", f"{found['people']:,}", border=True)
        st.metric("Outreaches", f"{found['outreaches']:,}", border=True)
        st.metric("Blocked", f"{found['counts'].get('blocked', 0):,}", border=True)
        st.metric("Most people in 24 hours", f"{found['rate']:g}", border=True, help="The fuse is a multiple of it")
    if hour:
        begins = instant_words(datetime.fromisoformat(hour["begins"]), visit.workspace.time_zone)
        st.markdown(f"Busiest hour: {safe_text(begins)}, with {counted(hour['count'], 'outreach', 'outreaches')}.")
    rest = {name: count for name, count in found["counts"].items() if name not in ("sent", "blocked")}
    words = {"joined": "answered by one that waited", **{name: word.lower() for name, word in BECAME.items()}}
    if rest:
        st.markdown(safe_text("; ".join(f"{words.get(name, name)}: {count:,}" for name, count in rest.items())))


def _difference(visit: Visit, run: Run) -> None:
    """What it does otherwise than the version it was compared with."""
    found: Found = (run.result or {}).get("difference") or {}
    before: Found = (run.result or {}).get("against") or {}
    st.header(safe_text(f"Against {_word(run.against or '')}"), anchor=False)
    more, less = (counted(found[f"{name}_count"], "person", "people") for name in ("newly", "no_more"))
    st.markdown(
        f"**{more} more, {less} no more**, {found['both']:,} as before; "
        f"{found['sent']:+,} outreaches on {before['outreaches']:,}; "
        f"{found['rate']:+g} in the busiest 24 hours."
    )
    for guard, count in found["blocked_by"].items():
        st.markdown(f"- {safe_text(_guard(guard))}: {count:+,} blocked")
    names = _names(visit, [*found["newly"], *found["no_more"]])
    for title, key in (("Newly reached", "newly"), ("No more reached", "no_more")):
        if found[key]:
            with st.expander(f"{title}: {found[f'{key}_count']:,}", key=f"people_{key}"):
                lines = [{"Person": _person(visit, who, names)} for who in found[key][:SHOWN]]
                listing.table(f"people_{key}", _first(found[f"{key}_count"]), lines)


def _blocked(found: Found) -> None:
    st.subheader("Blocked by", anchor=False)
    if not found["blocked_by"]:
        st.markdown(":gray[Nothing is blocked.]")
        return
    lines = [{"Guard": Cell(_guard(key)), "Times": Cell(f"{count:,}")} for key, count in found["blocked_by"].items()]
    listing.table("rehearsal_blocked", "The first guard that said no", lines)


def _days(found: Found) -> None:
    """How many would have left on each day."""
    st.subheader("By day", anchor=False)
    told = {date.fromisoformat(day): count for day, count in found["days"].items()}
    if not told:
        st.markdown(":gray[Nothing would have gone out.]")
        return
    first, last = min(told), max(told)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    most = max(told, key=lambda day: told[day])
    words = f"Outreaches by day, UTC, from {first} to {last}: most on {most}, {told[most]:,}."
    figure = go.Figure(
        go.Bar(x=days, y=[told.get(day, 0) for day in days], hovertemplate="%{x|%d %b}: %{y}<extra></extra>")
    )
    figure.update_layout(height=CHART_HEIGHT, margin={"l": 0, "r": 0, "t": 10, "b": 0}, bargap=0.15)
    st.plotly_chart(figure, alt=words, config={"displaylogo": False}, key="rehearsal_days")
    st.caption(words)


def _who(visit: Visit, found: Found) -> None:
    st.subheader("Who", anchor=False)
    steps: Sequence[Found] = found["steps"]
    kinds = [name for name in BECAME if any(step["became"] == name for step in steps)]
    if not kinds:
        st.markdown(":gray[Nobody.]")
        return
    kind = st.segmented_control(
        "What became of it", kinds, default=kinds[0], required=True, format_func=BECAME.__getitem__, key="step_kind"
    )
    meant = [step for step in steps if step["became"] == (kind or kinds[0])]
    names = _names(visit, [step["person_id"] for step in meant[:SHOWN]])
    zone = visit.workspace.time_zone
    lines = [
        {
            "Person": _person(visit, step["person_id"], names),
            "Signal": Cell(instant_words(datetime.fromisoformat(step["at"]), zone)),
            "Goes out": Cell(
                instant_words(datetime.fromisoformat(step["sent_at"]), zone) if step.get("sent_at") else ""
            ),
            "Why": Cell(step.get("reason") or ""),
        }
        for step in meant[:SHOWN]
    ]
    listing.table("rehearsal_who", _first(found["counts"].get(kind or kinds[0], len(meant))), lines)


def _first(count: int) -> str:
    return f"The first {SHOWN} of {count:,}" if count > SHOWN else counted(count, "entry", "entries")


def _names(visit: Visit, ids: Sequence[str]) -> Mapping[PersonId, str]:
    with visit.read() as conn:
        return seen_names(conn, visit.viewer, [PersonId(UUID(who)) for who in ids])


def _person(visit: Visit, who: str, names: Mapping[PersonId, str]) -> Cell:
    name = names.get(PersonId(UUID(who)))
    return Cell(plain(name), listing.address("/person", visit.link(id=who))) if name else Cell("Not there any more")


def _guard(key: str) -> str:
    return GUARDS[key].title if key in GUARDS else {"window": "Done already", "mapping": "No mapping"}.get(key, key)


def _word(what: str) -> str:
    return {"rule": "the rule as it is", "draft": "the draft"}.get(what, what)
