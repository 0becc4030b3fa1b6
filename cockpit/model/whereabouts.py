"""Where somebody may be, from what is on file: the places whose clocks and laws decide when they may be contacted.

whereabouts(phone, time_zone, country, default_zone, *, all_holidays=False) -> Whereabouts

The country code and the first digits of a number say where it was given out; the zone on file narrows that down, or
adds to it where the two contradict each other: then hours have to be right in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from holidays import country_holidays, list_supported_countries
from phonenumbers import timezone as phone_zones

from scoring.calendars.laws import countries, laws, states, zones_of
from scoring.guards.facts import Place

PREFIX = 9  # "+" and the digits that decide the zone of a number
NORTH_AMERICA = 1
UNKNOWN = "Etc/Unknown"
YEARS = range(2020, 2061)
CLOSED = frozenset(law.country for law in laws() if law.hours.closed_on_holidays)  # where holidays matter by law
PROBES = (datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """All places that are plausible, and what they were taken from: phone, person, country or workspace."""

    places: tuple[Place, ...]
    taken_from: str | None


@dataclass(frozen=True, slots=True)
class Numbered:
    """Where a number was given out."""

    zones: tuple[str, ...] = ()
    country: str | None = None
    region: str | None = None


def whereabouts(
    phone: str | None,
    time_zone: str | None,
    country: str | None,
    default_zone: str | None,
    *,
    all_holidays: bool = False,
) -> Whereabouts:
    """Where this person may be; of the phone number the first nine characters are enough."""
    return _whereabouts((phone or "")[:PREFIX], time_zone, _country(country), default_zone, all_holidays)


@lru_cache(maxsize=65_536)
def _whereabouts(
    prefix: str, time_zone: str | None, country: str | None, default_zone: str | None, all_holidays: bool
) -> Whereabouts:
    number = numbered(prefix)
    if time_zone is not None:
        zones = _with_number(time_zone, number.zones)
        return _found("person" if zones == (time_zone,) else "person and phone", zones, number, country, all_holidays)
    if number.zones:
        narrowed = tuple(zone for zone in number.zones if countries().get(zone) == country) if country else ()
        return _found("phone", narrowed or number.zones, number, country, all_holidays)
    there = zones_of(country or number.country or "")
    if there:
        return _found("country", there, number, country, all_holidays)
    if default_zone is not None:
        return _found("workspace", (default_zone,), number, country, all_holidays)
    return Whereabouts((), None)


def _with_number(time_zone: str, zones: tuple[str, ...]) -> tuple[str, ...]:
    """The zone on file; with those of the number unless one of them has the same clock."""
    clock = _clock(time_zone)
    same = not zones or clock is None or any(_clock(zone) == clock for zone in zones)
    return (time_zone,) if same else (time_zone, *zones)


@lru_cache(maxsize=1024)
def _clock(zone: str) -> tuple[object, ...] | None:
    """What tells the clocks of two zones apart: their distance to UTC in winter and in summer."""
    try:
        return tuple(probe.astimezone(ZoneInfo(zone)).utcoffset() for probe in PROBES)
    except (KeyError, ValueError, OSError):
        return None


def _found(
    taken_from: str, zones: tuple[str, ...], number: Numbered, country: str | None, all_holidays: bool
) -> Whereabouts:
    places = {place: None for zone in zones for place in _places(zone, number, country, all_holidays)}
    return Whereabouts(tuple(places), taken_from)


def _places(zone: str, number: Numbered, country: str | None, all_holidays: bool) -> tuple[Place, ...]:
    """A zone with each country whose law may hold for this person: of the number, on file, or of the zone."""
    known = {number.country: None, country: None}
    known.pop(None, None)
    named = tuple(known) or (countries().get(zone),)
    return tuple(
        Place(zone, one, number.region if one == number.country else None, _holidays(one, all_holidays))
        for one in named
    )


def _holidays(country: str | None, all_holidays: bool) -> frozenset[date] | None:
    return holidays_of(country) if country and (all_holidays or country in CLOSED) else None


@lru_cache(maxsize=256)
def holidays_of(country: str) -> frozenset[date] | None:
    """The public holidays of a country; None when they are not known."""
    if country not in list_supported_countries():
        return None
    return frozenset(country_holidays(country, years=YEARS))


@lru_cache(maxsize=65_536)
def numbered(prefix: str) -> Numbered:
    """Where numbers that begin like this were given out; nothing for one that cannot be a number.

    A mobile number may be anywhere in its country, a landline is where its area code is.
    """
    number = _example(prefix)
    if number is None:
        return Numbered()
    zones = phone_zones.time_zones_for_number(number)
    if UNKNOWN in zones:
        zones = phone_zones.time_zones_for_geographical_number(number)
    region = states().get(prefix[2:5]) if number.country_code == NORTH_AMERICA else None
    country = "US" if region else _country_of(number)
    return Numbered(tuple(zone for zone in zones if zone != UNKNOWN), country, region)


def _example(prefix: str) -> phonenumbers.PhoneNumber | None:
    """A valid number that begins like this; where there is none, any."""
    found = None
    for more in range(2, 8) if prefix.startswith("+") else ():
        try:
            found = phonenumbers.parse(prefix.ljust(PREFIX, "0") + "5" * more)
        except phonenumbers.NumberParseException:
            return found
        if phonenumbers.is_valid_number(found):
            return found
    return found


def _country_of(number: phonenumbers.PhoneNumber) -> str | None:
    found = phonenumbers.region_code_for_country_code(number.country_code or 0)
    if number.country_code == NORTH_AMERICA:
        found = phonenumbers.region_code_for_number(number) or found
    return found if found.isalpha() else None


def _country(text: str | None) -> str | None:
    """A country code as it is written; None for a text that is none."""
    code = (text or "").strip().upper()
    return code if len(code) == 2 and code.isalpha() else None
