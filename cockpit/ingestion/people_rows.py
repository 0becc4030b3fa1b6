"""People as text become people with types; every fault of a row is found here and said in one sentence."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import polars as pl

from cockpit.ingestion.columns import PEOPLE_COLUMNS
from cockpit.ingestion.contacts import bare_phone, e164, folded_email, valid_emails, zone_of_phone
from cockpit.ingestion.instants import FUTURE_ALLOWED, parsed_instants, reason_of
from cockpit.ingestion.normalise import UUID_TEXT, Normal, row_text
from cockpit.ingestion.sources.batch import Reject
from cockpit.ingestion.sources.text import CONTROL, NUL, canonical

LIFECYCLES = ("lead", "mql", "sql", "customer", "lost")
FLAGS = {"true": True, "yes": True, "1": True, "1.0": True, "false": False, "no": False, "0": False, "0.0": False}
LONGEST = {"person_id": 200, "external_id": 200, "name": 300, "first_name": 150, "last_name": 150, "phone": 60}
LONGEST |= {"email": 254, "company": 300, "owner": 254, "country": 60}
KEYS = ("person_id", "external_id", "email", "phone")


def normalise_people(raw: pl.DataFrame, now: datetime, *, zone: ZoneInfo | None = None) -> Normal:
    """Check and convert rows of text; columns that are not known become attributes."""
    extra = sorted(set(raw.columns) - {*PEOPLE_COLUMNS.known, "row"})
    text = _trimmed(raw, extra)
    frame = _typed(text, extra, zone)
    reasons = frame.select(_reason(text, now)).to_series()
    bad = reasons.is_not_null()
    rejects = tuple(
        Reject(row["row"], _detailed(reason, row, zone), row_text(row))
        for reason, row in zip(reasons.filter(bad), text.filter(bad).iter_rows(named=True), strict=True)
    )
    return Normal(_identified(frame.filter(~bad)).drop(extra), rejects)


def _trimmed(raw: pl.DataFrame, extra: list[str]) -> pl.DataFrame:
    given = [name for name in (*PEOPLE_COLUMNS.known, *extra) if name in raw.columns]
    texts = [pl.col(name).cast(pl.String).str.strip_chars().alias(name) for name in given]
    missing = [pl.lit(None, pl.String).alias(name) for name in PEOPLE_COLUMNS.known if name not in raw.columns]
    filled = [pl.when(text != "").then(text) for text in texts]
    return raw.select("row", *filled, *missing)


def _typed(text: pl.DataFrame, extra: list[str], zone: ZoneInfo | None) -> pl.DataFrame:
    value = pl.col("value").cast(pl.Float64, strict=False)
    full = pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True)
    rows = text.with_columns(
        pl.coalesce("name", pl.when(full != "").then(full)).alias("name"),
        folded_email(pl.col("email")),
        pl.col("phone").alias("phone_raw"),
        bare_phone(pl.col("phone")),
        pl.col("lifecycle").str.to_lowercase(),
        pl.col("do_not_contact").str.to_lowercase().replace_strict(FLAGS, default=None, return_dtype=pl.Boolean),
        pl.when(value.is_finite()).then(value).alias("value"),
        parsed_instants(text["created_at"], zone).alias("created_at"),
        _attributes(text, extra),
        pl.any_horizontal(pl.col(name).str.contains(CONTROL) for name in (*PEOPLE_COLUMNS.known, *extra)).alias("nul"),
    )
    region = pl.when(rows["country"].str.contains(r"^[A-Za-z]{2}$")).then(rows["country"])
    phones = e164(rows["phone"], rows.select(region).to_series())
    return rows.with_columns(
        valid_emails(rows["email"]).alias("email_ok"),
        phones.alias("phone_ok"),
        pl.coalesce("time_zone", phones.map_elements(zone_of_phone, return_dtype=pl.String)).alias("time_zone"),
    )


def _attributes(text: pl.DataFrame, extra: list[str]) -> pl.Series:
    if not extra:
        return pl.Series("attributes", [None] * text.height, dtype=pl.String)
    rows = text.select(extra).iter_rows(named=True)
    given = ({name: value for name, value in row.items() if value is not None} for row in rows)
    return pl.Series("attributes", [canonical(row) if row else None for row in given], dtype=pl.String)


@cache
def zone_names() -> list[str]:
    """Every IANA zone this machine knows."""
    return sorted(available_timezones())


def _reason(text: pl.DataFrame, now: datetime) -> pl.Expr:
    """The first fault of a row, or null; `text` is the row as given."""
    checks: list[tuple[pl.Expr | pl.Series, str]] = [
        (pl.col("nul").fill_null(value=False), f"the row {NUL}"),
        *((text[name].str.len_chars() > size, f"`{name}` is longer than {size}") for name, size in LONGEST.items()),
        (
            pl.all_horizontal(pl.col(name).is_null() for name in KEYS),
            "the row names nobody: give person_id, external_id, email or phone",
        ),
        (pl.col("email").is_not_null() & pl.col("email_ok").is_null(), "`email` is not an e-mail address"),
        (~pl.col("lifecycle").is_in(LIFECYCLES), f"`lifecycle` must be one of {', '.join(LIFECYCLES)}"),
        (_lost(text, "do_not_contact"), "`do_not_contact` must be true or false"),
        (~pl.col("time_zone").is_in(zone_names()), "`time_zone` is no IANA name such as Europe/Berlin"),
        (_lost(text, "value"), "`value` is not a finite number"),
        (_lost(text, "created_at"), "created_at"),
        (pl.col("created_at") > now + FUTURE_ALLOWED, "`created_at` is more than 5 minutes in the future"),
    ]
    return pl.coalesce(*(pl.when(check).then(pl.lit(reason)) for check, reason in checks)).alias("reason")


def _lost(text: pl.DataFrame, name: str) -> pl.Expr:
    return pl.lit(text[name].is_not_null()) & pl.col(name).is_null()


def _detailed(reason: str, row: dict[str, str], zone: ZoneInfo | None) -> str:
    return f"`created_at` {reason_of(row['created_at'], zone)}" if reason == "created_at" else reason


def _identified(frame: pl.DataFrame) -> pl.DataFrame:
    """With the external id: the given one, or the file's own id of the person."""
    is_uuid = pl.col("person_id").str.contains(UUID_TEXT)
    return frame.with_columns(
        pl.when(is_uuid).then(pl.col("person_id").str.to_lowercase()).alias("uuid"),
        pl.coalesce("external_id", "person_id").alias("external_id"),
        pl.coalesce("phone_ok", pl.lit(None, pl.String)).alias("phone"),
        pl.col("email_ok").alias("email"),
        pl.col("phone").alias("phone_bare"),
    ).drop("nul", "email_ok", "phone_ok", "first_name", "last_name", "person_id")
