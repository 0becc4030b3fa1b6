"""Store a batch of checked people: who is new is added, who is known is filled in; a blank never overwrites."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import uuid5

import polars as pl

from cockpit.ingestion.match import match
from cockpit.ingestion.new_people import await_workflows
from cockpit.ingestion.refusals import cancel_refused
from cockpit.ingestion.sources.text import canonical
from cockpit.ingestion.take import INSTANT, Taken, bring_home, match_keys
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.matching import replace_external_ids
from cockpit.storage.members import list_members
from cockpit.storage.people import list_people, upsert_companies, upsert_people
from cockpit.storage.scores import replace_owners

DEFAULTS: dict[str, object] = {"lifecycle": "lead", "do_not_contact": False, "attributes": "{}", "is_demo": False}
GIVEN = (
    *("external_id", "name", "email", "phone_raw", "company_id", "owner_id", "lifecycle", "do_not_contact"),
    *("time_zone", "country", "value", "attributes", "created_at"),
)
COLUMNS = ("person_id", "phone", *GIVEN, "is_demo", "updated_at")


def take_people(
    conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame, now: datetime, *, is_demo: bool = False
) -> Taken:
    """Add and fill in people; `frame` comes from `normalise_people`. Answers each row, and signals that came home."""
    rows, refused = _with_owners(conn, workspace_id, frame)
    matched = match(conn, workspace_id, _as_references(rows, now))
    if matched.adopted.height:
        replace_external_ids(conn, workspace_id, matched.adopted)
    people = _with_companies(conn, workspace_id, rows.join(matched.frame.select("row", "person_id"), on="row"), now)
    merged = _merged(conn, workspace_id, people, now, is_demo=is_demo)
    changed = merged.select(list(COLUMNS))
    upsert_people(conn, workspace_id, changed)
    cancel_refused(conn, workspace_id, changed.filter("do_not_contact")["person_id"], now)
    new = merged.filter(~pl.col("known")).select("person_id", since="created_at")
    await_workflows(conn, workspace_id, new, now)
    moved = merged.filter(pl.col("known") & pl.col("owner_id").ne_missing(pl.col("owner_id_old")))
    if moved.height:
        replace_owners(conn, workspace_id, moved)
    answers = [_taken(people, changed["person_id"]), _rejected(refused), _rejected(matched.parked)]
    home = bring_home(conn, workspace_id, match_keys(changed), now)
    return Taken(pl.concat(answers).sort("row"), home)


def _as_references(rows: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """The rows in the columns that matching reads."""
    return rows.select(
        *("row", "uuid", "external_id", "email", "name"),
        pl.coalesce("phone", "phone_bare").alias("phone"),
        pl.lit(now).cast(INSTANT).alias("occurred_at"),
        pl.lit("").alias("source"),
        pl.col("row").cast(pl.String).str.zfill(12).alias("source_event_id"),
    )


def _with_owners(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with the id of their owner, and those whose owner is no member."""
    members = list_members(conn, workspace_id)
    names = {member.name.casefold(): str(member.member_id) for member in members}
    names |= {member.email: str(member.member_id) for member in members}
    asked = pl.col("owner").str.to_lowercase()
    rows = frame.with_columns(
        asked.replace_strict(names, default=None, return_dtype=pl.String).alias("owner_id")
        if names
        else pl.lit(None, pl.String).alias("owner_id")
    )
    strange = pl.col("owner").is_not_null() & pl.col("owner_id").is_null()
    reason = pl.format("`owner` {} is no member of this workspace", "owner").alias("reason")
    return rows.filter(~strange), rows.filter(strange).with_columns(reason)


def _with_companies(conn: Connection, workspace_id: WorkspaceId, rows: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """The rows with the id of their company, which is added when nobody has its name yet."""
    names = rows["company"].drop_nulls().unique().sort()
    ids = {name: str(uuid5(workspace_id, f"company:{name.casefold()}")) for name in names}
    if not ids:
        return rows.with_columns(pl.lit(None, pl.String).alias("company_id"))
    companies = pl.DataFrame({"company_id": list(ids.values()), "name": list(ids)}).unique("company_id", keep="first")
    upsert_companies(
        conn, workspace_id, companies.sort("company_id").with_columns(pl.lit(now).cast(INSTANT).alias("created_at"))
    )
    return rows.with_columns(pl.col("company").replace_strict(ids, return_dtype=pl.String).alias("company_id"))


def _merged(
    conn: Connection, workspace_id: WorkspaceId, rows: pl.DataFrame, now: datetime, *, is_demo: bool
) -> pl.DataFrame:
    """The people as they shall be stored: those who are new or differ from what is stored, with `owner_id_old`."""
    said = (
        rows.sort("row")
        .group_by("person_id", maintain_order=True)
        .agg(
            *(pl.col(name).drop_nulls().last() for name in GIVEN if name != "attributes"),
            pl.col("phone").filter(pl.col("phone_raw").is_not_null()).last(),
            pl.col("attributes").drop_nulls(),
        )
    )
    stored = list_people(conn, workspace_id, said["person_id"]).select(list(COLUMNS))
    both = said.join(stored, on="person_id", how="left", suffix="_old", maintain_order="left")
    attributes = [
        _merged_attributes(old, new) for old, new in zip(both["attributes_old"], both["attributes"], strict=True)
    ]
    merged = both.with_columns(
        pl.Series("attributes", attributes, dtype=pl.String),
        *(pl.coalesce(name, f"{name}_old", pl.lit(DEFAULTS.get(name))).alias(name) for name in _plain()),
        pl.coalesce("name", "name_old", "external_id", "email", "phone", "phone_raw").alias("name"),
        pl.when(pl.col("phone_raw").is_not_null()).then("phone").otherwise("phone_old").alias("phone"),
        pl.coalesce("created_at", "created_at_old", pl.lit(now)).cast(INSTANT).alias("created_at"),
        pl.coalesce("is_demo", pl.lit(is_demo)).alias("is_demo"),
    )
    known = pl.col("updated_at").is_not_null()
    differs = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(f"{name}_old")) for name in ("phone", *GIVEN) if name != "attributes"
    )
    wanted = merged.filter(~known | differs | (pl.col("attributes") != pl.col("attributes_old")))
    return wanted.with_columns(pl.lit(now).cast(INSTANT).alias("updated_at"), known=known)


def _plain() -> list[str]:
    return [name for name in GIVEN if name not in {"name", "attributes", "created_at"}]


def _merged_attributes(old: str | None, new: Iterable[str]) -> str:
    """The stored attributes with the given ones over them, as canonical text."""
    given = list(new)
    if not given:
        return old or "{}"
    if len(given) == 1 and old in {None, "{}"}:
        return given[0]
    whole = json.loads(old or "{}")
    for text in given:
        whole |= json.loads(text)
    merged = canonical(whole)
    return old if old is not None and json.loads(old) == whole else merged


def _taken(people: pl.DataFrame, changed: pl.Series) -> pl.DataFrame:
    """Accepted where the person is new or differs, else a duplicate; a row repeated word for word is one, too."""
    again = ~people.select(pl.struct(pl.exclude("row")).is_first_distinct()).to_series()
    accepted = pl.col("person_id").is_in(changed.implode()) & ~again
    return _answers(
        people.with_columns(
            status=pl.when(accepted).then(pl.lit("accepted")).otherwise(pl.lit("duplicate")),
            reason=pl.lit(None, pl.String),
        )
    )


def _rejected(rows: pl.DataFrame) -> pl.DataFrame:
    return _answers(rows.with_columns(status=pl.lit("rejected"), person_id=pl.lit(None, pl.String)))


def _answers(rows: pl.DataFrame) -> pl.DataFrame:
    none = pl.lit(None, pl.String)
    return rows.select(
        *(pl.col("row").cast(pl.Int64), "status", "reason", "person_id"),
        *(none.alias("digest"), none.alias("stored_digest")),
    )
