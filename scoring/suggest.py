"""Scores and conversation state in, ranked suggested actions out: one card per person is the best of them.

The rank is in powers of two: urgency + effect - effort, halved every two days from the moment the action became due.
One half-life for all keeps the order of any two cards the same at every later instant, so a stored rank never drifts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha1
from itertools import chain
from typing import Any

import numpy as np
import polars as pl

from scoring.actions.action import INSTANT, TYPE_AT, Situation
from scoring.actions.registry import ACTIONS, SITUATIONS, TYPES_READ
from scoring.moment import microseconds, moment
from scoring.plans import all_carried_out, carried_out

HALVES_EVERY = timedelta(days=2)
UNREACHABLE_BITS = 2.0  # a card whose channel has no address is worth a quarter: somebody has to find the address first
_FIELDS = ("since", "until", "evidence_type", "evidence_at", "channel", "effect", "anchor")
_HALF_LIFE_US = int(HALVES_EVERY.total_seconds() * 1_000_000)

CHANNEL_NEEDS = {"phone": "has_phone", "sms": "has_phone", "whatsapp": "has_phone", "email": "has_email"}
CHANNEL_NEEDS_OF = ("has_phone", "has_email")
SLICE = 20_000  # people looked at in one go: what bounds the memory of a pass over everybody

SUGGESTION_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "person_id": pl.String,
    "action_type": pl.String,
    "situation": pl.Int32,
    "urgency": pl.Float64,
    "effect": pl.Float64,
    "effort": pl.Float64,
    "rank_key": pl.Float64,
    "rank": pl.Int32,
    "channel": pl.String,
    "evidence_type": pl.String,
    "evidence_at": INSTANT,
    "expires_at": INSTANT,
    "action_key": pl.String,
}
SUPPRESSED_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "person_id": pl.String,
    "action_type": pl.String,
    "action_key": pl.String,  # null: every card of this type
    "until": INSTANT,
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is suggested now, best first, and when that will change without any new signal."""

    suggestions: pl.DataFrame
    changes: pl.DataFrame  # person_id, changes_at


def no_suppressions() -> pl.DataFrame:
    """Nothing was dismissed or snoozed."""
    return pl.DataFrame(schema=SUPPRESSED_COLUMNS)


def people_frame(
    conversation: pl.DataFrame,
    accumulators: pl.DataFrame,
    scores: pl.DataFrame,
    facts: pl.DataFrame,
    channel_of: Callable[[str], str | None],
) -> pl.DataFrame:
    """One row per person of `scores` with everything the actions read; what signals say of the lifecycle wins."""
    known = facts.lazy().rename({"lifecycle": "given_lifecycle"})
    frame = (
        scores.lazy()
        .join(known, on="person_id", how="left", suffix="_of_facts")
        .join(conversation.lazy(), on="person_id", how="left", suffix="_of_conversation")
        .with_columns(_LIFECYCLE)
    )
    return carried_out(_for_actions(frame, conversation["waiting_type"], accumulators, channel_of))


def for_actions(
    people: pl.DataFrame, accumulators: pl.DataFrame, channel_of: Callable[[str], str | None]
) -> pl.DataFrame:
    """People with what only the actions read: last times by type, and the channel of what they wait with."""
    return carried_out(_for_actions(people.lazy(), people["waiting_type"], accumulators, channel_of))


def _for_actions(
    people: pl.LazyFrame, waiting: pl.Series, accumulators: pl.DataFrame, channel_of: Callable[[str], str | None]
) -> pl.LazyFrame:
    channels = {name: channel_of(name) for name in set(waiting.to_list()) - {None}}
    channel = pl.col("waiting_type").replace_strict(channels, default=None, return_dtype=pl.String)
    met = set(accumulators["type"].to_list())
    times = (
        accumulators.lazy().filter(_ASKED_FOR).group_by("person_id").agg(_TIMES[name] for name in _TIMES if name in met)
    )
    never = (null for name, null in _NEVER.items() if name not in met)
    return people.join(times, on="person_id", how="left").with_columns(*never, waiting_channel=channel)


def suggest(people: pl.DataFrame, now: datetime, suppressed: pl.DataFrame | None = None) -> pl.DataFrame:
    """Every action that applies to each person now, best first within the person."""
    return outlook(people, now, suppressed).suggestions


def top(suggestions: pl.DataFrame) -> pl.DataFrame:
    """The one card of each person."""
    return suggestions.filter(pl.col("rank") == 1)


def outlook(people: pl.DataFrame, now: datetime, suppressed: pl.DataFrame | None = None) -> Outlook:
    """The suggestions and the next instant at which they change by themselves."""
    cards, at = _cards(people, now), moment(now)
    given = no_suppressions() if suppressed is None else suppressed
    held = given if given.is_empty() else given.filter(pl.col("until") > at)
    changes = cards.lazy().select("person_id", "changes_at")
    if held.height:
        changes = pl.concat([changes, held.lazy().select("person_id", changes_at="until")])
    next_changes = changes.group_by("person_id").agg(pl.col("changes_at").min()).sort("person_id")
    best, next_change = all_carried_out(_best(cards.lazy().filter(pl.col("since") <= at)), next_changes)
    return Outlook(suggestions=_ranked(_allowed(_keyed(best), held)), changes=next_change)


def rank_at(rank_key: float, now: datetime) -> float:
    """The rank shown at an instant: the key less the time since the epoch, in halvings."""
    return (rank_key - now.timestamp() * 1e6) / _HALF_LIFE_US


def _cards(people: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """One row per person and situation that applies now or will, by itself, later."""
    if people.height <= SLICE:
        return _spread(people, now)
    return pl.concat([_spread(piece, now) for piece in people.iter_slices(SLICE)])


def _spread(people: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """The situations of each person as rows; one wide look at the people is cheaper than one look per situation."""
    at = microseconds(now)
    numbers = possible(people)
    asked = sorted({place for number in numbers for place in _PLACES_OF[number]})
    wide = carried_out(people.lazy().filter(_REACHABLE).select(*_WHO, *(_DISTINCT[place] for place in asked)))
    number = pl.Series("number", np.repeat(np.array(numbers, dtype=np.int32), wide.height))
    who = [pl.concat([wide[name]] * len(numbers)) for name in _WHO]
    fields = [
        pl.concat([wide[str(_PLACES_OF[number][field])] for number in numbers]).alias(name)
        for field, name in enumerate(_FIELDS)
    ]
    rows = pl.DataFrame([number, *who, *fields]).lazy().with_columns(pl.lit(at, pl.Int64).alias("now"))
    raised = rows.filter(_LASTS).join(_CONSTANTS, on="number", maintain_order="left").with_columns(_RAISED)
    return carried_out(raised.select(_AS_SUGGESTIONS).with_columns(_RANK_KEY))


def possible(people: pl.DataFrame) -> list[int]:
    """The situations that anybody can be in, by number: without its evidence none applies."""
    met = {name for name in people.columns if name.startswith(TYPE_AT) and people[name].null_count() < people.height}
    return [number for number, types in enumerate(_EVIDENCE) if types is None or types & met]


def _evidence(situation: Situation) -> frozenset[str] | None:
    """The columns with last times of types that its evidence is of; None where it can be another instant."""
    read = frozenset(situation.evidence_at.meta.root_names())
    return read if all(name.startswith(TYPE_AT) for name in read) else None


def _as_suggestions() -> list[pl.Expr]:
    """Rows with all times as instants."""
    end = pl.min_horizontal("until", pl.col("since") + pl.col("again"))
    changes = pl.when(pl.col("since") > pl.col("now")).then("since").otherwise(end)
    effect = (pl.col("effect") - UNREACHABLE_BITS * _has_no_address(pl.col("channel"))).round(2)
    plain = ("person_id", "action_type", "situation", "urgency", "effort", "channel", "evidence_type", "anchor")
    return [
        *map(pl.col, plain),
        effect.alias("effect"),
        _instant("evidence_at"),
        _instant("until").alias("expires_at"),
        _instant("since"),
        pl.from_epoch(changes, time_unit="us").dt.replace_time_zone("UTC").alias("changes_at"),
    ]


def _wide() -> list[list[pl.Expr]]:
    """The fields of every situation; `since` is null where it does not apply."""
    columns: list[list[pl.Expr]] = []
    for action, situation in SITUATIONS:
        channel = pl.lit(action.channel, dtype=pl.String) if situation.channel is None else situation.channel
        anchor = situation.evidence_at if situation.anchor is None else situation.anchor
        fields = {
            "since": pl.when(situation.when).then(_epoch(situation.since)),
            "until": _epoch(situation.until),
            "evidence_type": situation.evidence_type.cast(pl.String),
            "evidence_at": _epoch(situation.evidence_at),
            "channel": channel,
            "effect": situation.effect.cast(pl.Float64),
            "anchor": _epoch(anchor),
        }
        columns.append([fields[name] for name in _FIELDS])
    return columns


def _distinct(wide: list[list[pl.Expr]]) -> tuple[list[pl.Expr], list[list[int]]]:
    """Each expression once, and where among them the fields of every situation are: nearly half are shared."""
    distinct: list[pl.Expr] = []
    for expression in chain.from_iterable(wide):
        if not any(expression.meta.eq(known) for known in distinct):
            distinct.append(expression)
    places = [[_place(expression, distinct) for expression in fields] for fields in wide]
    return [expression.alias(str(place)) for place, expression in enumerate(distinct)], places


def _place(expression: pl.Expr, among: list[pl.Expr]) -> int:
    return next(place for place, known in enumerate(among) if expression.meta.eq(known))


def _constants() -> pl.DataFrame:
    """What a situation has whoever it is about."""
    first = {action.key: number for number, (action, _) in reversed([*enumerate(SITUATIONS)])}
    return pl.DataFrame(
        [
            (number, action.key, number - first[action.key], situation.urgency, action.effort, _again(situation))
            for number, (action, situation) in enumerate(SITUATIONS)
        ],
        schema={
            "number": pl.Int32,
            "action_type": pl.String,
            "situation": pl.Int32,
            "urgency": pl.Float64,
            "effort": pl.Float64,
            "again": pl.Int64,
        },
        orient="row",
    )


def _again(situation: Situation) -> int | None:
    return None if situation.again is None else int(situation.again.total_seconds() * 1_000_000)


def _epoch(instant: pl.Expr) -> pl.Expr:
    return instant.cast(INSTANT).dt.epoch("us")


def _instant(name: str) -> pl.Expr:
    return pl.from_epoch(name, time_unit="us").dt.replace_time_zone("UTC").alias(name)


def _raised() -> pl.Expr:
    """The last instant at which the situation was raised: once, or every `again` anew."""
    rounds = ((pl.col("now") - pl.col("since")) // pl.col("again")).clip(lower_bound=0)
    return pl.col("since") + (rounds * pl.col("again")).fill_null(0)


def _rank_key() -> pl.Expr:
    """The instant a card is due, moved by what it is worth: whole microseconds, so that equal cards have equal bits."""
    worth = pl.col("urgency") + pl.col("effect") - pl.col("effort")
    moved = (worth * _HALF_LIFE_US).round().cast(pl.Int64)
    return (pl.col("since").dt.epoch("us") + moved).cast(pl.Float64).alias("rank_key")


def _has_no_address(channel: pl.Expr) -> pl.Expr:
    """1.0 where the channel needs an address the person is known not to have."""
    missing = pl.lit(value=False)
    for name, column in CHANNEL_NEEDS.items():
        missing = missing | ((channel == name) & ~pl.col(column).fill_null(value=True))
    return missing.fill_null(value=False).cast(pl.Float64)


def _best(cards: pl.LazyFrame) -> pl.LazyFrame:
    """The best situation of each action type per person."""
    falling = [False, False, True, False]
    ordered = cards.sort("person_id", "action_type", "rank_key", "situation", descending=falling)
    return ordered.unique(["person_id", "action_type"], keep="first", maintain_order=True)


def _keyed(best: pl.DataFrame) -> pl.DataFrame:
    """With the ids of their cards."""
    keys = map(action_key, best["person_id"], best["action_type"], best["anchor"])
    return best.hstack([pl.Series("action_key", list(keys), dtype=pl.String)])


def action_key(person_id: str, action_type: str, anchor: int) -> str:
    """The id of a card as a UUID in text: the same person, action and situation give the same card everywhere."""
    digest = sha1(f"{person_id}|{action_type}|{anchor}".encode(), usedforsecurity=False).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def _allowed(cards: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Cards that nobody dismissed or snoozed."""
    if held.is_empty():
        return cards
    types = held.filter(pl.col("action_key").is_null())
    single = held.filter(pl.col("action_key").is_not_null())
    return cards.join(types, on=["person_id", "action_type"], how="anti").join(single, on="action_key", how="anti")


def _ranked(cards: pl.DataFrame) -> pl.DataFrame:
    """Numbered within the person; of equals the one named first in the registry."""
    placed = cards.lazy().with_columns(_PLACE)
    ranked = placed.sort("person_id", "rank_key", "place", descending=[False, True, False])
    return carried_out(ranked.with_columns(_RANK).select(_SUGGESTION))


def reason(action_type: str, situation: int, row: Mapping[str, Any], now: datetime) -> str:
    """The sentence of a card, with its evidence."""
    return ACTIONS[action_type].situations[situation].reason(row, now)


# Made once: writing the expressions takes longer than looking at a screenful of people.
_DISTINCT, _PLACES_OF = _distinct(_wide())
_EVIDENCE = [_evidence(situation) for _, situation in SITUATIONS]
_TIMES = {
    name: pl.col("last_at").filter(pl.col("type") == name).max().cast(INSTANT).alias(TYPE_AT + name)
    for name in TYPES_READ
}
_NEVER = {name: pl.lit(None, INSTANT).alias(TYPE_AT + name) for name in TYPES_READ}
_WHO = ("person_id", *CHANNEL_NEEDS_OF)
_ASKED_FOR = pl.col("type").is_in(TYPES_READ)
_CONSTANTS = _constants().lazy()
_REACHABLE = ~pl.col("do_not_contact") & pl.col("opted_out_at").is_null()
_LASTS = (pl.col("until") > pl.col("now")) & (pl.col("since") < pl.col("until"))
_RAISED, _AS_SUGGESTIONS, _RANK_KEY = _raised(), _as_suggestions(), _rank_key()
_PLACES = {key: index for index, key in enumerate(ACTIONS)}
_PLACE = pl.col("action_type").replace_strict(_PLACES, return_dtype=pl.Int32).alias("place")
_RANK = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("person_id").alias("rank")
_SUGGESTION = [pl.col(name) for name in SUGGESTION_COLUMNS]
_LIFECYCLE = (
    pl.coalesce("lifecycle", "given_lifecycle", pl.lit("lead")).alias("lifecycle"),
    pl.col("do_not_contact").fill_null(value=False),
)
