"""A receipt as a table: reason, when, points; the points above the last line add up to it exactly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from html import escape

from cockpit.ui.words import age, plain
from scoring.receipt import Line, Receipt, SignalsOfLine

SIGNALS_SHOWN = 4


def receipt_html(receipt: Receipt, titles: Mapping[str, str], now: datetime) -> str:
    """The HTML of the table; every text is escaped."""
    rows = "".join(_row(line, titles, now) for line in receipt.lines)
    score = "no data" if receipt.score is None else f"{receipt.score:.2f}"
    return (
        '<table class="receipt"><caption class="quiet">Points that add up to the score</caption>'
        '<thead><tr><th scope="col">Reason</th><th scope="col" class="points">Points</th></tr></thead>'
        f"<tbody>{rows}</tbody>"
        f'<tfoot><tr><th scope="row">Score</th><td class="points">{score}</td></tr></tfoot></table>'
    )


def points_words(points: Decimal) -> str:
    """Points with their sign."""
    return f"{'+' if points > 0 else '−' if points < 0 else ''}{abs(points):.2f}"


def _row(line: Line, titles: Mapping[str, str], now: datetime) -> str:
    told = ", ".join(_signal(one, titles, now) for one in line.signals[:SIGNALS_SHOWN])
    more = len(line.signals) - SIGNALS_SHOWN
    details = f"<small>{escape(told)}{f' and {more} more' if more > 0 else ''}</small>" if told else ""
    return (
        f"<tr><td>{escape(plain(line.label))}{details}<small>{escape(plain(line.rule))}</small></td>"
        f'<td class="points">{points_words(line.points)}</td></tr>'
    )


def _signal(one: SignalsOfLine, titles: Mapping[str, str], now: datetime) -> str:
    times = f"{one.count} × " if one.count > 1 else ""
    return f"{times}{plain(titles.get(one.type, one.type))}, last {age(one.last_at, now)}"
