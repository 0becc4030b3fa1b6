"""The lines of a score: they add up to it, to the hundredth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import polars as pl

from scoring.bands import NAMES, NO_DATA, band, hundredths, reach
from scoring.decay import DAY, Ints
from scoring.evidence import Evidence
from scoring.expiry import crossing
from scoring.inputs import moments
from scoring.intake import PERSON
from scoring.model import ScoreModel
from scoring.score import Prepared, prepare, reference_band
from scoring.sums import Line as TermLine
from scoring.terms import Term
from scoring.values import NEVER

BASE, ROUNDING, CLIP = "Where everybody starts", "Rounding", "Kept between 0 and 100"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ALONE = ("quiet", "stage", "since")  # inputs in which one signal speaks, not the sum of all


@dataclass(frozen=True, slots=True)
class SignalsOfLine:
    """The signals that speak in a line."""

    type: str
    count: int
    last_at: datetime
    age_days: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt."""

    label: str
    points: Decimal
    rule: str
    signals: tuple[SignalsOfLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """A score and the lines that sum to it."""

    person_id: str
    score: Decimal | None
    which: str
    band: str
    lines: tuple[Line, ...]
    crosses_at: datetime | None
    crosses_to: str | None


def receipt(
    evidence: Evidence, facts: pl.DataFrame, model: ScoreModel, now: datetime, which: str = "priority"
) -> dict[str, Receipt]:
    """The receipt of every person of `facts`."""
    people = prepare(evidence, facts, model, scores=(which, "priority"))
    t = moments(now, facts.height)
    ids = facts["person_id"].to_list()
    lines = _lines_by_row(people, t, which, evidence)
    band_now, crosses_at, crosses_to = _bands(people, t)
    sums = np.clip(hundredths(people.total(t, which)), 0, 10_000)
    known = people.has(which)
    return {
        person: Receipt(
            person,
            _decimal(int(sums[row])) if known[row] else None,
            which,
            band_now[row],
            tuple(lines[row]) if known[row] else (),
            crosses_at[row],
            crosses_to[row],
        )
        for row, person in enumerate(ids)
    }


def lines_frame(
    evidence: Evidence,
    facts: pl.DataFrame,
    model: ScoreModel,
    now: datetime | pl.Series,
    which: str = "priority",
    *,
    on: Sequence[str] = PERSON,
) -> pl.DataFrame:
    """All lines of all people: `row` (of facts), label, rule, points in whole hundredths; zero lines are left out."""
    people = prepare(evidence, facts, model, scores=(which,), on=on)
    return _lines(people, moments(now, facts.height), which)


def _lines(people: Prepared, t: Ints, which: str) -> pl.DataFrame:
    """Base, one line per term, rounding, clip; largest remainder, so that they sum to the shown score."""
    lines, base = people.lines[which], people.model.bases[which]
    whole = hundredths(people.total(t, which))
    rows = [line.input.rows for line in lines]
    points = [line.points(t) * 100 for line in lines]
    frame = pl.DataFrame(
        {
            "row": np.concatenate([np.zeros(0, dtype=np.int64), *rows]),
            "line": np.concatenate([np.zeros(0, dtype=np.int64), *(np.full(len(r), i) for i, r in enumerate(rows))]),
            "exact": np.concatenate([np.zeros(0), *points]),
        }
    )
    target = pl.DataFrame({"row": np.arange(len(t)), "whole": whole, "base": np.full(len(t), round(base * 100))})
    shared = _largest_remainder(frame, target)
    names = pl.DataFrame(
        {
            "line": np.arange(len(lines)),
            "label": [line.term.label for line in lines],
            "rule": [line.term.rule for line in lines],
        },
        schema={"line": pl.Int64, "label": pl.String, "rule": pl.String},
    )
    own = shared.join(names, on="line").select("row", "line", "label", "rule", "points")
    extra = _extra_lines(shared, target)
    known = pl.DataFrame({"row": np.flatnonzero(people.has(which))}, schema={"row": pl.Int64})
    joined = pl.concat([own, extra]).filter((pl.col("points") != 0) | (pl.col("line") == -1))
    return joined.join(known, on="row", how="semi").sort("row", "line")


def _largest_remainder(frame: pl.DataFrame, target: pl.DataFrame) -> pl.DataFrame:
    """Whole hundredths per line: each rounded down, the missing ones given to the largest remainders."""
    down = frame.with_columns(points=pl.col("exact").floor()).with_columns(rest=pl.col("exact") - pl.col("points"))
    due = down.join(target, on="row").with_columns(
        missing=(pl.col("whole") - pl.col("base") - pl.col("points").sum().over("row")),
        place=pl.struct(-pl.col("rest"), "line").rank("ordinal").over("row"),
    )
    given = pl.col("points") + (pl.col("place") <= pl.col("missing")).cast(pl.Int64)
    return due.select("row", "line", points=given.cast(pl.Int64))


def _extra_lines(shared: pl.DataFrame, target: pl.DataFrame) -> pl.DataFrame:
    """Base, what rounding left over, and what clipping took or gave."""
    sums = target.join(shared.group_by("row").agg(pl.col("points").sum()), on="row", how="left")
    sums = sums.with_columns(left=pl.col("whole") - pl.col("base") - pl.col("points").fill_null(0))
    clip = pl.col("whole").clip(0, 10_000) - pl.col("whole")
    kinds = (
        (-1, BASE, "An average person", pl.col("base")),
        (10_000, ROUNDING, "To whole hundredths", pl.col("left")),
        (10_001, CLIP, "No score is below 0 or above 100", clip),
    )
    return pl.concat(
        [
            sums.select(
                "row",
                line=pl.lit(line, pl.Int64),
                label=pl.lit(label),
                rule=pl.lit(rule),
                points=points.cast(pl.Int64),
            )
            for line, label, rule, points in kinds
        ]
    )


def _lines_by_row(people: Prepared, t: Ints, which: str, evidence: Evidence) -> list[list[Line]]:
    """The lines of every person with their signals."""
    terms = people.lines[which]
    told = [_signals(people, line, t) for line in terms]
    by_row: list[list[Line]] = [[] for _ in range(len(t))]
    for row, number, label, rule, points in _lines(people, t, which).iter_rows():
        signals = told[number].get(row, ()) if 0 <= number < len(terms) else ()
        by_row[row].append(Line(label, _decimal(points), rule, signals))
    return by_row


def _signals(people: Prepared, line: TermLine, t: Ints) -> dict[int, tuple[SignalsOfLine, ...]]:
    """Which signals speak in a line, the one that says most first."""
    found: dict[int, list[SignalsOfLine]] = {}
    for name in line.term.types:
        if name not in people.source.sums or name.startswith("@"):
            continue
        sums = people.source.sums[name]
        for row, last, count in zip(sums.rows.tolist(), sums.last.tolist(), sums.total.tolist(), strict=True):
            age = (int(t[row]) - last) / DAY
            found.setdefault(row, []).append(SignalsOfLine(name, int(count), _moment(last), age))
    return {row: _told(line.term, signals) for row, signals in found.items()}


def _told(term: Term, signals: list[SignalsOfLine]) -> tuple[SignalsOfLine, ...]:
    """All of them latest first, or the only one that counts."""
    latest_first = sorted(signals, key=lambda signal: (signal.age_days, signal.type))
    if term.input not in ALONE:
        return tuple(latest_first)
    if term.input == "stage":
        stages, half_life = term.params["stages"], term.params["half_life_days"]
        latest_first.sort(key=lambda signal: -stages[signal.type] * 2 ** (-signal.age_days / half_life))
    return tuple(latest_first[:1])


def _bands(people: Prepared, t: Ints) -> tuple[list[str], list[datetime | None], list[str | None]]:
    """The band now, and when and to what it changes by time alone."""
    model = people.model
    points, reference = hundredths(people.total(t)), reference_band(people, t)
    low, high = reach(points, reference, model)
    cross = crossing(people.sums["priority"], t, low, high)
    crosses = (cross.at != NEVER) & people.known
    after = band(hundredths(people.total(np.where(crosses, cross.at, t))), reference, model)
    names = np.where(people.known, np.array(NAMES)[band(points, reference, model)], NO_DATA)
    at = [_moment(int(when)) if known else None for when, known in zip(cross.at, crosses, strict=True)]
    to = [NAMES[index] if known else None for index, known in zip(after, crosses, strict=True)]
    return names.tolist(), at, to


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _decimal(points: int) -> Decimal:
    return Decimal(points).scaleb(-2)
