"""Plain words for spans of time and names of signals, shared by reasons and by the sentence beside every row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

MAX_WORDS = 12
_UNITS = ((86_400 * 365, "year"), (86_400, "day"), (3_600, "hour"), (60, "minute"))


def span(length: timedelta) -> str:
    """A length of time in its largest unit: `5 minutes`, `1 hour`, `40 days`."""
    seconds = max(length.total_seconds(), 0.0)
    for size, name in _UNITS:
        # 400 days read better than 1 year: years only from the second one on
        if seconds >= size and not (name == "year" and seconds < 2 * size):
            count = int(seconds // size)
            return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"
    return "a moment"


def ago(then: datetime | None, now: datetime) -> str:
    """How long ago something was: `3 days ago`, `just now`."""
    if then is None:
        return "at an unknown time"
    length = now - then
    return "just now" if length < timedelta(minutes=1) else f"{span(length)} ago"


def until(then: datetime, now: datetime) -> str:
    """How far ahead something is: `in 3 hours`."""
    return "now" if then - now < timedelta(minutes=1) else f"in {span(then - now)}"


def name_of(signal_type: str | None, titles: Mapping[str, str] | None = None) -> str:
    """The name of a signal type as a person says it: the catalogue's title, else the type in lower case."""
    if not signal_type:
        return "contact"
    title = (titles or {}).get(signal_type)
    return title or signal_type.replace("_", " ").lower()


def inside(name: str) -> str:
    """The name within a sentence: `Missed call` in small letters, `SMS reply` and `WhatsApp reply` as they are."""
    first = name.split(" ", 1)[0]
    return name[:1].lower() + name[1:] if first == first.capitalize() else name


def opening(name: str) -> str:
    """The name as the first word of a sentence."""
    return name[:1].upper() + name[1:]


def event(row: Mapping[str, Any], now: datetime) -> str:
    """The evidence of a card as the start of a sentence: `Missed call 2 hours ago`."""
    return f"{opening(name_of(row['evidence_type'], row['titles']))} {ago(row['evidence_at'], now)}"


def within(sentence: str, words: int = MAX_WORDS) -> str:
    """The sentence, cut with an ellipsis when a workspace's own names made it too long."""
    parts = sentence.split()
    return sentence if len(parts) <= words else " ".join(parts[:words]).rstrip(",;:.") + "…"


def fitting(sentence: str, ending: str, words: int = MAX_WORDS) -> str:
    """The sentence with its ending, or without it where both together are too long."""
    whole = sentence + ending
    return f"{whole}." if len(whole.split()) <= words else f"{sentence}."
