"""Instants looked up are the instants formatted."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from cockpit.exports.spelling import FORMAT, spelled

INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
NEAR = st.datetimes(datetime(1969, 12, 31), datetime(1970, 1, 3), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.lists(st.none() | INSTANTS) | st.lists(st.none() | NEAR))
def test_every_instant_is_spelled_as_formatting_spells_it(instants: list[datetime | None]) -> None:
    series = pl.Series("at", instants, dtype=pl.Datetime("us", "UTC"))
    assert spelled(series).to_list() == series.dt.strftime(FORMAT).to_list()


def test_every_second_of_two_days() -> None:
    series = pl.datetime_range(datetime(1969, 12, 31), datetime(1970, 1, 1, 23, 59, 59), "1s", eager=True)  # noqa: DTZ001
    series = series.dt.replace_time_zone("UTC").dt.cast_time_unit("us")
    assert spelled(series).equals(series.dt.strftime(FORMAT))
