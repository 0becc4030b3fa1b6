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
    told = ", ".join(_signal(one, line, titles, now) for one in line.signals[:SIGNALS_SHOWN])
    more = len(line.signals) - SIGNALS_SHOWN
    details = f"<small>{escape(told)}{f' and {more} more' if more > 0 else ''}</small>" if told else ""
    rule = plain(line.rule.removeprefix(f"{line.label}: "))
    return (
        f"<tr><td>{escape(plain(line.label))}{details}<small>{escape(rule[:1].upper() + rule[1:])}</small></td>"
        f'<td class="points">{points_words(line.points)}</td></tr>'
    )


def _signal(one: SignalsOfLine, line: Line, titles: Mapping[str, str], now: datetime) -> str:
    """How often and how long ago; the type only where the line's own label does not say it."""
    title = titles.get(one.type, one.type)
    named = "" if title == line.label else f"{plain(title)}, "
    times = f"{one.count} times, last " if one.count > 1 else ""
    return f"{named}{times}{age(one.last_at, now)}"
