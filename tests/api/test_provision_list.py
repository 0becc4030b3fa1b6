"""The list of workspaces: in a state, a page at a time, and at the same price however many there are."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from tests.api.asking import Asking

COMPANIES = ("acme", "bolt", "core", "dune", "east")


@pytest.fixture
def five(ask: Asking) -> Asking:
    """Five companies, one of which has a second member and one of which has failed."""
    for name in COMPANIES:
        ask.made(f"a@{name}.com", name)
    ask.join("bolt", "b@bolt.com")
    ask.state("east", "failed")
    return ask


def pages(ask: Asking, **query: str) -> list[list[dict[str, Any]]]:
    """Everything, followed page by page."""
    found = []
    while True:
        answer = ask.get("workspaces", **query).json()
        found.append(answer["workspaces"])
        if "next" not in answer:
            return found
        query["after"] = answer["next"]


def test_pages_hold_everything_once(five: Asking) -> None:
    for limit in range(1, 7):
        listed = pages(five, limit=str(limit))
        assert [one["subdomain"] for page in listed for one in page] == list(COMPANIES)
        assert {len(page) for page in listed[:-1]} <= {limit}


def test_a_state_and_the_people(five: Asking) -> None:
    [active] = pages(five, activationStatus="ACTIVE")
    assert [one["subdomain"] for one in active] == ["acme", "bolt", "core", "dune"]
    assert active[1]["adminEmail"] == "a@bolt.com"
    assert active[1]["hubSyncMemberEmails"] == ["a@bolt.com", "b@bolt.com"]
    [inactive] = pages(five, activationStatus="INACTIVE")
    assert [one["subdomain"] for one in inactive] == ["east"]
    assert pages(five, activationStatus="ONGOING_CREATION") == [[]]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "1001"}, {"limit": "²"}, {"activationStatus": "active"}])
def test_what_cannot_be_asked(five: Asking, query: dict[str, str]) -> None:
    assert five.get("workspaces", **query).status_code == 400


def test_the_price_is_the_same_for_one_and_for_all(five: Asking) -> None:
    seen: list[str] = []
    event.listen(five.cockpit.db.pool, "before_cursor_execute", lambda _, __, statement, *___: seen.append(statement))

    def price(limit: int) -> int:
        """How many statements it takes; now and then one more reads again what is kept for seconds."""
        prices = []
        for _ in range(3):
            seen.clear()
            five.get("workspaces", limit=str(limit))
            prices.append(len(seen))
        return min(prices)

    assert price(1) == price(5)


def test_a_name_that_two_have(five: Asking) -> None:
    for subdomain in ("twin-a", "twin-b"):
        five("workspace", {"adminEmail": f"a@{subdomain}.com", "subdomain": subdomain, "displayName": "Twin"})
    assert five.get("workspace", displayName="Twin").status_code == 400
    assert five.get("workspace", displayName="acme").status_code == 200
    assert five.get("workspace", displayName="Nobody").status_code == 404
