"""What becomes of stored cards when the suggestions of a person are computed anew."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from scoring.actions.action import INSTANT
from scoring.suggest import SUPPRESSED_COLUMNS

OPEN, SNOOZED, DISMISSED = "OPEN", "SNOOZED", "DISMISSED"
EXECUTED, EXPIRED, INVALIDATED = "EXECUTED", "EXPIRED", "INVALIDATED"

CARD_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "action_id": pl.String,
    "person_id": pl.String,
    "action_type": pl.String,
    "state": pl.String,
    "rank_key": pl.Float64,
    "urgency": pl.Float64,
    "effect": pl.Float64,
    "effort": pl.Float64,
    "channel": pl.String,
    "evidence_type": pl.String,
    "evidence_at": INSTANT,
    "situation": pl.Int32,
    "created_at": INSTANT,
    "expires_at": INSTANT,
    "snoozed_until": INSTANT,
    "dismiss_reason": pl.String,
    "suppressed_until": INSTANT,
    "previous_state": pl.String,
    "changed_at": INSTANT,
    "changed_by": pl.String,
}
_FRESH = (
    "rank_key",
    "urgency",
    "effect",
    "effort",
    "channel",
    "evidence_type",
    "evidence_at",
    "situation",
    "expires_at",
)
_SNOOZE_OVER = ("snoozed_until", "dismiss_reason", "suppressed_until")


def no_cards() -> pl.DataFrame:
    """A person nobody has suggested anything for."""
    return pl.DataFrame(schema=CARD_COLUMNS)


def suppressions(cards: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """What members decided and what still holds: a snoozed card, a dismissed type, an executed card."""
    snoozed = cards.filter((pl.col("state") == SNOOZED) & (pl.col("snoozed_until") > now)).select(
        "person_id", "action_type", pl.col("action_id").alias("action_key"), pl.col("snoozed_until").alias("until")
    )
    dismissed = cards.filter((pl.col("state") == DISMISSED) & (pl.col("suppressed_until") > now)).select(
        "person_id",
        "action_type",
        pl.lit(None, dtype=pl.String).alias("action_key"),
        pl.col("suppressed_until").alias("until"),
    )
    executed = cards.filter((pl.col("state") == EXECUTED) & (pl.col("expires_at") > now)).select(
        "person_id", "action_type", pl.col("action_id").alias("action_key"), pl.col("expires_at").alias("until")
    )
    return pl.concat([snoozed, dismissed, executed]).select(
        pl.col(name).cast(kind) for name, kind in SUPPRESSED_COLUMNS.items()
    )


def reconcile(cards: pl.DataFrame, suggestions: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """The rows to write: new top cards, ranks that changed, and cards whose situation is over."""
    fresh = suggestions.with_columns(
        pl.col("action_key").alias("action_id"),
        pl.when(pl.col("rank") == 1).then(pl.col("rank_key")).alias("rank_key"),
    ).select("action_id", "person_id", "action_type", "rank", *_FRESH)
    joined = cards.select(list(CARD_COLUMNS)).join(fresh, on="action_id", how="full", coalesce=True, suffix="_new")
    applies = pl.col("rank").is_not_null()
    state = _next_state(applies, now).alias("next_state")
    shown = joined.filter(pl.col("state").is_not_null() | (pl.col("rank") == 1)).with_columns(state)
    return _changed(_written(shown, now))


def _next_state(applies: pl.Expr, now: datetime) -> pl.Expr:
    """The state a card goes to: a decision holds for its time, then the situation decides again."""
    state = pl.col("state")
    held = (
        (state == EXECUTED)
        | ((state == SNOOZED) & (pl.col("snoozed_until") > now))
        | ((state == DISMISSED) & (pl.col("suppressed_until") > now))
    ).fill_null(value=False)
    over = pl.when(pl.col("expires_at") <= now).then(pl.lit(EXPIRED)).otherwise(pl.lit(INVALIDATED))
    ended = pl.when(state.is_in([OPEN, SNOOZED])).then(over).otherwise(state)
    return pl.when(held).then(state).when(applies).then(pl.lit(OPEN)).otherwise(ended)


def _written(shown: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """The rows as they shall be stored, with a mark on those that differ from what is stored."""
    opened = (pl.col("next_state") == OPEN) & pl.col("rank").is_not_null()
    moved = pl.col("state").is_null() | (pl.col("state") != pl.col("next_state"))
    fields = [pl.when(opened).then(pl.col(f"{name}_new")).otherwise(pl.col(name)).alias(name) for name in _FRESH[1:]]
    rank = pl.when(opened).then(pl.col("rank_key_new")).alias("rank_key")
    return shown.select(
        "action_id",
        pl.coalesce("person_id", "person_id_new").alias("person_id"),
        pl.coalesce("action_type", "action_type_new").alias("action_type"),
        pl.col("next_state").alias("state"),
        rank,
        *fields,
        pl.coalesce("created_at", pl.lit(now)).cast(INSTANT).alias("created_at"),
        *(pl.when(~moved).then(pl.col(name)).alias(name) for name in _SNOOZE_OVER),
        pl.when(~moved).then(pl.col("previous_state")).alias("previous_state"),
        pl.when(moved).then(pl.lit(now)).otherwise(pl.col("changed_at")).cast(INSTANT).alias("changed_at"),
        pl.when(~moved).then(pl.col("changed_by")).alias("changed_by"),
        (moved | rank.ne_missing(pl.col("rank_key")) | _differs()).alias("differs"),
    )


def _differs() -> pl.Expr:
    """True where the evidence or the weight of an open card is not what is stored."""
    open_still = (pl.col("next_state") == OPEN) & pl.col("rank").is_not_null()
    fields = pl.any_horizontal([pl.col(f"{name}_new").ne_missing(pl.col(name)) for name in _FRESH[1:]])
    return open_still & fields


def _changed(rows: pl.DataFrame) -> pl.DataFrame:
    """Only what has to be written, in the order of the table's key."""
    return rows.filter(pl.col("differs")).select(list(CARD_COLUMNS)).sort("action_id")
