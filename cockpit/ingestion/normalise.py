"""Signals as text become signals with types; every fault of a row is found here and said in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.ingestion.columns import SIGNAL_COLUMNS
from cockpit.ingestion.contacts import bare_phone, folded_email
from cockpit.ingestion.digest import digests
from cockpit.ingestion.instants import EARLIEST, FUTURE_ALLOWED, parsed_instants, reason_of
from cockpit.ingestion.sources.batch import Reject
from cockpit.ingestion.sources.text import CONTROL, NUL, canonical, parse_json
from scoring.moment import moment
from scoring.plans import carried_out

UUID_TEXT = r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"
LONGEST = {
    "source_event_id": 200,
    "source": 100,
    "type": 100,
    "person_id": 200,
    "external_id": 200,
    "email": 254,
    "phone": 60,
    "name": 300,
    "channel": 60,
}
PERSON = ("person_id", "external_id", "email", "phone")
DIRECTIONS = ("inbound", "outbound", "system")
GIVEN = "given "  # in front of the names of the columns as they came
TYPE_NAME = r"^[A-Za-z][A-Za-z0-9_.:-]*$"


@dataclass(frozen=True, slots=True)
class Normal:
    """Signals that may be stored, and the rows that may not."""

    frame: pl.DataFrame
    rejects: tuple[Reject, ...]


def normalise(raw: pl.DataFrame, now: datetime, *, source: str, zone: ZoneInfo | None = None) -> Normal:
    """Check and convert rows of text; `source` names those that name none, `zone` is that of times without one."""
    text = _known_columns(raw)
    frame = _typed(text, zone)
    given = text.lazy().select(pl.exclude("row").name.prefix(GIVEN), moment(now + FUTURE_ALLOWED).alias("latest"))
    reasons = carried_out(pl.concat([frame.lazy(), given], how="horizontal").select(_REASON)).to_series()
    if reasons.null_count() == frame.height:
        return Normal(_identified(frame, source), ())
    bad = reasons.is_not_null()
    rejects = tuple(
        Reject(row["row"], _detailed(reason, row, zone), row_text(row))
        for reason, row in zip(reasons.filter(bad), text.filter(bad).iter_rows(named=True), strict=True)
    )
    return Normal(_identified(frame.filter(~bad), source), rejects)


def row_text(row: dict[str, object]) -> str:
    """The given fields of a row, for the file of rejects."""
    return canonical({name: value for name, value in row.items() if name != "row" and value is not None})


def _known_columns(raw: pl.DataFrame) -> pl.DataFrame:
    """Every known column, text without blanks around it; blank is none."""
    return raw.select(_texts(tuple(raw.columns)))


@lru_cache(maxsize=64)
def _texts(given: tuple[str, ...]) -> list[pl.Expr]:
    """Written once for each choice of columns."""
    known = SIGNAL_COLUMNS.known
    texts = (_trimmed(name) if name in given else pl.lit(None, pl.String).alias(name) for name in known)
    return [pl.col("row"), *texts]


def _trimmed(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)


def _typed(text: pl.DataFrame, zone: ZoneInfo | None) -> pl.DataFrame:
    """The columns in their types; what cannot be converted is null."""
    payload, fault = _payloads(text["payload"])
    instants = (parsed_instants(text[name], zone).alias(name) for name in ("occurred_at", "scheduled_for"))
    return text.with_columns(*instants, payload, fault, *_TYPED)


def _payloads(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Canonical JSON objects, and what is wrong with the others."""
    given = text.is_not_null().arg_true()
    if given.is_empty():
        return text.alias("payload"), text.alias("payload_fault")
    pairs = [_payload(value) for value in text.gather(given)]
    none = pl.Series([None] * len(text), dtype=pl.String)
    return (
        none.scatter(given, pl.Series([value for value, _ in pairs], dtype=pl.String)).alias("payload"),
        none.scatter(given, pl.Series([fault for _, fault in pairs], dtype=pl.String)).alias("payload_fault"),
    )


def _payload(text: str) -> tuple[str | None, str | None]:
    try:
        value = parse_json(text)
        whole = canonical(value)
        whole.encode()
    except (ValueError, RecursionError):
        return None, "`payload` is not JSON"
    if "\\u0000" in whole:
        return None, f"`payload` {NUL}"
    return (whole, None) if isinstance(value, dict) else (None, "`payload` is not a JSON object")


def _faults() -> pl.Expr:
    """The first fault of a row, or null; the row as given has the prefix of GIVEN."""
    nobody = pl.all_horizontal(pl.col(name).is_null() for name in PERSON)
    given = {name: pl.col(f"{GIVEN}{name}") for name in SIGNAL_COLUMNS.known}
    checks: list[tuple[pl.Expr, str]] = [
        (pl.col("nul").fill_null(value=False), f"the row {NUL}"),
        *((given[name].str.len_chars() > size, f"`{name}` is longer than {size}") for name, size in LONGEST.items()),
        (pl.col("type").is_null(), "`type` is missing"),
        (~pl.col("type").str.contains(TYPE_NAME), "`type` may have letters, digits and _ . : - only"),
        (given["occurred_at"].is_null(), "`occurred_at` is missing"),
        (pl.col("occurred_at").is_null(), "occurred_at"),
        (pl.col("occurred_at") > pl.col("latest"), "future"),
        (pl.col("occurred_at") < moment(EARLIEST), "`occurred_at` is before 1970"),
        (given["scheduled_for"].is_not_null() & pl.col("scheduled_for").is_null(), "scheduled_for"),
        (given["value"].is_not_null() & pl.col("value").is_null(), "`value` is not a finite number"),
        (~pl.col("direction").is_in(DIRECTIONS), "`direction` must be inbound, outbound or system"),
        (nobody, "the row names nobody: give person_id, external_id, email or phone"),
    ]
    faults = [pl.when(check).then(pl.lit(reason)) for check, reason in checks]
    return pl.coalesce(*faults, pl.col("payload_fault")).alias("reason")


def _detailed(reason: str, row: dict[str, str], zone: ZoneInfo | None) -> str:
    if reason == "future":
        return f"`occurred_at` {row['occurred_at'][:40]} is more than 5 minutes in the future"
    if reason in {"occurred_at", "scheduled_for"}:
        return f"`{reason}` {reason_of(row[reason], zone)}"
    return reason


def _identified(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    """With the digest, the source and an id; a signal without an id of its own is known by its content."""
    known = frame.lazy().drop("nul", "payload_fault").with_columns(digests(frame))
    return carried_out(known.with_columns(pl.col("source").fill_null(source), *_IDENTIFIED))


# Made once: writing the expressions takes longer than looking at a handful of rows.
_VALUE = pl.col("value").cast(pl.Float64, strict=False)
_TYPED = (
    pl.when(_VALUE.is_finite()).then(_VALUE + 0.0).alias("value"),
    pl.col("direction").str.to_lowercase(),
    folded_email(pl.col("email")),
    bare_phone(pl.col("phone")),
    pl.any_horizontal(pl.col(name).str.contains(CONTROL) for name in SIGNAL_COLUMNS.known).alias("nul"),
)
_REASON = _faults()
_IS_UUID = pl.col("person_id").str.contains(UUID_TEXT)
_IDENTIFIED = (
    pl.col("source_event_id").fill_null(pl.lit("content:") + pl.col("digest")),
    pl.when(_IS_UUID).then(pl.col("person_id").str.to_lowercase()).alias("uuid"),
    pl.coalesce("external_id", pl.when(~_IS_UUID).then("person_id")).alias("external_id"),
)
