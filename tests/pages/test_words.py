"""Names are shown as they are, whatever they contain; ages and trends read like speech."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.panel import PanelRow
from cockpit.ui.components.cards import cards
from cockpit.ui.components.sparkline import sparkline
from cockpit.ui.words import age, local_time, next_morning, plain, safe_text, trend

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOSTILE = ["<script>alert(1)</script>", "[x](javascript:alert(1))", "![](https://evil.example/x.png)", "$\\LaTeX$"]
HOSTILE += [
    ":material/bolt: :red[x]",
    "**bold** _it_ `code`",
    '"><img src=x onerror=alert(1)>',
    "a\u202eb\u2066c",
    "a\nb",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_no_markup(name: str) -> None:
    shown = safe_text(name)
    for mark in "*_`[]<>!$:":
        assert shown.count(mark) == shown.count("\\" + mark)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_card_escapes_everything(name: str) -> None:
    row = PanelRow(person_id="p", external_id=None, name=name, rank_value=1.0, why=name, company=name, owner=name)
    html = cards("priority_leads", [row], {}, NOW, {"workspace": name})
    assert "<script" not in html
    assert "<img" not in html
    assert "\u202e" not in html


@given(st.text())
def test_plain_text_has_no_control_characters(text: str) -> None:
    shown = plain(text)
    assert shown.isprintable() or set(shown) & set("\u200c\u200d") or any(ord(c) > 127 for c in shown)
    assert not set(shown) & set("\n\r\t\x00\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_ages() -> None:
    assert age(None, NOW) == "never"
    assert age(NOW - timedelta(seconds=3), NOW) == "just now"
    assert age(NOW - timedelta(minutes=5), NOW) == "5 min ago"
    assert age(NOW - timedelta(hours=30), NOW) == "30 h ago"
    assert age(NOW - timedelta(days=59), NOW) == "59 d ago"
    assert age(NOW - timedelta(days=400), NOW) == "13 months ago"


def test_local_time() -> None:
    assert local_time("Asia/Tokyo", NOW) == "18:00"
    assert local_time(None, NOW) == local_time("Mars/Olympus", NOW) == "unknown"


def test_tomorrow_is_tomorrow_where_the_person_lives() -> None:
    assert next_morning("Asia/Tokyo", "UTC", NOW, days=1) == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    assert next_morning(None, "America/New_York", NOW, days=1) == datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


def test_trend_and_sparkline_agree_on_what_is_known() -> None:
    assert trend([None, 10.0, 22.4]) == "↑ 12"
    assert trend([None, None, 5.0]) == "new"
    assert sparkline([None, 5.0], "new") == ""
    assert 'alt="30 days: ↑ 12"' in sparkline([10.0, 22.4], "↑ 12")
