"""The short form of the campaign: three kills on each engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaigns.kill_import import campaign, duckdb_urls, postgres_urls


@pytest.mark.campaign
def test_killed_import_loses_and_doubles_nothing(
    engine_name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if engine_name == "duckdb":
        urls = duckdb_urls(tmp_path)
    else:
        urls = postgres_urls(request.getfixturevalue("postgres_server"))
    assert len(list(campaign(urls, tmp_path, times=3, seed=11, signals=4_000))) == 3
