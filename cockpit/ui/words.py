"""Words for a screen: names made safe for Markdown and HTML, ages, local times, trends."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from scoring import reach

# Whatever Markdown, LaTeX, HTML or Streamlit's own :material/…: and :red[…] would read as more than text.
MARKED = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&@])")


@lru_cache(maxsize=8192)  # every rerun of a page says the same few hundred names and sentences
def plain(text: str | None) -> str:
    """A name as one line of text: no control characters, no marks that turn the direction of what follows."""
    kept = (" " if unicodedata.category(c) in ("Zl", "Zp") or c in "\t\n\r" else c for c in text or "")
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs") or c in "\u200c\u200d").strip()


def safe_text(text: str | None) -> str:
    """A text that Markdown shows as it is."""
    return MARKED.sub(r"\\\1", plain(text))


def age(then: datetime | None, now: datetime) -> str:
    """How long ago, in the unit a person would use."""
    if then is None:
        return "never"
    seconds = (now - then).total_seconds()
    return "just now" if seconds < 60 else f"{span(timedelta(seconds=seconds))} ago"


def span(length: timedelta) -> str:
    """A length of time in its largest sensible unit."""
    seconds = abs(length.total_seconds())
    for unit, size, until in (("s", 1, 60), ("min", 60, 3600), ("h", 3600, 172800), ("d", 86400, 86400 * 60)):
        if seconds < until:
            return f"{int(seconds // size)} {unit}"
    months = int(seconds // (86400 * 30.44))
    return f"{months} months" if months < 24 else f"{seconds / (86400 * 365.25):.0f} years"


def local_time(zone: str | None, now: datetime) -> str:
    """The clock on the wall of the person."""
    known = reach.local_time(now, zone)
    return f"{known:%H:%M}" if known else "unknown"


def there(instant: datetime, zone: str | None, fallback: str) -> datetime:
    """The instant on the clock of the person, or of the workspace when nobody knows where the person lives."""
    return reach.local_time(instant, zone) or reach.local_time(instant, fallback) or instant


def instant_words(instant: datetime, zone: str) -> str:
    """An instant on the clock of the workspace, with the name of that clock."""
    local = there(instant, None, zone)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def on_clock(wall: datetime, zone: str) -> datetime:
    """The instant at which the clock of the workspace shows this."""
    known = reach.local_time(datetime.now(UTC), zone)
    return wall.replace(tzinfo=known.tzinfo if known else UTC).astimezone(UTC)


def next_morning(zone: str | None, fallback: str, now: datetime, *, days: int) -> datetime:
    """Nine in the morning, some days on, where the person lives."""
    day = there(now, zone, fallback) + timedelta(days=days)
    return day.replace(hour=9, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)


def trend(history: list[float | None]) -> str:
    """The change over a sparkline in words: a picture alone says nothing to a screen reader."""
    known = [value for value in history if value is not None]
    if len(known) < 2:
        return "new"
    change = round(known[-1] - known[0])
    return f"↑ {change}" if change > 0 else f"↓ {-change}" if change < 0 else "→ 0"
