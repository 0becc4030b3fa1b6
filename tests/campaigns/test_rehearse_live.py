"""The short form of the campaign: a few people of the demo, on each engine."""

from __future__ import annotations

import pytest

from cockpit.storage.database import Database
from tests.campaigns.rehearse_live import RULES, compare, demo


@pytest.mark.campaign
@pytest.mark.parametrize("rule_key", RULES)
def test_a_rehearsal_of_the_demo_says_what_the_live_engine_does(db: Database, rule_key: str) -> None:
    found = compare(db, demo().of(3), rule_key, days=30)
    assert found.live == found.rehearsed
    assert found.live
