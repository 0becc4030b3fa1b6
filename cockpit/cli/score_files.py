"""The files of `cockpit score`: read whole and strictly, one sentence for the first row that cannot be used."""

from __future__ import annotations

import tomllib
from pathlib import Path

import polars as pl

from cockpit.errors import InvalidInput
from cockpit.ingestion.columns import SIGNAL_COLUMNS
from cockpit.ingestion.instants import parsed_instants, reason_of
from cockpit.ingestion.sources.batch import Columns
from cockpit.ingestion.sources.registry import reader_of
from scoring.catalogue import CatalogueFile, from_toml

BATCH_ROWS = 100_000
SIGNALS = Columns(known=SIGNAL_COLUMNS.known, needed=("person_id", "type", "occurred_at"), nested=SIGNAL_COLUMNS.nested)
PEOPLE = Columns(known=("person_id",), needed=("person_id",), rest=True)
OUTCOMES = Columns(
    known=("person_id", "outcome", "occurred_at"), needed=("person_id", "outcome", "occurred_at"), rest=True
)
TRUTH = Columns(known=("as_of", "person_id", "label", "batch"), needed=("as_of", "person_id"), rest=True)


def read_signals(path: Path) -> pl.DataFrame:
    """person_id, type, occurred_at, value and scheduled_for of every signal."""
    frame = _read(path, SIGNALS, SIGNALS.needed)
    return frame.select(
        "person_id",
        "type",
        _instants(path, frame, "occurred_at"),
        _numbers(path, frame, "value"),
        _instants(path, frame, "scheduled_for"),
    )


def read_people(path: Path) -> pl.DataFrame:
    """One row per person, the attributes as text."""
    frame = _read(path, PEOPLE, PEOPLE.needed)
    _refuse_repeats(path, frame, ["person_id"], "person {person_id}")
    return frame.drop("row")


def read_outcomes(path: Path) -> pl.DataFrame:
    """person_id, outcome and occurred_at of every outcome."""
    frame = _read(path, OUTCOMES, OUTCOMES.needed)
    return frame.select("person_id", "outcome", _instants(path, frame, "occurred_at"))


def read_truth_times(path: Path) -> pl.DataFrame:
    """as_of, person_id and batch (null without the column); the labels are not looked at."""
    frame = _read(path, TRUTH, TRUTH.needed)
    if frame.is_empty():
        raise InvalidInput(f"{path.name} asks for nobody: it has no rows.")
    batch = pl.col("batch") if "batch" in frame.columns else pl.lit(None, pl.String).alias("batch")
    asked = frame.select("row", _instants(path, frame, "as_of"), "person_id", batch)
    _refuse_repeats(path, asked, ["as_of", "person_id"], "person {person_id} at {as_of}")
    return asked.drop("row")


def read_catalogue(path: Path) -> CatalogueFile:
    """The signal types, attributes and task of a catalogue file."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{path.name} is not TOML: {error}.") from error
    try:
        return from_toml(document)
    except ValueError as error:
        raise InvalidInput(f"{path.name}: {error}") from error


def write_scores(frame: pl.DataFrame, path: Path) -> None:
    """Write the ranking as CSV; the file appears whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            frame.write_csv(file, datetime_format="%Y-%m-%dT%H:%M:%S%.fZ")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InvalidInput(f"{path} cannot be written: {error.strerror or error}.") from error


def _read(path: Path, columns: Columns, required: tuple[str, ...]) -> pl.DataFrame:
    """All rows as text; the first row that cannot be read or lacks a required field is the error."""
    batches = []
    for batch in reader_of(path)(path, columns, skip=0, batch_rows=BATCH_ROWS):
        if batch.rejects:
            first = min(batch.rejects, key=lambda reject: reject.row)
            raise InvalidInput(f"{path.name}, row {first.row or batch.last_row}: {first.reason}.")
        batches.append(batch.frame)
    if not batches:
        return pl.DataFrame(schema={"row": pl.Int64, **dict.fromkeys(columns.known, pl.String)})
    frame = pl.concat(batches, how="diagonal")
    for name in required:
        _refuse_rows(path, frame, frame[name].str.strip_chars().fill_null("") == "", f"`{name}` is missing")
    return frame


def _instants(path: Path, frame: pl.DataFrame, name: str) -> pl.Series:
    """A column of instants."""
    if name not in frame.columns:
        return pl.Series(name, [None] * frame.height, dtype=pl.Datetime("us", "UTC"))
    text = frame[name]
    instants = parsed_instants(text).alias(name)
    wrong = instants.is_null() & text.is_not_null()
    if wrong.any():
        given = text.filter(wrong)[0]
        _refuse_rows(path, frame, wrong, f"`{name}` {reason_of(given)}")
    return instants


def _numbers(path: Path, frame: pl.DataFrame, name: str) -> pl.Series:
    """A column of finite numbers."""
    if name not in frame.columns:
        return pl.Series(name, [None] * frame.height, dtype=pl.Float64)
    numbers = frame[name].str.strip_chars().cast(pl.Float64, strict=False).alias(name)
    wrong = frame[name].is_not_null() & ~numbers.is_finite().fill_null(value=False)
    _refuse_rows(path, frame, wrong, f"`{name}` is not a finite number")
    return numbers


def _refuse_rows(path: Path, frame: pl.DataFrame, wrong: pl.Series, reason: str) -> None:
    """Raise for the first wrong row."""
    if wrong.any():
        raise InvalidInput(f"{path.name}, row {frame['row'].filter(wrong)[0]}: {reason}.")


def _refuse_repeats(path: Path, frame: pl.DataFrame, key: list[str], what: str) -> None:
    """Raise for the first row whose key was there before."""
    repeated = ~frame.select(pl.struct(key).is_first_distinct()).to_series()
    if repeated.any():
        named = frame.filter(repeated).row(0, named=True)
        _refuse_rows(path, frame, repeated, f"{what.format(**named)} is there twice")
