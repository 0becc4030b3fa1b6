"""A sparkline as a small picture: for the cards, where no table draws it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

WIDTH, HEIGHT = 96, 26
COLOUR = "#4a86dc"  # seen on white and on the dark ground alike: a picture cannot inherit the colour of the text


def sparkline(values: Sequence[float | None], words: str) -> str:
    """A line over the values of a score from 0 to 100, named by its words."""
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    step = WIDTH / max(len(values) - 1, 1)
    points = " ".join(f"{at * step:.1f},{HEIGHT - 2 - value / 100 * (HEIGHT - 4):.1f}" for at, value in known)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><polyline points="{points}" '
        f'fill="none" stroke="{COLOUR}" stroke-width="1.75" stroke-linejoin="round" stroke-linecap="round"/></svg>'
    )
    address = f"data:image/svg+xml,{quote(svg)}"
    return f'<img width="{WIDTH}" height="{HEIGHT}" src="{address}" alt="30 days: {escape(words, quote=True)}">'
