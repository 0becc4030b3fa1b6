"""The short form: the queue is killed while most requests wait; the real server is killed by the long one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.campaigns.kill_serving import check, prepare, sent_to_child, signals_of

COUNT = 1_500  # on DuckDB most of 600 were answered before the blow of a busy machine fell


@pytest.mark.campaign
def test_what_was_answered_survives_the_kill_and_is_there_once(database_url: str) -> None:
    prepare(database_url, 0)
    signals = signals_of(COUNT, datetime.now(UTC))
    first = sent_to_child(database_url, signals, kill_after=5)
    assert 5 <= len(first) < COUNT, "the blow came while requests waited"
    second = sent_to_child(database_url, signals, kill_after=None)
    check(database_url, COUNT, first, second)
