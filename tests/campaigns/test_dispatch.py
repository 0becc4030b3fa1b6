"""The short form of the campaign: a few outreaches on each engine, with workers that are killed and held."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaigns.dispatch import Plan, campaign, check
from tests.campaigns.kill_import import duckdb_urls, postgres_urls

QUICK = {"error_before": 0.1, "reset_before": 0.1, "error_after": 0.1, "reset_after": 0.05}


@pytest.mark.campaign
def test_nobody_is_reached_twice(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if engine_name == "duckdb":
        plan, urls = Plan(executions=6, mode="none", kills=2, stops=1, faults=QUICK), duckdb_urls(tmp_path)
    else:
        plan = Plan(executions=8, mode="key", kills=2, stops=1, workers=2, faults=QUICK)
        urls = postgres_urls(request.getfixturevalue("postgres_server"))
    seen = campaign(next(urls), plan)
    check(seen, plan)
    assert seen.taken >= 1
