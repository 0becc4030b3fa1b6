"""Which key does what."""

from __future__ import annotations

KEYS = {
    "J": "next lead",
    "K": "previous lead",
    "Enter": "do the suggested action",
    "S": "snooze until tomorrow",
    "D": "dismiss, with a reason",
    "U": "undo",
    "W": "why this score",
    "O": "open the person",
    "G": "refresh",
}


def key_legend() -> str:
    """The list as HTML."""
    return (
        '<dl class="keys">'
        + "".join(f"<dt><kbd>{key}</kbd></dt><dd>{does}</dd>" for key, does in KEYS.items())
        + "</dl>"
    )
