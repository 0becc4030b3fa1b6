"""What goes into the database comes out the same, bit by bit, on both engines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import polars as pl
import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Double,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    func,
    insert,
    select,
)

from cockpit.errors import InvalidInput
from cockpit.storage.columns import Json
from cockpit.storage.database import Database
from cockpit.storage.frame_types import INSTANT, empty_frame, frame_schema
from cockpit.storage.frames import bulk_insert, bulk_upsert, chosen, read_fixed, read_frame, staged, stream_frames

thing = Table(
    "thing",
    MetaData(),
    Column("workspace_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String),
    Column("amount", Double),
    Column("large", BigInteger),
    Column("is_on", Boolean),
    Column("day", Date),
    Column("seen_at", DateTime(timezone=True)),
    Column("person_id", Uuid),
    Column("body", Json),
)
SPACE = UUID(int=7)
NAMES = (
    None,
    "",
    " ",
    "a,b",
    'say "hi"',
    "line\nbreak",
    "cr\r\nlf",
    "\\N",
    "\\",
    "NULL",
    "100% of %s %(x)s",
    "'; DROP TABLE thing; --",
    "José 世界 🎈",
    "مرحبا",
    "tab\there",
    "$1 :name {0}",
    "=1+1",
    "null",
    "nan",
    "1e5",
    "\u200b",
    "\x02",
    "\x1f",
)
AMOUNTS = (
    None,
    0.0,
    -0.0,
    0.1,
    1 / 3,
    math.pi * 1e300,
    5e-324,
    1.7976931348623157e308,
    -2.2250738585072014e-308,
    1e16 + 2,
    123456789.123456789,
)
INSTANTS = (
    None,
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, 0, 1, tzinfo=UTC),
    datetime(2400, 2, 29, 12, 0, 0, 123457, tzinfo=UTC),
    datetime(1900, 1, 1, 0, 0, 0, 3, tzinfo=UTC),
)


def rows(count: int) -> pl.DataFrame:
    """Rows that go through every awkward value."""
    numbers = range(count)
    columns: dict[str, list[Any]] = {
        "workspace_id": [str(SPACE)] * count,
        "number": list(numbers),
        "name": [NAMES[n % len(NAMES)] for n in numbers],
        "amount": [AMOUNTS[n % len(AMOUNTS)] for n in numbers],
        "large": [None if n % 7 == 0 else 2**62 - n for n in numbers],
        "is_on": [(None, True, False)[n % 3] for n in numbers],
        "day": [None if n % 5 == 0 else date(1950, 1, 1) + timedelta(days=n) for n in numbers],
        "seen_at": [INSTANTS[n % len(INSTANTS)] for n in numbers],
        "person_id": [None if n % 4 == 0 else str(uuid5(SPACE, str(n))) for n in numbers],
        "body": [None if n % 6 == 0 else f'{{"n": {n}}}' for n in numbers],
    }
    return pl.DataFrame(columns, schema=frame_schema(thing))


@contextmanager
def with_things(db: Database) -> Iterator[Connection]:
    """A transaction in which the table exists."""
    with db.write() as conn:
        thing.create(conn)
        yield conn


EVERYTHING = select(thing).where(thing.c.workspace_id == SPACE).order_by(thing.c.number)


@pytest.mark.parametrize("count", [0, 1, 60, 1_500], ids=lambda count: f"{count} rows")
def test_inserted_rows_come_back(db: Database, count: int) -> None:
    given = rows(count)
    with with_things(db) as conn:
        assert bulk_insert(conn, thing, given) == count
        assert_same(read_frame(conn, EVERYTHING), given)
        assert_same(pl.concat([empty_frame(thing), *stream_frames(conn, EVERYTHING, 400)]), given)


@pytest.mark.parametrize("count", [1, 60, 1_500], ids=lambda count: f"{count} rows")
def test_upserted_rows_come_back(db: Database, count: int) -> None:
    given = rows(count)
    with with_things(db) as conn:
        bulk_upsert(conn, thing, given.select("workspace_id", "number").head(count // 2))
        assert bulk_upsert(conn, thing, given.sample(fraction=1.0, shuffle=True, seed=1)) == count
        assert_same(read_frame(conn, EVERYTHING), given)
        changed = given.select("workspace_id", "number", name=pl.lit("changed"))
        bulk_upsert(conn, thing, changed)
        bulk_upsert(conn, thing, given.select("workspace_id", "number"))
        assert_same(read_frame(conn, EVERYTHING), given.with_columns(name=pl.lit("changed")))


@pytest.mark.parametrize("count", [1, 60, 1_500], ids=lambda count: f"{count} rows")
def test_staged_rows_come_back(db: Database, count: int) -> None:
    given = rows(count)
    with with_things(db) as conn, staged(conn, thing, given) as source, staged(conn, thing, given) as second:
        both = select(source).join(second, second.c.number == source.c.number).order_by(source.c.number)
        assert_same(read_frame(conn, both), given)


def test_values_of_a_statement_mean_the_same(db: Database) -> None:
    given = rows(60)
    with with_things(db) as conn:
        bulk_insert(conn, thing, given)
        for name in ("name", "amount", "large", "is_on", "day", "seen_at", "person_id"):
            for value in python_values(given[name]):
                found = read_frame(conn, EVERYTHING.where(thing.c[name] == value))
                expected = given.filter(pl.col(name) == (str(value) if name == "person_id" else value))
                assert found["number"].to_list() == expected["number"].to_list(), (name, value)
        listed = read_frame(conn, EVERYTHING.where(thing.c.name.in_(["a,b", "100% of %s %(x)s", "no"])))
        assert listed["number"].to_list() == [n for n in range(60) if n % len(NAMES) in (3, 10)]


def python_values(series: pl.Series) -> list[Any]:
    """The distinct values of a column, ids as UUID."""
    distinct = series.drop_nulls().unique().to_list()
    return [UUID(one) for one in distinct] if series.name == "person_id" else distinct


def test_one_column_alone(db: Database) -> None:
    given = rows(60)
    with with_things(db) as conn:
        bulk_insert(conn, thing, given)
        for name in ("name", "amount", "is_on", "day", "seen_at", "person_id"):
            query = select(thing.c[name]).where(thing.c.workspace_id == SPACE).order_by(thing.c.number)
            assert read_frame(conn, query).equals(given.select(name)), name


def test_what_cannot_be_held_is_said(db: Database) -> None:
    for column, value in (("number", 2**40), ("person_id", "no id")):
        bad = rows(2).with_columns(pl.lit(value).alias(column))
        with pytest.raises(InvalidInput, match="The database cannot hold a value"), with_things(db) as conn:
            bulk_insert(conn, thing, bad)


def test_sums_and_counts_have_types(db: Database) -> None:
    with with_things(db) as conn:
        bulk_insert(conn, thing, rows(10))
        query = select(
            func.count().label("rows"),
            func.sum(thing.c.amount).label("amount"),
            func.max(thing.c.seen_at).label("last"),
            func.max(thing.c.day).label("day"),
            (thing.c.name == "").label("is_empty"),
        ).where(thing.c.workspace_id == SPACE, thing.c.number.in_([1, 3]))
        found = read_frame(conn, query.group_by(thing.c.name))
        types = [pl.Int32(), pl.Float64(), pl.Datetime("us", "UTC"), pl.Date(), pl.Boolean()]
        assert list(found.schema.values()) == types


def test_rows_of_core_are_python_values(db: Database) -> None:
    with with_things(db) as conn:
        conn.execute(insert(thing).values(workspace_id=SPACE, number=1, amount=0.1, seen_at=INSTANTS[3], body={"a": 1}))
        row = conn.execute(EVERYTHING).one()
        assert (row.workspace_id, row.amount, row.seen_at, row.body) == (SPACE, 0.1, INSTANTS[3], {"a": 1})
        assert row.seen_at.utcoffset() == timedelta(0)


def test_null_comes_last_going_up_and_first_going_down(db: Database) -> None:
    with with_things(db) as conn:
        bulk_insert(conn, thing, rows(3))
        for order, first in ((thing.c.amount.asc(), False), (thing.c.amount.desc(), True)):
            numbers = [row.number for row in conn.execute(select(thing.c.number).order_by(order))]
            assert (numbers[0] == 0) == first


def test_chosen_people(db: Database) -> None:
    with db.read() as conn:
        for count in (0, 1, 700):
            ids = [UUID(int=n + 1) for n in range(count)]
            with chosen(conn, [*ids, *map(str, ids)]) as people:
                assert read_frame(conn, select(people.c.person_id))["person_id"].sort().to_list() == list(map(str, ids))


def assert_same(found: pl.DataFrame, given: pl.DataFrame) -> None:
    """Equal in every bit; JSON by its text without spaces."""
    assert found.schema == given.schema
    plain = [frame.with_columns(pl.col("body").str.replace_all(" ", "")) for frame in (found, given)]
    for name in given.columns:
        assert [repr(one) for one in plain[0][name]] == [repr(one) for one in plain[1][name]], name


def test_numbers_travel_as_bits(db: Database) -> None:
    numbers = Table(
        "numbers",
        MetaData(),
        Column("number", Integer),
        Column("amount", Double),
        Column("seen_at", DateTime(timezone=True)),
    )
    instants = [datetime(1969, 7, 20, 20, 17, 40, 1, UTC), datetime(2400, 2, 29, 12, 0, 0, 123456, UTC)]
    given = pl.DataFrame(
        {"number": [-1, 2**31 - 1, 0], "amount": [0.1 + 0.2, -1e300, 0.0], "seen_at": [*instants, instants[0]]},
        schema={"number": pl.Int32, "amount": pl.Float64, "seen_at": INSTANT},
    )
    with db.write() as conn, staged(conn, numbers, given) as rows:
        found = read_fixed(conn, select(rows.c.number, rows.c.amount, rows.c.seen_at))
        nobody = read_fixed(conn, select(rows.c.number, rows.c.seen_at).where(rows.c.number == 7))
    assert found.sort("number").equals(given.sort("number"))
    assert nobody.schema == {"number": pl.Int32, "seen_at": INSTANT}
    assert nobody.is_empty()
