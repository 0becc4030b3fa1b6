"""Who a signal or a row speaks of: people of a workspace by external id, e-mail or phone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import polars as pl
from sqlalchemy import Connection, FromClause, Insert, Select, String, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import WorkspaceId
from cockpit.storage.at_once import OF_WORKSPACE, Ask, Build, at_once
from cockpit.storage.frames import in_workspace, read_frame, staged
from cockpit.storage.schema import person
from scoring.plans import carried_out

MATCH_SCHEMA = {"key": pl.String, "person_id": pl.String, "external_id": pl.String}


def list_matches(conn: Connection, workspace_id: WorkspaceId, column: str, keys: pl.Series) -> pl.DataFrame:
    """The people whose `column` (person_id, external_id, email, phone) is one of the keys."""
    [found] = list_all_matches(conn, workspace_id, {column: keys})
    return found


def list_all_matches(conn: Connection, workspace_id: WorkspaceId, keys: Mapping[str, pl.Series]) -> list[pl.DataFrame]:
    """The same for several columns at once, one answer each."""
    wanted = {column: _wanted(column, given) for column, given in keys.items() if given.null_count() < len(given)}
    asks = {column: Ask(_by(column), person, frame) for column, frame in wanted.items()}
    found = dict(zip(asks, at_once(conn, workspace_id, *asks.values()), strict=True))
    nobody = pl.DataFrame(schema=MATCH_SCHEMA)
    return [found.get(column, nobody) for column in keys]


def _wanted(column: str, given: pl.Series) -> pl.DataFrame:
    return carried_out(given.to_frame(column).lazy().drop_nulls().unique().sort(column))


@cache
def _by(column: str) -> Build:
    def build(asked: FromClause) -> Select[Any]:
        query = select(cast(person.c[column], String).label("key"), person.c.person_id, person.c.external_id)
        joined = query.join(asked, asked.c[column] == person.c[column])
        return joined.where(person.c.workspace_id == OF_WORKSPACE)

    return build


def list_raw_phone_matches(conn: Connection, workspace_id: WorkspaceId, keys: pl.Series) -> pl.DataFrame:
    """The people whose number as it was given has these digits: numbers that lack their country have no other form."""
    wanted = keys.drop_nulls().unique().sort()
    if wanted.is_empty():
        return pl.DataFrame(schema=MATCH_SCHEMA)
    digits = func.regexp_replace(person.c.phone_raw, "[^0-9+]", "", "g")
    with staged(conn, person, pl.DataFrame({"phone_raw": wanted})) as asked:
        query = (
            select(asked.c.phone_raw.label("key"), person.c.person_id, person.c.external_id)
            .join(asked, asked.c.phone_raw == digits)
            .where(person.c.workspace_id == workspace_id)
        )
        return read_frame(conn, query).select(list(MATCH_SCHEMA))


def insert_new_people(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> int:
    """Add people nobody else has added meanwhile, and answer how many were added."""
    if not frame.height:
        return 0
    rows = in_workspace(frame, workspace_id).sort("person_id")
    [added] = at_once(conn, workspace_id, Ask(_unless_added, person, rows))
    return added.height


def _unless_added(given: FromClause) -> Insert:
    # all workspaces: the rows carry their workspace_id
    statement = insert(person).from_select(given.c.keys(), select(given))
    # Without its target DuckDB takes two people without an external id for one.
    keys = ["workspace_id", "person_id"]
    return statement.on_conflict_do_nothing(index_elements=keys).returning(cast(person.c.person_id, String).label("id"))


def replace_external_ids(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> None:
    """Give people without an external id the one they are known by now."""
    with staged(conn, person, frame.select("person_id", "external_id")) as given:
        conn.execute(
            update(person)
            .where(
                person.c.workspace_id == workspace_id,
                person.c.person_id == given.c.person_id,
                person.c.external_id.is_(None),
            )
            .values(external_id=given.c.external_id)
        )
