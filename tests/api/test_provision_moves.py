"""The guide's table of moves over HTTP, on both engines: each row by its name, addressed by subdomain and by id."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from cockpit.access import sessions
from cockpit.storage.workspaces import get_workspace
from tests.api.asking import Asking


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what else was there, who moves from where to where, what is answered."""

    says: str
    email: str
    status: int
    words: str = ""
    before: Callable[[Asking], object] = lambda _: None
    source: str = "acme"
    target: str = "bolt"
    restored: bool = False


def second_admin(ask: Asking) -> None:
    ask.join("acme", "b@acme.com", "admin")


def elsewhere(ask: Asking) -> None:
    ask.made("c@core.com", "core")


ROWS = [
    Row("a member moves", "b@acme.com", 200),
    Row("an admin moves when there is another", "a@acme.com", 200, before=second_admin),
    Row(
        "a login that was taken away comes back",
        "b@acme.com",
        200,
        before=lambda ask: ask.take_login("b@acme.com"),
        restored=True,
    ),
    Row("user not found", "nobody@acme.com", 404, "no such user"),
    Row("user not in from workspace", "c@core.com", 400, "not in the workspace", before=elsewhere),
    Row("user in no workspace", "b@acme.com", 400, "not in", before=lambda ask: ask.leave("acme", "b@acme.com")),
    Row("user already in to workspace", "z@bolt.com", 400, "login-token"),
    Row("user in multiple workspaces", "b@acme.com", 400, "several", before=lambda ask: ask.join("bolt", "b@acme.com")),
    Row("only member of from workspace", "z@bolt.com", 400, "only member", source="bolt", target="acme"),
    Row("only admin of from workspace", "a@acme.com", 400, "only admin"),
    Row("from and to are the same", "b@acme.com", 400, "itself", target="acme"),
    Row("target workspace pending", "b@acme.com", 400, "not active", before=lambda ask: ask.state("bolt", "pending")),
    Row("target workspace failed", "b@acme.com", 400, "not active", before=lambda ask: ask.state("bolt", "failed")),
    Row("from workspace unknown", "b@acme.com", 404, source="nowhere"),
    Row("target workspace unknown", "b@acme.com", 404, target="nowhere"),
]


@pytest.fixture
def two(ask: Asking) -> Asking:
    """Ana, the admin, and Ben in acme; Zoe alone in bolt."""
    for email, subdomain in (("a@acme.com", "acme"), ("b@acme.com", "acme"), ("z@bolt.com", "bolt")):
        ask.made(email, subdomain)
    return ask


def by_subdomain(_: Asking, row: Row) -> dict[str, Any]:
    return {"fromWorkspaceSubdomain": row.source, "toWorkspaceSubdomain": row.target}


def by_id(ask: Asking, row: Row) -> dict[str, Any]:
    def identity(subdomain: str) -> str:
        found = ask.get("workspace", subdomain=subdomain).json()
        return str(found.get("workspaceId", "00000000-0000-4000-8000-000000000000"))

    return {"fromWorkspaceId": identity(row.source), "toWorkspaceId": identity(row.target)}


@pytest.mark.parametrize("naming", [by_subdomain, by_id])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
def test_move(two: Asking, row: Row, naming: Callable[[Asking, Row], dict[str, Any]]) -> None:
    row.before(two)
    before = {place: two.members(place) for place in ("acme", "bolt")}
    answer = two("move-user", {"email": row.email, **naming(two, row)})
    assert answer.status_code == row.status, answer.text
    told = answer.json()
    if row.status != 200:
        assert told["statusCode"] == row.status
        assert row.words in told["messages"][0]
        assert {place: two.members(place) for place in ("acme", "bolt")} == before
        return
    there = two.get("workspace", subdomain=row.target).json()
    assert set(told) == {
        *("userId", "email", "fromWorkspaceId", "fromSubdomain", "toWorkspaceId", "toSubdomain", "userRestored"),
    }
    assert (told["email"], told["fromSubdomain"], told["toSubdomain"]) == (row.email, row.source, row.target)
    assert (told["toWorkspaceId"], told["userRestored"]) == (there["workspaceId"], row.restored)
    assert row.email not in two.members(row.source)
    assert two.members(row.target)[row.email].role == "aventora_user"
    assert two.made(row.email)["subdomain"] == row.target


def test_the_way_back(two: Asking) -> None:
    for source, target in (("acme", "bolt"), ("bolt", "acme")):
        body = {"email": "b@acme.com", "fromWorkspaceSubdomain": source, "toWorkspaceSubdomain": target}
        assert two("move-user", body).status_code == 200
    assert set(two.members("acme")) == {"a@acme.com", "b@acme.com"}


def test_a_move_ends_what_was_signed_in(two: Asking) -> None:
    now = datetime.now(UTC)
    with two.cockpit.db.write() as conn:
        here = get_workspace(conn, "acme").workspace_id
        who = two.members("acme")["b@acme.com"].member_id
        cookie = sessions.start(conn, here, who, mode="full", origin="sso", now=now)
    body = {"email": "b@acme.com", "fromWorkspaceSubdomain": "acme", "toWorkspaceSubdomain": "bolt"}
    assert two("move-user", {**body, "firstName": "Ben", "lastName": "Bolt"}).status_code == 200
    with two.cockpit.db.read() as conn:
        assert sessions.find(conn, cookie, now) is None
    assert two.members("bolt")["b@acme.com"].name == "Ben Bolt"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"fromWorkspaceSubdomain": "acme"},
        {"fromWorkspaceId": "acme", "toWorkspaceSubdomain": "bolt"},
        {"fromWorkspaceSubdomain": "acme", "toWorkspaceSubdomain": "bolt", "role": "admin"},
    ],
)
def test_a_move_that_does_not_say_from_where_to_where(two: Asking, wrong: dict[str, Any]) -> None:
    assert two("move-user", {"email": "b@acme.com", **wrong}).status_code == 400


def test_an_id_and_a_subdomain_that_disagree(two: Asking) -> None:
    bolt = two.get("workspace", subdomain="bolt").json()["workspaceId"]
    body = {"email": "b@acme.com", "fromWorkspaceId": bolt, "fromWorkspaceSubdomain": "acme"}
    assert two("move-user", {**body, "toWorkspaceSubdomain": "bolt"}).status_code == 400
    assert "b@acme.com" in two.members("acme")


def test_two_admins_who_leave_at_once(two: Asking) -> None:
    """One of them stays, whoever comes first: a workspace never loses its last admin."""
    two.join("acme", "b@acme.com", "admin")
    two.join("acme", "c@acme.com", "member")

    def move(email: str) -> int:
        body = {"email": email, "fromWorkspaceSubdomain": "acme", "toWorkspaceSubdomain": "bolt"}
        return int(two("move-user", body).status_code)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(move, ["a@acme.com", "b@acme.com"])) == [200, 400]
    assert "admin" in {one.role for one in two.members("acme").values()}
