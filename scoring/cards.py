"""What becomes of stored cards when the suggestions of a person are computed anew."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from scoring.actions.action import INSTANT
from scoring.moment import moment
from scoring.plans import carried_out
from scoring.suggest import SUPPRESSED_COLUMNS, no_suppressions

OPEN, SNOOZED, DISMISSED = "OPEN", "SNOOZED", "DISMISSED"
EXECUTED, EXPIRED, INVALIDATED = "EXECUTED", "EXPIRED", "INVALIDATED"
DECISIONS = frozenset({SNOOZED, DISMISSED, EXECUTED})

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
    if DECISIONS.isdisjoint(cards["state"].to_list()):
        return no_suppressions()
    return carried_out(cards.lazy().filter(_DECIDED).select(_SUPPRESSED).filter(pl.col("until") > moment(now)))


def _suppressed() -> list[pl.Expr]:
    """Until when a card stays away; a dismissed one takes all of its type with it."""
    state = pl.col("state")
    fields = {
        "person_id": pl.col("person_id"),
        "action_type": pl.col("action_type"),
        "action_key": pl.when(state != DISMISSED).then(pl.col("action_id")),
        "until": pl.when(state == SNOOZED)
        .then(pl.col("snoozed_until"))
        .when(state == DISMISSED)
        .then(pl.col("suppressed_until"))
        .when(state == EXECUTED)
        .then(pl.col("expires_at")),
    }
    return [fields[name].cast(kind).alias(name) for name, kind in SUPPRESSED_COLUMNS.items()]


def reconcile(cards: pl.DataFrame, suggestions: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """The rows to write: new top cards, ranks that changed, and cards whose situation is over."""
    fresh = suggestions.lazy().select(_AS_CARDS)
    joined = cards.lazy().select(_STORED).join(fresh, on="action_id", how="full", coalesce=True, suffix="_new")
    shown = joined.filter(_SHOWN).with_columns(moment(now).alias("now")).with_columns(_NEXT_STATE)
    return carried_out(shown.select(_WRITTEN).filter("differs").select(_STORED).sort("action_id"))


def _as_cards() -> list[pl.Expr]:
    """Suggestions in the columns of cards; only the top one of a person has a rank."""
    plain = ("person_id", "action_type", "rank", *_FRESH[1:])
    rank_key = pl.when(pl.col("rank") == 1).then(pl.col("rank_key")).alias("rank_key")
    return [pl.col("action_key").alias("action_id"), *map(pl.col, plain), rank_key]


def _next_state() -> pl.Expr:
    """The state a card goes to: a decision holds for its time, then the situation decides again."""
    state, now = pl.col("state"), pl.col("now")
    held = (
        (state == EXECUTED)
        | ((state == SNOOZED) & (pl.col("snoozed_until") > now))
        | ((state == DISMISSED) & (pl.col("suppressed_until") > now))
    ).fill_null(value=False)
    over = pl.when(pl.col("expires_at") <= now).then(pl.lit(EXPIRED)).otherwise(pl.lit(INVALIDATED))
    ended = pl.when((state == OPEN) | (state == SNOOZED)).then(over).otherwise(state)
    applies = pl.col("rank").is_not_null()
    return pl.when(held).then(state).when(applies).then(pl.lit(OPEN)).otherwise(ended).alias("next_state")


def _written() -> list[pl.Expr]:
    """The rows as they shall be stored, with a mark on those that differ from what is stored."""
    opened = (pl.col("next_state") == OPEN) & pl.col("rank").is_not_null()
    moved = pl.col("state").is_null() | (pl.col("state") != pl.col("next_state"))
    fields = [pl.when(opened).then(pl.col(f"{name}_new")).otherwise(pl.col(name)).alias(name) for name in _FRESH[1:]]
    rank = pl.when(opened).then(pl.col("rank_key_new")).alias("rank_key")
    other = pl.any_horizontal([pl.col(f"{name}_new").ne_missing(pl.col(name)) for name in _FRESH[1:]])
    return [
        pl.col("action_id"),
        pl.coalesce("person_id", "person_id_new").alias("person_id"),
        pl.coalesce("action_type", "action_type_new").alias("action_type"),
        pl.col("next_state").alias("state"),
        rank,
        *fields,
        pl.coalesce("created_at", "now").cast(INSTANT).alias("created_at"),
        *(pl.when(~moved).then(pl.col(name)).alias(name) for name in (*_SNOOZE_OVER, "previous_state", "changed_by")),
        pl.when(moved).then("now").otherwise("changed_at").cast(INSTANT).alias("changed_at"),
        (moved | rank.ne_missing(pl.col("rank_key")) | (opened & other)).alias("differs"),
    ]


# Made once: writing the expressions takes longer than looking at a handful of cards.
_SUPPRESSED = _suppressed()
_DECIDED = pl.col("state") != OPEN
_STORED = [pl.col(name) for name in CARD_COLUMNS]
_SHOWN = pl.col("state").is_not_null() | (pl.col("rank") == 1)
_AS_CARDS, _NEXT_STATE, _WRITTEN = _as_cards(), _next_state(), _written()
