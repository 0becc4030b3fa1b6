"""The hours that hold in a country or state, read from `hours.toml`.

laws_for(country, region, channel) -> tuple[Hours, ...]   all that hold together; the narrowest counts
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from scoring.guards.facts import NEEDS_PHONE

Window = tuple[int, int]  # minutes after midnight; past 1440: into the next day
DAY_NAMES = ("weekdays",) * 5 + ("saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Hours:
    """When people may be contacted, by the day of the week."""

    week: tuple[tuple[Window, ...], ...]  # Monday first
    closed_on_holidays: bool = False
    season: str | None = None  # None: all year; else the row says nothing about other days


@dataclass(frozen=True, slots=True)
class Law:
    """A row of the table."""

    country: str
    region: str | None
    channels: frozenset[str]
    hours: Hours
    source: str


@cache
def laws() -> tuple[Law, ...]:
    """All rows."""
    return tuple(_law(row) for row in read("hours.toml")["hours"])


@lru_cache(maxsize=4096)
def laws_for(country: str | None, region: str | None, channel: str) -> tuple[Hours, ...]:
    """The hours that hold there; where the state is not known, those of each state of the country."""
    return tuple(
        law.hours
        for law in laws()
        if law.country == country and channel in law.channels and (None in (law.region, region) or law.region == region)
    )


@cache
def countries() -> Mapping[str, str]:
    """The country of each time zone that belongs to one."""
    return {zone: country for country, zones in read("zones.toml").items() for zone in zones}


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """The time zones of a country, without second names."""
    return tuple(read("zones.toml").get(country, ()))


@cache
def states() -> Mapping[str, str]:
    """The state of each area code of the United States."""
    return {code: state for state, codes in read("area_codes.toml").items() for code in codes}


@cache
def seasons(name: str) -> tuple[tuple[date, date], ...]:
    """The first and the last day of each time a season comes."""
    return tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in read("seasons.toml")[name])


def read(name: str) -> dict[str, Any]:
    """A table of this package."""
    return tomllib.loads((resources.files("scoring.calendars") / name).read_text("utf-8"))


def minutes(text: str) -> int:
    """Minutes after midnight of `HH:MM`."""
    hours, _, rest = text.partition(":")
    return int(hours) * 60 + int(rest)


def _law(row: Mapping[str, Any]) -> Law:
    every = row.get("every", ())
    week = tuple(_windows(row.get(name, every)) for name in DAY_NAMES)
    hours = Hours(week, row.get("holidays") == "closed", row.get("season"))
    channels = frozenset(row.get("channels", NEEDS_PHONE))
    return Law(row["country"], row.get("region"), channels, hours, row["source"])


def _windows(texts: Sequence[str]) -> tuple[Window, ...]:
    pairs = [text.split("-") for text in texts]
    return tuple((minutes(opens), minutes(closes)) for opens, closes in pairs)
