"""Store a batch of checked signals and say what became of each: the one way in for files, doors and the tray."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from cockpit.ingestion.contacts import bare_phone, zone_of_phone
from cockpit.ingestion.match import Matched, match
from cockpit.ingestion.new_people import await_workflows
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.matching import insert_new_people, replace_external_ids
from cockpit.storage.signals import CONFLICT, DUPLICATE, NEW, append_new, insert_new, list_digests
from cockpit.storage.unmatched import (
    delete_unmatched,
    insert_unmatched,
    list_unmatched_digests,
    list_unmatched_for,
)
from scoring.moment import moment
from scoring.plans import carried_out

KEY = ["source", "source_event_id"]
STORED = (
    *KEY,
    "person_id",
    "type",
    "occurred_at",
    "value",
    "channel",
    "direction",
    "scheduled_for",
    "payload",
    "digest",
)
INSTANT = pl.Datetime("us", "UTC")
PARKED = "parked"
JUDGED = {"row": pl.Int64()} | dict.fromkeys(
    (*KEY, "digest", "known_digest", "outcome", "person_id", "reason"), pl.String()
)
BODY = (
    *("type", "occurred_at", "scheduled_for", "uuid", "external_id", "email", "phone", "name", "value"),
    *("direction", "channel", "payload"),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """One answer per row, and the signals that are new, with those that came home from the tray."""

    answers: pl.DataFrame
    new: pl.DataFrame


def take(
    conn: Connection,
    workspace_id: WorkspaceId,
    frame: pl.DataFrame,
    now: datetime,
    *,
    tray: bool = True,
    alone: bool = False,
) -> Taken:
    """Judge, match, create, store and park; `frame` comes from `normalise`. The caller restates `new`.

    Without `tray` nothing is parked that could come home. With `alone` rows go in by the fastest path, and the
    transaction fails with a Conflict when another one stores one of the same ids meanwhile.
    """
    fresh, repeated = _judge(conn, workspace_id, frame, tray=tray)
    matched = match(conn, workspace_id, fresh)
    people = pl.concat([matched.created, matched.adopted], how="diagonal") if tray else None
    appeared = _appeared(matched)
    if _create(conn, workspace_id, matched, now) < matched.created.height:
        matched = match(conn, workspace_id, fresh)  # somebody else created one of them a moment ago
    await_workflows(conn, workspace_id, appeared, now)
    stored = (_appended if alone else _inserted)(conn, workspace_id, matched.frame, now)
    _park(conn, workspace_id, matched.parked, now)
    new = _new(stored)
    if people is not None:
        new = pl.concat([new, bring_home(conn, workspace_id, match_keys(people), now)])
    others = (repeated, _waiting(matched.parked)) if stored.height < frame.height else ()
    answers = pl.concat([rows.lazy().select(_TOLD) for rows in (stored, *others)])
    return Taken(carried_out(answers.sort("row")), new)


def _judge(
    conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame, *, tray: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows whose id is new, and the repeats of ids that are stored, parked or used by an earlier row."""
    known = list_digests(conn, workspace_id, frame.select(KEY))
    if tray:
        parked = list_unmatched_digests(conn, workspace_id, frame)
        known = pl.concat([known, parked]).unique(KEY, keep="first")
    first = frame.unique(KEY, keep="first", maintain_order=True)
    fresh = first.join(known, on=KEY, how="anti", maintain_order="left") if known.height else first
    if fresh.height == frame.height:
        return fresh, pl.DataFrame(schema=JUDGED)
    taken = pl.concat([known, fresh.select(*KEY, known_digest="digest")])
    rest = frame.join(fresh.select("row"), on="row", how="anti").join(taken, on=KEY, how="left")
    same = pl.col("digest") == pl.col("known_digest")
    return fresh, rest.with_columns(
        outcome=pl.when(same).then(pl.lit(DUPLICATE)).otherwise(pl.lit(CONFLICT)),
        person_id=pl.lit(None, pl.String),
        reason=pl.lit(None, pl.String),
    ).select(list(JUDGED))


def bring_home(conn: Connection, workspace_id: WorkspaceId, keys: Iterable[str], now: datetime) -> pl.DataFrame:
    """Take parked signals off the tray whose person is known by now and store them; answers the new ones."""
    rows = list_unmatched_for(conn, workspace_id, keys)
    if rows.is_empty():
        return pl.DataFrame(schema=_schema(STORED))
    bodies = rows.select(pl.col("body").str.json_decode(pl.Struct(_schema(BODY)))).unnest("body")
    frame = pl.concat([rows.select(*KEY, "digest"), bodies], how="horizontal").with_row_index("row")
    found = match(conn, workspace_id, frame).frame
    delete_unmatched(conn, workspace_id, found)
    return _new(_inserted(conn, workspace_id, found, now))


def _new(stored: pl.DataFrame) -> pl.DataFrame:
    """Those of the rows that are stored now and were not before."""
    return carried_out(stored.lazy().filter(pl.col("outcome") == NEW).select(STORED))


def _create(conn: Connection, workspace_id: WorkspaceId, matched: Matched, now: datetime) -> int:
    if matched.adopted.height:
        replace_external_ids(conn, workspace_id, matched.adopted)
    return insert_new_people(conn, workspace_id, new_rows(matched.created, now))


def _appeared(matched: Matched) -> pl.DataFrame:
    """Those who are new here, and the time of the newest signal that says there is somebody."""
    if matched.created.is_empty():
        return pl.DataFrame(schema={"person_id": pl.String, "since": INSTANT})
    theirs = matched.frame.join(matched.created.select("person_id"), on="person_id", how="semi")
    return theirs.group_by("person_id").agg(pl.col("occurred_at").max().alias("since"))


def new_rows(people: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Rows of the table `person` for people of whom little is known."""
    zones = [zone_of_phone(phone) for phone in people["phone"]]
    return people.with_columns(
        pl.Series("time_zone", zones, dtype=pl.String),
        pl.lit("lead").alias("lifecycle"),
        pl.lit(value=False).alias("do_not_contact"),
        pl.lit(value=False).alias("is_demo"),
        pl.lit("{}").alias("attributes"),
        moment(now).alias("created_at"),
        moment(now).alias("updated_at"),
    )


def _inserted(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Store the rows and say of each what became of it."""
    received = moment(now).alias("received_at")
    rows = insert_new(conn, workspace_id, frame.select(*STORED, received)).rows.lazy()
    return carried_out(rows.drop("received_at").with_columns(frame["row"], reason=pl.lit(None, pl.String)))


def _appended(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Store rows whose ids were just seen to be new."""
    received = moment(now).alias("received_at")
    append_new(conn, workspace_id, frame.select(*STORED, received))
    none = pl.lit(None, pl.String)
    return frame.select("row", *STORED).with_columns(outcome=pl.lit(NEW), known_digest=none, reason=none)


def _park(conn: Connection, workspace_id: WorkspaceId, rows: pl.DataFrame, now: datetime) -> None:
    """Put signals of nobody on the tray, with all that a later match needs."""
    if rows.height:
        body = pl.struct(BODY).struct.json_encode().alias("body")
        received = moment(now).alias("received_at")
        insert_unmatched(conn, workspace_id, rows.select(*KEY, "reason", "match_key", body, "digest", received))


def _waiting(rows: pl.DataFrame) -> pl.DataFrame:
    none = pl.lit(None, pl.String)
    return rows.with_columns(outcome=pl.lit(PARKED), person_id=none, known_digest=none)


def _told() -> list[pl.Expr]:
    """What a caller is told of each row."""
    status = {NEW: "accepted", DUPLICATE: "duplicate", CONFLICT: "rejected", PARKED: "unmatched"}
    conflict = pl.col("outcome") == CONFLICT
    taken = pl.format(
        "the id `{}` of source `{}` is taken by another body (stored {}, given {})",
        *(*KEY, "known_digest", "digest"),
    )
    return [
        pl.col("row").cast(pl.Int64),
        pl.col("outcome").replace_strict(status, return_dtype=pl.String).alias("status"),
        pl.when(conflict).then(taken).otherwise("reason").alias("reason"),
        pl.col("person_id"),
        pl.col("digest"),
        pl.when(conflict).then("known_digest").alias("stored_digest"),
    ]


def match_keys(people: pl.DataFrame) -> list[str]:
    """The keys under which signals of these people may wait."""
    kinds = {"id": ("person_id", "external_id"), "email": ("email",), "phone": ("phone", "phone_raw")}
    bare = people.with_columns(bare_phone(pl.col("phone_raw"))) if "phone_raw" in people.columns else people
    return [
        f"{kind}:{value}"
        for kind, columns in kinds.items()
        for column in columns
        if column in people.columns
        for value in bare[column].drop_nulls().unique()
    ]


def _schema(names: Iterable[str]) -> dict[str, pl.DataType]:
    kinds: dict[str, pl.DataType] = {"occurred_at": INSTANT, "scheduled_for": INSTANT, "value": pl.Float64()}
    return {name: kinds.get(name, pl.String()) for name in names}


# Made once: writing the expressions takes longer than looking at a handful of rows.
_TOLD = _told()
