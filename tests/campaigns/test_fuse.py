"""The short form: a rule that would reach some more people than its fuse lets through."""

from __future__ import annotations

import pytest

from cockpit.bootstrap import Cockpit
from tests.campaigns.fuse import Size, check, run


@pytest.mark.campaign
def test_a_rule_stops_itself_and_a_recall_takes_back_what_waits(cockpit: Cockpit) -> None:
    size = Size(people=12, first=2, rehearsed=2)
    check(run(cockpit, size), size)
