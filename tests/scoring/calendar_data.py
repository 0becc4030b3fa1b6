"""Writes the calendars that are taken from installed libraries: `python -m tests.scoring.calendar_data`.

Zones and their countries are tzdata's, states of area codes are phonenumbers', Ramadan is that of `holidays`.
The tests compare what is written with what the libraries say today.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "scoring" / "calendars"
YEARS = range(2020, 2061)
STATES = {  # as the library spells them after the comma, and alone
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Colorado": "CO",
    "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA", "Hawaii": "HI", "Idaho": "ID",
    "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA",
    "Maine": "ME", "Maryland": "MD", "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN",
    "Mississippi": "MS", "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV",
    "New Hampshire": "NH", "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY", "North Carolina": "NC",
    "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA",
    "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN", "Texas": "TX",
    "Utah": "UT", "Vermont": "VT", "Virginia": "VA", "Washington State": "WA", "West Virginia": "WV",
    "Wisconsin": "WI", "Wyoming": "WY", "Washington D.C.": "DC",
}  # fmt: skip


def zones() -> dict[str, list[str]]:
    """The zones of each country, other names of a zone included."""
    folder = resources.files("tzdata") / "zoneinfo"
    rows = [line.split("\t") for line in (folder / "zone.tab").read_text().splitlines() if line[:1] != "#"]
    country = {row[2]: row[0] for row in rows}
    links = [line.split() for line in (folder / "tzdata.zi").read_text().splitlines() if line.startswith("L ")]
    # A link such as Europe/Oslo -> Europe/Berlin is a place of its own when zone.tab says so.
    country |= {link: country[zone] for _, zone, link in links if link not in country and zone in country}
    found = defaultdict(list)
    for zone in sorted(country):
        found[country[zone]].append(zone)
    return dict(sorted(found.items()))


def area_codes() -> dict[str, list[str]]:
    """The area codes of each state of the United States."""
    from phonenumbers.geodata import GEOCODE_DATA  # noqa: PLC0415 - seven seconds, for whoever writes the data

    found = defaultdict(list)
    for code in range(200, 1000):
        place = GEOCODE_DATA.get(f"1{code}", {}).get("en", "")
        state = STATES.get(place) or place.rpartition(", ")[2]
        if state in STATES.values():
            found[state].append(str(code))
    return dict(sorted(found.items()))


def ramadan() -> list[list[str]]:
    """The first and the last day of each Ramadan, a day wider on both sides: the moon has to be seen."""
    from holidays.calendars.islamic import _IslamicLunar  # noqa: PLC0415

    starts = sorted(day for year in YEARS for day in _days(year, _IslamicLunar.RAMADAN_BEGINNING_DATES.get(year)))
    feasts = sorted(day for year in YEARS for day in _days(year, _IslamicLunar.EID_AL_FITR_DATES.get(year)))
    spans = [(start, next((feast for feast in feasts if feast > start), None)) for start in starts]
    return [
        [str(start - timedelta(days=1)), str(feast)] for start, feast in spans if feast is not None
    ]  # the feast is the day after the last one


def _days(year: int, given: object) -> list[date]:
    pairs = given if given and isinstance(given[0], tuple) else (given,) if given else ()  # type: ignore[index]
    return [date(year, *pair) for pair in pairs]  # type: ignore[attr-defined]


def toml_lists(heading: str, lists: dict[str, list[str]]) -> str:
    """Lists of words as TOML."""
    rows = [_row(name, words) for name, words in lists.items()]
    return "\n".join([heading, "", *rows, ""])


def _row(name: str, words: list[str]) -> str:
    quoted = ", ".join('"' + word + '"' for word in words)
    return f"{name} = [{quoted}]"


def files() -> dict[str, str]:
    """What each written file holds."""
    written = "# Written by `python -m tests.scoring.calendar_data`."
    spans = [f'    ["{first}", "{last}"],' for first, last in ramadan()]
    return {
        "zones.toml": toml_lists(f"{written} Zones of each country, from tzdata.", zones()),
        "area_codes.toml": toml_lists(f"{written} Area codes of each state, from phonenumbers.", area_codes()),
        "seasons.toml": "\n".join(
            [
                f"{written} First and last day, from holidays; a day more on both sides.",
                "",
                "ramadan = [",
                *spans,
                "]",
                "",
            ]
        ),
    }


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text)
