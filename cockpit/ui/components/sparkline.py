"""A sparkline as inline SVG: for the cards, where no canvas table draws it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 96, 26


def sparkline(values: Sequence[float | None], words: str) -> str:
    """A line over the values of a score from 0 to 100, named by its words."""
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    step = WIDTH / max(len(values) - 1, 1)
    points = " ".join(f"{at * step:.1f},{HEIGHT - 2 - value / 100 * (HEIGHT - 4):.1f}" for at, value in known)
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="30 days: {escape(words)}"><polyline points="{points}" fill="none" stroke="currentColor" '
        f'stroke-width="1.75" stroke-linejoin="round" stroke-linecap="round"/></svg>'
    )
