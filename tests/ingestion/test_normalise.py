"""Every fault of a signal has one sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from cockpit.ingestion.contacts import bare_phone, e164, valid_emails, zone_of_phone
from cockpit.ingestion.identifiers import named_ids
from cockpit.ingestion.instants import zone_named
from cockpit.ingestion.normalise import Normal, normalise
from cockpit.model.ids import person_id_of, workspace_id_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GOOD = {"type": "MISSED_CALL", "occurred_at": "2026-03-01T09:00:00Z", "external_id": "p1", "source_event_id": "e1"}


def checked(*rows: dict[str, str | None], zone: str | None = None) -> Normal:
    names = dict.fromkeys(name for row in rows for name in row)
    frame = pl.DataFrame(
        [{name: row.get(name) for name in names} for row in rows], schema=dict.fromkeys(names, pl.String)
    )
    numbered = frame.with_row_index("row", offset=1).with_columns(pl.col("row").cast(pl.Int64))
    return normalise(numbered, NOW, source="import", zone=zone_named(zone) if zone else None)


def reason(**changes: str | None) -> str:
    normal = checked({**GOOD, **changes})
    assert normal.frame.is_empty()
    return normal.rejects[0].reason


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T09:00:00Z",
        "2026-03-01 10:00:00+01:00",
        "2026-03-01T09:00:00.000000+00:00",
        "2026-03-01T09:00Z",
        "2026-03-01T01:00:00-0800",
        " 2026-03-01T09:00:00Z ",
    ],
)
def test_instants_of_every_spelling_are_one(text: str) -> None:
    assert checked({**GOOD, "occurred_at": text}).frame["occurred_at"][0] == datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"occurred_at": None}, "`occurred_at` is missing"),
        ({"occurred_at": "yesterday"}, "`yesterday` is not an ISO 8601 instant"),
        ({"occurred_at": "2026-03-01T09:00:00"}, "has no time zone"),
        ({"occurred_at": "2026-03-01T09:00:00 Europe/Nowhere"}, "is not an ISO 8601 instant"),
        ({"occurred_at": "2026-03-01T09:00:00+99:00"}, "is not an ISO 8601 instant"),
        ({"occurred_at": "2026-03-02T09:05:01Z"}, "more than 5 minutes in the future"),
        ({"occurred_at": "1969-12-31T23:59:59Z"}, "before 1970"),
        ({"scheduled_for": "soon"}, "`scheduled_for` `soon` is not"),
        ({"type": None}, "`type` is missing"),
        ({"type": "a b"}, "`type` may have letters"),
        ({"type": "A" * 101}, "`type` is longer than 100"),
        ({"value": "NaN"}, "`value` is not a finite number"),
        ({"value": "inf"}, "`value` is not a finite number"),
        ({"value": "twelve"}, "`value` is not a finite number"),
        ({"direction": "sideways"}, "`direction` must be inbound"),
        ({"external_id": None}, "the row names nobody"),
        ({"external_id": "p\0"}, "the row has a NUL"),
        ({"payload": "{"}, "`payload` is not JSON"),
        ({"payload": "[1]"}, "`payload` is not a JSON object"),
        ({"payload": '{"a": NaN}'}, "`payload` is not JSON"),
        ({"payload": '{"a": "\\u0000"}'}, "`payload` has a NUL"),
        ({"payload": '{"a": "\\ud800"}'}, "`payload` is not JSON"),
    ],
)
def test_fault_has_one_sentence(changes: dict[str, str | None], words: str) -> None:
    assert words in reason(**changes)


def test_five_minutes_ahead_is_a_clock_that_runs_fast() -> None:
    late = (NOW + timedelta(minutes=5)).isoformat()
    assert checked({**GOOD, "occurred_at": late}).rejects == ()


def test_given_zone_is_that_of_naive_times_only() -> None:
    naive, told = {**GOOD, "occurred_at": "2026-03-01T10:00:00"}, {**GOOD, "occurred_at": "2026-03-01T09:00:00Z"}
    assert checked(naive, told, zone="Europe/Berlin").frame["occurred_at"].n_unique() == 1
    assert (
        "never was: the clocks of Europe/Berlin"
        in checked({**GOOD, "occurred_at": "2025-03-30T02:30:00"}, zone="Europe/Berlin").rejects[0].reason
    )


def test_bad_row_is_kept_beside_its_reason() -> None:
    normal = checked(GOOD, {**GOOD, "value": "x"}, {**GOOD, "source_event_id": "e3"})
    assert normal.frame["row"].to_list() == [1, 3]
    assert normal.rejects[0].row == 2
    assert '"value":"x"' in normal.rejects[0].text


def test_digest_is_of_the_meaning_not_the_spelling() -> None:
    same = {**GOOD, "occurred_at": "2026-03-01T10:00:00+01:00", "payload": '{"b": 1, "a": 2}', "value": "1.0"}
    other = {**GOOD, "payload": '{"a":2,"b":1}', "value": "1"}
    digests = checked(same, other, {**GOOD, "value": "1"}).frame["digest"].to_list()
    assert digests[0] == digests[1] != digests[2]


def test_signal_without_an_id_is_known_by_its_content() -> None:
    frame = checked({**GOOD, "source_event_id": None}, {**GOOD, "source_event_id": None}).frame
    assert frame["source_event_id"][0].startswith("content:")
    assert frame["source_event_id"].n_unique() == 1


def test_emails_and_phones_have_one_form() -> None:
    given = pl.Series(["ana@example.com", "ä@exämple.org", "x@", "a..b@c.de", None])
    assert valid_emails(given).to_list() == ["ana@example.com", "ä@exämple.org", None, None, None]
    phones = pl.DataFrame({"phone": ["+1 (212) 555-0101", "0049 30 1234567", "555-0101", "030 1234567"]})
    bare = phones.select(bare_phone(pl.col("phone"))).to_series()
    assert e164(bare).to_list() == ["+12125550101", "+49301234567", None, None]
    assert e164(bare, pl.Series(["US", "DE", None, "DE"])).to_list()[3] == "+49301234567"
    assert zone_of_phone("+12125550101") == "America/New_York"
    assert zone_of_phone("+15550100000") is None


def test_named_ids_are_uuid5() -> None:
    workspace = workspace_id_of("north")
    names = ["a", "ü", "x" * 300]
    assert named_ids(workspace, (f"person:{name}" for name in names)).to_list() == [
        str(person_id_of(workspace, name)) for name in names
    ]
