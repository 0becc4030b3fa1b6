"""The short form of the race for login tokens."""

from __future__ import annotations

from cockpit.storage.database import Database
from tests.campaigns.redeem_tokens import in_threads, race


def test_every_token_lets_one_in(db: Database) -> None:
    with in_threads(db, 16) as redeem_all:
        assert race(db, tokens=8, redeem_all=redeem_all).right
