"""Which person a signal is about. Who is unknown is created when the signal says enough, else the signal is parked.

An id decides alone; then the external id, then e-mail, then phone. A signal with an unknown external id takes over the
one person who has its e-mail or phone and no external id yet. Two people with one e-mail are never guessed between.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cockpit.ingestion.contacts import e164, valid_emails
from cockpit.ingestion.identifiers import named_ids
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.matching import list_all_matches, list_matches, list_raw_phone_matches
from scoring.plans import carried_out

NEW_SCHEMA = dict.fromkeys(("person_id", "external_id", "email", "phone", "phone_raw", "name"), pl.String)
PARKED = {
    "uuid": "nobody here has this id",
    "email": "nobody has this e-mail address and none can be created from it",
    "phone": "nobody has this phone number and it is not an E.164 number such as +12125550101",
}


@dataclass(frozen=True, slots=True)
class Matched:
    """Signals with their person, signals to park, people to create and people who get an external id."""

    frame: pl.DataFrame
    parked: pl.DataFrame
    created: pl.DataFrame
    adopted: pl.DataFrame


def match(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> Matched:
    """Find the person of every row; nothing is written."""
    rows = _with_valid_contacts(frame)
    ids, external = rows["uuid"], pl.concat([rows["uuid"], rows["external_id"]])
    by_id, by_external = list_all_matches(conn, workspace_id, {"person_id": ids, "external_id": external})
    for column, people in (("uuid", by_id), ("uuid", by_external), ("external_id", by_external)):
        rows = _found(rows, column, people)
    if rows["match"].null_count() == 0:
        nobody = pl.DataFrame(schema=NEW_SCHEMA)
        return Matched(_known(rows.lazy()), _parked(rows.clear()), nobody, nobody.select("person_id", "external_id"))
    rows, adopted = _adopt(conn, workspace_id, rows)
    created = _new_people(workspace_id, rows.filter(_unknown() & pl.col("external_id").is_not_null()), "external_id")
    rows = _found(rows, "external_id", created.select(key="external_id", person_id="person_id"))
    for column in ("email", "phone"):
        rows, more = _by_contact(conn, workspace_id, rows, created, column)
        created = pl.concat([created, more])
    return Matched(_known(rows.lazy().filter(~_unknown())), _parked(rows.filter(_unknown())), created, adopted)


def _known(rows: pl.LazyFrame) -> pl.DataFrame:
    return carried_out(rows.with_columns(person_id="match").drop("match", "ambiguous"))


def _unknown() -> pl.Expr:
    return pl.col("match").is_null()


def _with_valid_contacts(frame: pl.DataFrame) -> pl.DataFrame:
    """The addresses that can be written to, beside the given ones."""
    return frame.with_columns(
        valid_emails(frame["email"]).alias("email_ok"),
        e164(frame["phone"]).alias("phone_ok"),
        pl.lit(value=False).alias("ambiguous"),
        pl.lit(None, pl.String).alias("match"),
    )


def _found(rows: pl.DataFrame, column: str, people: pl.DataFrame) -> pl.DataFrame:
    """Give the rows without a person the one whose key they carry."""
    if people.is_empty() or _is_blank(rows[column]):
        return rows
    keys = people.lazy().select(pl.col("key").alias(column), pl.col("person_id").alias("found")).unique(column)
    joined = rows.lazy().join(keys, on=column, how="left", maintain_order="left")
    return carried_out(joined.with_columns(pl.coalesce("match", "found").alias("match")).drop("found"))


def _is_blank(column: pl.Series) -> bool:
    return column.null_count() == len(column)


def _adopt(conn: Connection, workspace_id: WorkspaceId, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """People known by e-mail or phone only, whom a row gives an external id."""
    adopted = pl.DataFrame(schema={"person_id": pl.String, "external_id": pl.String})
    for column in ("email", "phone"):
        if _is_blank(rows[f"{column}_ok"]):
            continue
        asking = rows.filter(_unknown() & pl.col("external_id").is_not_null() & pl.col(f"{column}_ok").is_not_null())
        if asking.is_empty():
            continue
        people = list_matches(conn, workspace_id, column, asking[f"{column}_ok"]).filter(
            pl.col("external_id").is_null() & (pl.len().over("key") == 1)
        )
        pairs = (
            asking.join(people.select("key", found="person_id"), left_on=f"{column}_ok", right_on="key")
            .select(person_id="found", external_id="external_id")
            .unique()
            .filter((pl.len().over("person_id") == 1) & (pl.len().over("external_id") == 1))
            .sort("person_id")
        )
        adopted = pl.concat([adopted, pairs])
        rows = _found(rows, "external_id", pairs.select(key="external_id", person_id="person_id"))
    return rows, adopted


def _by_contact(
    conn: Connection, workspace_id: WorkspaceId, rows: pl.DataFrame, created: pl.DataFrame, column: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The people who have this e-mail or phone, stored or just created; else a new one."""
    blank = _is_blank(rows[column])
    asking = rows.clear() if blank else rows.filter(_unknown() & pl.col(column).is_not_null())
    if asking.is_empty():
        return rows, pl.DataFrame(schema=NEW_SCHEMA)
    key = pl.coalesce(f"{column}_ok", column)
    stored = list_matches(conn, workspace_id, column, asking.select(key).to_series()).select("key", "person_id")
    if column == "phone":
        bare = asking.filter(pl.col("phone_ok").is_null())["phone"]
        stored = pl.concat([stored, list_raw_phone_matches(conn, workspace_id, bare).select("key", "person_id")])
    fresh = created.filter(pl.col(column).is_not_null()).select(pl.col(column).alias("key"), "person_id")
    people = pl.concat([stored, fresh]).unique()
    several = people.filter(pl.len().over("key") > 1)["key"].unique()
    rows = rows.with_columns(key.alias("key")).with_columns(
        pl.col("ambiguous") | (_unknown() & pl.col("key").is_in(several.to_list()).fill_null(value=False))
    )
    rows = _found(rows, "key", people.filter(pl.len().over("key") == 1))
    able = rows.filter(_unknown() & ~pl.col("ambiguous") & pl.col(f"{column}_ok").is_not_null())
    more = _new_people(workspace_id, able, column)
    return _found(rows, "key", more.select(pl.col(column).alias("key"), "person_id")).drop("key"), more


def _new_people(workspace_id: WorkspaceId, rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """One person per key, with what the earliest of its rows that says so says."""
    if rows.is_empty():
        return pl.DataFrame(schema=NEW_SCHEMA)
    source = key if key == "external_id" else f"{key}_ok"
    said = rows.lazy().sort("occurred_at", "source", "source_event_id").with_columns(pl.col(source).alias("key"))
    people = said.group_by("key").agg(
        pl.col("external_id").drop_nulls().first(),
        pl.col("email_ok").drop_nulls().first().alias("email"),
        pl.col("phone_ok").drop_nulls().first().alias("phone"),
        pl.col("phone").drop_nulls().first().alias("phone_raw"),
        pl.col("name").drop_nulls().first().fill_null(pl.col("key").first()),
    )
    prefix = "person:" if key == "external_id" else f"person by {key}:"
    ordered = carried_out(people.sort("key"))
    ids = named_ids(workspace_id, (prefix + value for value in ordered["key"]))
    return ordered.with_columns(ids.alias("person_id")).select(list(NEW_SCHEMA))


def _parked(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows nobody was found for, with the key a later person may bring."""
    if rows.is_empty():
        known = {name: kind for name, kind in rows.schema.items() if name not in ("match", "ambiguous")}
        return pl.DataFrame(schema=known | {"reason": pl.String(), "match_key": pl.String()})
    return rows.with_columns(_PARKED).drop("match", "ambiguous")


def _parking() -> tuple[pl.Expr, pl.Expr]:
    """Why a row is parked, and the key."""
    kind = (
        pl.when(pl.col("email").is_not_null())
        .then(pl.lit("email"))
        .when(pl.col("phone").is_not_null())
        .then(pl.lit("phone"))
        .otherwise(pl.lit("uuid"))
    )
    given = pl.coalesce("email_ok", "email", "phone_ok", "phone", "uuid")
    what = kind.replace({"email": "e-mail address", "phone": "phone number"})
    ambiguous = pl.lit("more than one person has this ") + what
    return (
        pl.when(pl.col("ambiguous")).then(ambiguous).otherwise(kind.replace_strict(PARKED)).alias("reason"),
        (kind.replace({"uuid": "id"}) + pl.lit(":") + given).alias("match_key"),
    )


# Made once: writing the expressions takes longer than looking at a handful of rows.
_PARKED = _parking()
