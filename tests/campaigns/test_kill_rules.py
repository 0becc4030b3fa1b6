"""The short form: a worker is killed twice while a rule looks at a few signals."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaigns.kill_import import duckdb_urls, postgres_urls
from tests.campaigns.kill_rules import campaign


@pytest.mark.campaign
def test_each_signal_is_decided_on_once(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    duckdb = engine_name == "duckdb"
    urls = duckdb_urls(tmp_path) if duckdb else postgres_urls(request.getfixturevalue("postgres_server"))
    assert campaign(next(urls), signals=12, kills=2).attempts == 12
