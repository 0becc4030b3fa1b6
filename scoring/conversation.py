"""The state of a conversation: whose turn it is, since when, and what is planned.

Everything is a least or a greatest instant of a set of signals, so the order in which they arrive cannot matter. An
answer at the same instant as the question counts as an answer.
"""

from __future__ import annotations

import polars as pl

from scoring.intake import INSTANT, Intake

CONVERSATION: dict[str, pl.DataType] = {
    "first_at": INSTANT,
    "last_at": INSTANT,
    "last_inbound_at": INSTANT,
    "last_inbound_type": pl.String(),
    "last_outbound_at": INSTANT,
    "last_outbound_type": pl.String(),
    "last_type": pl.String(),
    "contact_days": pl.Int32(),
    "inbound_days": pl.Int32(),
    "turn": pl.String(),
    "waiting_since": INSTANT,
    "waiting_type": pl.String(),
    "asked_at": INSTANT,
    "next_step_at": INSTANT,
    "opted_out_at": INSTANT,
    "lifecycle": pl.String(),
    "signals": pl.Int32(),
}
_FOLLOWED = ("first_contact_at", "first_inbound_at", "closed_us_at", "closed_them_at", "cleared_at")
_EVENTS = {"last_inbound_at": "inbound", "last_outbound_at": "outbound", "became_at": "becomes", "last_at": "known"}


def conversation(intake: Intake) -> pl.DataFrame:
    """One row per `g`: the columns of the table, and what following it up needs."""
    rows = intake.rows.with_columns(_KINDS)
    extremes = rows.group_by("g").agg(_EXTREMES)
    details = rows.join(extremes.drop("signals"), on="g").group_by("g").agg(_DETAILS)
    whole = extremes.join(details, on="g").join(_waiting(rows, extremes), on="g", how="left")
    return whole.with_columns(_TURN).select(_WHOLE)


def _extremes() -> list[pl.Expr]:
    """What needs one look at the signals."""
    at = pl.col("at")

    def when(flag: str) -> pl.Expr:
        return pl.when(pl.col(flag)).then(at)

    return [
        # a refusal does not begin an acquaintance: an early one would make the own rhythm look slow
        pl.when(~pl.col("against").fill_null(value=False)).then(at).min().alias("first_at"),
        at.max().alias("last_at"),
        pl.len().alias("signals"),
        when("inbound").max().alias("last_inbound_at"),
        when("inbound").min().alias("first_inbound_at"),
        when("outbound").max().alias("last_outbound_at"),
        when("contact").min().alias("first_contact_at"),
        when("became").max().alias("became_at"),
        when("opts_out").min().alias("opted_out_at"),
        when("closes_us").max().alias("closed_us_at"),
        when("closes_them").max().alias("closed_them_at"),
        when("clears").max().alias("cleared_at"),
        pl.when("contact").then("day").n_unique().alias("contact_days") - pl.when("contact").then("day").has_nulls(),
        pl.when("inbound").then("day").n_unique().alias("inbound_days") - pl.when("inbound").then("day").has_nulls(),
    ]


def _details() -> list[pl.Expr]:
    """What needs the extremes: names at an instant (the last by alphabet of several), and what came after one."""

    def name_at(instant: str, flag: pl.Expr, name: str = "type") -> pl.Expr:
        return pl.when(flag & (pl.col("at") == pl.col(instant))).then(pl.col(name)).max()

    def after(instant: str) -> pl.Expr:
        return pl.col("at") > pl.col(instant).fill_null(pl.lit(-(2**62)))

    return [
        name_at("last_at", pl.lit(value=True)).alias("last_type"),
        name_at("last_inbound_at", pl.col("inbound")).alias("last_inbound_type"),
        name_at("last_outbound_at", pl.col("outbound")).alias("last_outbound_type"),
        name_at("became_at", pl.col("became"), "becomes").alias("lifecycle"),
        pl.when(pl.col("opens_us") & after("closed_us_at")).then("at").min().alias("waiting_since"),
        pl.when(pl.col("opens_them") & after("closed_them_at")).then("at").max().alias("asked_at"),
        pl.when(pl.col("sets") & after("cleared_at")).then("planned").max().alias("next_step_at"),
    ]


def _waiting(rows: pl.DataFrame, extremes: pl.DataFrame) -> pl.DataFrame:
    """What the first unanswered opening was."""
    openings = rows.filter("opens_us").join(extremes.select("g", "closed_us_at"), on="g")
    still = openings.filter(_STILL_OPEN)
    return still.filter(_FIRST_OPEN).group_by("g").agg(_OPENED)


def _turn() -> pl.Expr:
    """Ours before theirs: a person who waits for us is never theirs to answer."""
    ours, theirs = pl.col("waiting_since").is_not_null(), pl.col("asked_at").is_not_null()
    return pl.when(ours).then(pl.lit("us")).when(theirs).then(pl.lit("them")).otherwise(pl.lit("none")).alias("turn")


def follow(prior: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """The state after later signals; `prior` carries the `g` of `new`."""
    both = new.join(prior.select("g", *CONVERSATION), on="g", how="left", suffix="_old")
    return both.with_columns(_FOLLOWED_BY).with_columns(_TURN).select("g", *CONVERSATION)


def _followed() -> list[pl.Expr]:
    latest = ("last_inbound_at", "last_inbound_type", "last_outbound_at", "last_outbound_type", "lifecycle")
    contact = pl.max_horizontal("last_inbound_at_old", "last_outbound_at_old")
    return [
        pl.coalesce("first_at_old", "first_at").alias("first_at"),
        *(pl.coalesce(name, f"{name}_old").alias(name) for name in latest),
        *_reopened("closed_us_at", "waiting_since", "waiting_since_old", "waiting_since"),
        *_reopened("closed_us_at", "waiting_type", "waiting_type_old", "waiting_type", "waiting_since_old"),
        *_reopened("closed_them_at", "asked_at", "asked_at", "asked_at_old"),
        pl.when(pl.col("cleared_at").is_null())
        .then(pl.max_horizontal("next_step_at", "next_step_at_old"))
        .otherwise("next_step_at")
        .alias("next_step_at"),
        pl.coalesce("opted_out_at_old", "opted_out_at").alias("opted_out_at"),
        (pl.col("signals") + pl.col("signals_old").fill_null(0)).alias("signals"),
        _days("contact_days", contact, pl.col("first_contact_at")),
        _days("inbound_days", pl.col("last_inbound_at_old"), pl.col("first_inbound_at")),
    ]


def _reopened(closed: str, name: str, first: str, second: str, known: str | None = None) -> list[pl.Expr]:
    """A later answer closes what was open before; without one the open state goes on."""
    goes_on = (
        pl.coalesce(first, second) if known is None else pl.when(pl.col(known).is_null()).then(second).otherwise(first)
    )
    return [pl.when(pl.col(closed).is_null()).then(goes_on).otherwise(name).alias(name)]


def _days(name: str, last: pl.Expr, first: pl.Expr) -> pl.Expr:
    """A day that was already counted is not counted again."""
    same = (last.dt.date() == first.dt.date()).fill_null(value=False).cast(pl.Int32)
    return (pl.col(name) + pl.col(f"{name}_old").fill_null(0) - same).alias(name)


def _whole() -> list[pl.Expr]:
    """The columns in their types."""
    instants = {name for name, kind in CONVERSATION.items() if kind == INSTANT} | set(_FOLLOWED)
    return [
        pl.from_epoch(pl.col(name), time_unit="us").dt.replace_time_zone("UTC").cast(INSTANT)
        if name in instants
        else pl.col(name).cast(CONVERSATION[name])
        for name in (*CONVERSATION, *_FOLLOWED)
    ]


# Made once: writing the expressions takes longer than looking at a handful of people.
_KINDS = (
    pl.col("becomes").is_not_null().alias("became"),
    (pl.col("inbound") | pl.col("outbound")).alias("contact"),
)
_EXTREMES, _DETAILS, _TURN, _FOLLOWED_BY = _extremes(), _details(), _turn(), _followed()
_STILL_OPEN = pl.col("closed_us_at").is_null() | (pl.col("at") > pl.col("closed_us_at"))
_FIRST_OPEN = pl.col("at") == pl.col("at").min().over("g")
_OPENED = pl.col("type").max().alias("waiting_type")
_WHOLE = (pl.col("g"), *_whole())
