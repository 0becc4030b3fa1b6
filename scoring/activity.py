"""What members did, counted per day from the signals of their people: the numbers of the Team Activity panel.

Counts are sums over people, so a person's change can be added as a difference and the order of arrival never matters.
"""

from __future__ import annotations

import polars as pl

from scoring.signals import Catalogue

COUNTS: dict[str, pl.DataType] = {
    "member_id": pl.String(),
    "day": pl.Date(),
    "what": pl.String(),  # actions | replies | bookings | the minutes of an answer
    "n": pl.Int64(),
}
ACTIONS, REPLIES, BOOKINGS = "actions", "replies", "bookings"
OPENING = "@waiting"  # stands for the signal that made it our turn, when only its time is known


def no_counts() -> pl.DataFrame:
    """Nothing happened."""
    return pl.DataFrame(schema=COUNTS)


def counts_of(signals: pl.DataFrame, owners: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """The counts of complete histories; `signals` has person_id, type, direction, occurred_at."""
    rows = signals.join(owners.drop_nulls(), on="person_id").with_columns(*_meanings(catalogue))
    told = pl.col("type") != OPENING
    parts = [
        rows.filter(told & (pl.col("way") == "outbound")).with_columns(what=pl.lit(ACTIONS)),
        rows.filter(told & pl.col("reply")).with_columns(what=pl.lit(REPLIES)),
        rows.filter(told & pl.col("booking")).with_columns(what=pl.lit(BOOKINGS)),
        _answers(rows),
    ]
    counted = pl.concat(
        [part.select("owner_id", pl.col("occurred_at").dt.date().alias("day"), "what") for part in parts]
    )
    return _summed(counted.select(member_id="owner_id", day="day", what="what", n=pl.lit(1, pl.Int64)))


def difference(after: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """What to add to the counts so that they become those of `after`."""
    return _summed(pl.concat([after, before.with_columns(-pl.col("n"))])).filter(pl.col("n") != 0)


def days_of(counts: pl.DataFrame) -> pl.DataFrame:
    """One row per member and day: the three counts and the histogram of answer times, `{"minutes": answers}`."""
    named = pl.col("what").is_in([ACTIONS, REPLIES, BOOKINGS])
    answers = counts.filter(~named).sort("what")
    histogram = answers.group_by("member_id", "day").agg(
        pl.format('"{}": {}', "what", "n").str.join(", ").alias("response_minutes")
    )
    sums = [
        pl.col("n").filter(pl.col("what") == what).sum().cast(pl.Int64).alias(what)
        for what in (ACTIONS, REPLIES, BOOKINGS)
    ]
    days = counts.group_by("member_id", "day").agg(sums).join(histogram, on=["member_id", "day"], how="left")
    body = pl.concat_str(pl.lit("{"), pl.col("response_minutes").fill_null(""), pl.lit("}"))
    return days.with_columns(body.alias("response_minutes")).sort("member_id", "day")


def _summed(counts: pl.DataFrame) -> pl.DataFrame:
    keys = ["member_id", "day", "what"]
    return counts.group_by(keys).agg(pl.col("n").sum()).sort(keys).select(pl.col(k).cast(v) for k, v in COUNTS.items())


def _meanings(catalogue: Catalogue) -> list[pl.Expr]:
    """What a type means here: way, reply, booking, opens and closes our turn."""
    kind = pl.col("type")
    ways = {name: each.direction for name, each in catalogue.items()}
    replies = [name for name, each in catalogue.items() if each.direction == "inbound" and each.group_key == "replies"]
    opens = [name for name, each in catalogue.items() if each.opens_turn in {"us", "both"}]
    closes = [name for name, each in catalogue.items() if each.closes_turn in {"us", "both"}]
    return [
        kind.replace_strict(ways, default=pl.col("direction"), return_dtype=pl.String).alias("way"),
        kind.is_in(replies).alias("reply"),
        (kind == "APPOINTMENT_BOOKED").alias("booking"),
        kind.is_in([*opens, OPENING]).alias("opens"),
        kind.is_in(closes).alias("closes"),
    ]


def _answers(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per answer of ours, with the minutes the person had waited since the first unanswered opening.

    An answer at the instant of the question answers it, as in the conversation itself.
    """
    turns = rows.filter(pl.col("opens") | pl.col("closes")).sort("person_id", "occurred_at", "closes")
    begun = pl.col("closes").cast(pl.Int32).cum_sum().over("person_id") - pl.col("closes").cast(pl.Int32)
    waited = turns.with_columns(turn=begun).with_columns(
        since=pl.col("occurred_at").filter(pl.col("opens")).min().over("person_id", "turn")
    )
    answers = waited.filter(pl.col("closes") & (pl.col("since") <= pl.col("occurred_at")))
    minutes = (pl.col("occurred_at") - pl.col("since")).dt.total_minutes()
    return answers.with_columns(_bucket(minutes).cast(pl.String).alias("what"))


def _bucket(minutes: pl.Expr) -> pl.Expr:
    """Whole minutes up to two hours, ten minutes up to a day, then hours: a median needs no more."""
    tens, hours = minutes // 10 * 10, minutes // 60 * 60
    return pl.when(minutes <= 120).then(minutes).when(minutes <= 1440).then(tens).otherwise(hours)
