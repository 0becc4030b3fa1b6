"""Where somebody may be follows from number, zone and country; what contradicts or says little widens it."""

from __future__ import annotations

import pytest

from cockpit.model.whereabouts import holidays_of, whereabouts
from scoring.guards.facts import Place


@pytest.mark.parametrize(
    ("known", "taken_from", "there"),
    [
        (("+14015550123", None, None), "phone", [("America/New_York", "US", "RI")]),
        (("+14165550100", None, None), "phone", [("America/Toronto", "CA", None)]),
        (("+966501234567", None, None), "phone", [("Asia/Riyadh", "SA", None)]),
        (("+442079460000", None, None), "phone", [("Europe/London", "GB", None)]),
        (("+14015550123", "US/Eastern", None), "person", [("US/Eastern", "US", "RI")]),
        (("+79161234567", "Asia/Omsk", "RU"), "person", [("Asia/Omsk", "RU", None)]),
        ((None, "America/New_York", None), "person", [("America/New_York", "US", None)]),
        ((None, None, "jo"), "country", [("Asia/Amman", "JO", None)]),
        ((None, None, None), "workspace", [("Asia/Dubai", "AE", None)]),
        (("5551234567", None, "Nowhere"), "workspace", [("Asia/Dubai", "AE", None)]),
    ],
)
def test_one_place(
    known: tuple[str | None, str | None, str | None], taken_from: str, there: list[tuple[str, ...]]
) -> None:
    found = whereabouts(*known, "Asia/Dubai")
    assert found.taken_from == taken_from
    assert [(place.zone, place.country, place.region) for place in found.places] == there


def test_number_in_one_zone_and_person_in_another_is_both() -> None:
    found = whereabouts("+12125550123", "America/Los_Angeles", None, "UTC")
    assert [place.zone for place in found.places] == ["America/Los_Angeles", "America/New_York"]
    assert {place.region for place in found.places} == {"NY"}


def test_mobile_number_may_be_anywhere_in_its_country() -> None:
    australian = {place.zone for place in whereabouts("+61412345678", None, None, "UTC").places}
    assert {"Australia/Sydney", "Australia/Perth"} <= australian
    assert len(whereabouts("+18005550100", None, None, "UTC").places) > 20  # toll-free


def test_country_on_file_is_asked_beside_that_of_the_number() -> None:
    found = whereabouts("+33612345678", "Europe/Paris", "DE", "UTC")
    assert {place.country for place in found.places} == {"FR", "DE"}


def test_holidays_are_known_where_the_law_or_the_workspace_closes_on_them() -> None:
    def of(country: str, *, closed: bool) -> Place:
        return whereabouts(None, None, country, None, all_holidays=closed).places[0]

    assert of("FR", closed=False).holidays == holidays_of("FR")
    assert of("DE", closed=False).holidays is None
    assert of("DE", closed=True).holidays == holidays_of("DE")
    assert holidays_of("QQ") is None


def test_nothing_known_is_no_place() -> None:
    assert whereabouts(None, None, None, None).places == ()
