"""Why the hour is wrong for a call, in words that name whose clock says so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scoring.guards.facts import Place
from scoring.guards.policy import QuietHours
from scoring.reach import no_call_because

PARIS, TOKYO = Place("Europe/Paris", "FR", None, frozenset()), Place("Asia/Tokyo", "JP", None, frozenset())
NEW_YORK = Place("America/New_York", "US", "NY")
AFTERNOON, NIGHT = datetime(2026, 11, 18, 14, 19, tzinfo=UTC), datetime(2026, 11, 18, 22, 0, tzinfo=UTC)
NOON, LUNCH = datetime(2026, 11, 18, 11, 30, tzinfo=UTC), datetime(2026, 11, 18, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "places", "said"),
    [
        (AFTERNOON, (PARIS,), None),
        (AFTERNOON, (PARIS, NEW_YORK), None),
        (NIGHT, (PARIS,), "outside calling hours"),
        (NOON, (PARIS, NEW_YORK), "outside calling hours in New York, where the number is from: 06:30 there"),
        (AFTERNOON, (PARIS, TOKYO), "outside calling hours in Tokyo, where the number is from: 23:19 there"),
        (LUNCH, (PARIS,), "no calls now by the law of FR"),
        (NIGHT, (Place("Mars/Base"),), "Time zone unknown"),
    ],
)
def test_whose_clock_says_so(at: datetime, places: tuple[Place, ...], said: str | None) -> None:
    assert no_call_because(at, places, QuietHours()) == said
