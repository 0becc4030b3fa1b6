"""The short form of the campaign: a few outreaches on each engine, with workers that are killed and held."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.campaigns.dispatch import Plan, campaign, check

QUICK = {"error_before": 0.1, "reset_before": 0.1, "error_after": 0.1, "reset_after": 0.05}


@pytest.mark.campaign
def test_nobody_is_reached_twice(engine_name: str, urls: Iterator[str]) -> None:
    if engine_name == "duckdb":
        plan = Plan(executions=6, mode="none", kills=2, stops=1, faults=QUICK)
    else:
        plan = Plan(executions=8, mode="key", kills=2, stops=1, workers=2, faults=QUICK)
    seen = campaign(next(urls), plan)
    check(seen, plan)
    assert seen.taken >= 1
