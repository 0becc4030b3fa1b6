"""The short form of the campaign: a kill before each commit, on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.campaigns.kill_provisioning import Nursery, a_nursery, campaign


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with a_nursery() as running:
        yield running


@pytest.mark.campaign
def test_a_killed_workspace_becomes_ready_and_nothing_is_doubled(database_url: str, nursery: Nursery) -> None:
    kills = list(campaign(database_url, nursery, commits_only=True))
    found = ["nothing", "pending after workspace", "pending after preset", "ready after ready"]
    assert [kill.found for kill in kills] == found
