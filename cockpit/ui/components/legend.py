"""Which key does what."""

from __future__ import annotations

KEYS = {
    "J": "next",
    "K": "previous",
    "Enter": "do it",
    "S": "snooze",
    "D": "dismiss",
    "U": "undo",
    "W": "why",
    "O": "open",
    "G": "refresh",
}


def key_legend() -> str:
    """The list as HTML."""
    lines = (f"<kbd>{key}</kbd><span>{does}</span>" for key, does in KEYS.items())
    return f'<div class="keys">{"".join(lines)}</div>'
