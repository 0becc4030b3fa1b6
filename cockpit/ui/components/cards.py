"""The rows of a panel as cards: what a phone shows, and anybody who prefers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from urllib.parse import urlencode

from cockpit.model.panel import PanelRow
from cockpit.ui.components.sparkline import sparkline
from cockpit.ui.rank import TITLES, rank_words
from cockpit.ui.words import age, local_time, plain, trend

Histories = Mapping[str, Sequence[float | None]]


def cards(
    slug: str,
    rows: Sequence[PanelRow],
    histories: Histories,
    now: datetime,
    link: Mapping[str, str],
    *,
    at_once: int | None = None,
) -> str:
    """The HTML of the cards, those after the first `at_once` folded away; every text of a person is escaped."""
    html = [_card(slug, row, histories, now, link) for row in rows]
    shown, folded = html[:at_once], html[at_once:] if at_once is not None else []
    more = f"<details><summary>Show {len(folded)} more</summary>{_grid(folded)}</details>" if folded else ""
    return _grid(shown) + more


def _grid(html: Sequence[str]) -> str:
    return f'<div class="cards">{"".join(html)}</div>'


def _card(slug: str, row: PanelRow, histories: Histories, now: datetime, link: Mapping[str, str]) -> str:
    history = list(histories.get(row.person_id or "", ()))
    line = sparkline(history, trend(history)) if history else ""
    action = row.suggested_action.title if row.suggested_action else ""
    number = f"{TITLES[slug]} {rank_words(slug, row, now)}"
    return (
        f'<div class="card"><div class="top">{_name(row, link)}<span class="number">{escape(number)}</span></div>'
        f'<p>{escape(plain(row.why))}</p><p class="more">{escape(_more(row, now))}</p>'
        f'<div class="end"><span class="do">{escape(plain(action))}</span>{line}</div></div>'
    )


def _name(row: PanelRow, link: Mapping[str, str]) -> str:
    if row.person_id is None:
        return f'<span class="who">{escape(plain(row.name))}</span>'
    address = "/person?" + urlencode({**link, "id": row.person_id})
    return f'<a class="who" href="{escape(address, quote=True)}">{escape(plain(row.name))}</a>'


def _more(row: PanelRow, now: datetime) -> str:
    if row.person_id is None:
        return ""
    touched = f"{row.last_touch or 'Last touch'} {age(row.last_touch_at, now)}" if row.last_touch_at else "no touch yet"
    parts = [plain(row.company), plain(row.owner), touched, f"local {local_time(row.time_zone, now)}"]
    return " · ".join(part for part in parts if part)
