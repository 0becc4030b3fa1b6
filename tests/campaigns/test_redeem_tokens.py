"""The short form of the race for login tokens."""

from __future__ import annotations

from cockpit.storage.database import Database
from tests.campaigns.redeem_tokens import race


def test_every_token_lets_one_in(db: Database) -> None:
    assert race(db, tokens=8, redeemers=16).right
