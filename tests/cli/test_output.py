"""Instants in, settings in, JSON out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from cockpit.cli.output import parse_instant, print_json, read_settings
from cockpit.errors import InvalidInput, Misconfigured


@pytest.mark.parametrize(
    "text", ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00+01:00", "2026-03-02 09:00:00+00:00", " 2026-03-02T09:00Z "]
)
def test_instant_is_read_in_any_zone(text: str) -> None:
    assert parse_instant(text) == datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "reason"), [("yesterday", "'yesterday' is no instant"), ("2026-03-02T09:00:00", "has no time zone")]
)
def test_instant_that_means_nothing_is_named(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        parse_instant(text)


def test_json_has_plain_values(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(
        {
            "points": Decimal("12.30"),
            "at": datetime(2026, 3, 2, 9, tzinfo=UTC),
            "day": date(2026, 3, 2),
            "id": UUID(int=1),
            "name": "Zoë",
        }
    )
    assert json.loads(capsys.readouterr().out) == {
        "points": 12.3,
        "at": "2026-03-02T09:00:00Z",
        "day": "2026-03-02",
        "id": "00000000-0000-0000-0000-000000000001",
        "name": "Zoë",
    }


def test_json_refuses_what_is_no_number() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        print_json({"score": float("nan")})


def test_wrong_setting_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_PORT", "many")
    with pytest.raises(Misconfigured, match=r"COCKPIT_PORT: Input should be a valid integer"):
        read_settings()
