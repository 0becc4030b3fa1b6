"""Keep the members' daily counters: a difference for a few people, or everything counted anew."""

from __future__ import annotations

import json
from collections.abc import Iterator

import polars as pl

from cockpit.ingestion.restate import Advanced
from cockpit.model.ids import WorkspaceId
from cockpit.storage.activity import (
    delete_member_days,
    list_chosen_days,
    list_owned_signals,
    list_told_signals,
    replace_member_days,
    upsert_member_days,
)
from cockpit.storage.database import Connection
from scoring.activity import ACTIONS, BOOKINGS, COUNTS, OPENING, REPLIES, counts_of, difference, no_counts
from scoring.evidence import late
from scoring.signals import Catalogue

PLAIN = (ACTIONS, REPLIES, BOOKINGS)
PEOPLE_AT_ONCE = 50_000


def count_new(conn: Connection, workspace_id: WorkspaceId, new: pl.DataFrame, before: Advanced) -> None:
    """Add what new signals of some people change; call it behind the lock that the data version is."""
    prior, catalogue = before.prior, before.rulebook.catalogue
    if before.facts["owner_id"].null_count() == before.facts.height:
        return
    owners = before.facts.select("person_id", "owner_id").drop_nulls()
    ours = new.join(owners, on="person_id", how="semi")
    if ours.is_empty():
        return
    behind = ours["person_id"].is_in(late(prior, ours).implode())
    told = ("person_id", "type", "direction", "occurred_at")
    waiting = prior.people.filter(pl.col("waiting_since").is_not_null()).select(
        "person_id", type=pl.lit(OPENING), direction=pl.lit(None, pl.String), occurred_at="waiting_since"
    )
    ahead = ours.filter(~behind).select(told)
    opened = waiting.join(ahead, on="person_id", how="semi")
    change = counts_of(pl.concat([opened, ahead]), owners, catalogue)
    if behind.any():
        change = pl.concat([change, _replayed(conn, workspace_id, ours.filter(behind), owners, catalogue=catalogue)])
    _add(conn, workspace_id, difference(change, no_counts()))


def _replayed(
    conn: Connection, workspace_id: WorkspaceId, new: pl.DataFrame, owners: pl.DataFrame, *, catalogue: Catalogue
) -> pl.DataFrame:
    """What late signals change: the counts of the whole histories with them, less those without."""
    every = list_told_signals(conn, workspace_id, new["person_id"].unique())
    before = every.join(new, on=["source", "source_event_id"], how="anti")
    return difference(counts_of(every, owners, catalogue), counts_of(before, owners, catalogue))


def recount(conn: Connection, workspace_id: WorkspaceId, catalogue: Catalogue) -> None:
    """Count all days of all members from the signals; call it behind the lock that the data version is."""
    parts = [
        counts_of(page.drop("owner_id"), page.select("person_id", "owner_id").unique(), catalogue)
        for page in _pages(conn, workspace_id)
    ]
    replace_member_days(conn, workspace_id, _wide(difference(pl.concat([no_counts(), *parts]), no_counts())))


def _pages(conn: Connection, workspace_id: WorkspaceId) -> Iterator[pl.DataFrame]:
    after: str | None = None
    while True:
        page = list_owned_signals(conn, workspace_id, after, PEOPLE_AT_ONCE)
        if page.is_empty():
            return
        after = str(page["person_id"].max())
        yield page.filter(pl.col("type").is_not_null())


def _add(conn: Connection, workspace_id: WorkspaceId, change: pl.DataFrame) -> None:
    """Add a difference to the stored totals."""
    if change.is_empty():
        return
    stored = list_chosen_days(conn, workspace_id, change)
    days = change.select("member_id", "day").unique()
    wide = _wide(difference(pl.concat([_long(stored), change]), no_counts()))
    upsert_member_days(conn, workspace_id, wide)
    delete_member_days(conn, workspace_id, days.join(wide, on=["member_id", "day"], how="anti"))


def _long(stored: pl.DataFrame) -> pl.DataFrame:
    """Totals as one row per count."""
    plain = stored.unpivot(PLAIN, index=["member_id", "day"], variable_name="what", value_name="n")
    answers = [
        (row["member_id"], row["day"], minutes, count)
        for row in stored.iter_rows(named=True)
        for minutes, count in json.loads(row["response_minutes"]).items()
    ]
    parts = [plain.select(list(COUNTS)), pl.DataFrame(answers, schema=COUNTS, orient="row")]
    return pl.concat(part.cast(COUNTS) for part in parts)  # type: ignore[arg-type]


def _wide(counts: pl.DataFrame) -> pl.DataFrame:
    """Counts as rows of `member_day`."""
    days = counts.group_by("member_id", "day").agg(
        *(pl.col("n").filter(pl.col("what") == name).sum().alias(name) for name in PLAIN),
        pl.col("what").filter(~pl.col("what").is_in(PLAIN)).alias("minutes"),
        pl.col("n").filter(~pl.col("what").is_in(PLAIN)).alias("times"),
    )
    histograms = [
        json.dumps(dict(sorted(zip(keys, times, strict=True), key=lambda pair: int(pair[0]))))
        for keys, times in zip(days["minutes"].to_list(), days["times"].to_list(), strict=True)
    ]
    return days.with_columns(response_minutes=pl.Series(histograms, dtype=pl.String)).drop("minutes", "times")
