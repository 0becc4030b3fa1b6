"""The short form: too few times to tell anything by them, but every kind is asked and refused."""

from __future__ import annotations

from cockpit.storage.database import Database
from tests.campaigns.token_times import run


def test_every_kind_is_refused_and_timed(db: Database) -> None:
    told = run(db, times=20, seed=1)
    assert [(one.what, set(one.medians)) for one in told] == [
        ("login token", {"wrong", "unknown", "used"}),
        ("session", {"wrong", "unknown", "used"}),
        ("API key", {"wrong", "unknown"}),
    ]
    assert all(one.apart >= 0 and one.noise > 0 for one in told)
