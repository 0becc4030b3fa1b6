"""The short form: some of every kind of forgery."""

from __future__ import annotations

import pytest

from cockpit.bootstrap import Cockpit
from tests.campaigns.forged_webhooks import FORGERIES, check, run


@pytest.mark.campaign
def test_nothing_forged_is_taken(cockpit: Cockpit) -> None:
    seen = run(cockpit, 99)
    check(seen)
    assert seen["genuine"].total() == 3
    assert len(seen) == len(FORGERIES) + 1
