"""The guide's resolve decision tree over HTTP, on both engines: each row by its name, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.api.asking import SSO, Asking

NOTHING: dict[str, bool] = {"workspace": False, "user": False}
BOTH = {"workspace": True, "user": True}
USER = {"workspace": False, "user": True}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the tree: what was there before, what is asked, what is answered."""

    says: str
    before: Callable[[Asking], object]
    email: str
    subdomain: str | None
    status: int
    lands: str | None = None  # the subdomain; None: a personal one
    created: dict[str, bool] = field(default_factory=lambda: NOTHING)
    words: str = ""


def acme(ask: Asking) -> None:
    ask.made("a@acme.com", "acme")


def two_workspaces(ask: Asking) -> None:
    acme(ask)
    ask.made("z@bolt.com", "bolt")


def in_both(ask: Asking) -> None:
    two_workspaces(ask)
    ask.join("bolt", "a@acme.com")


def orphan(ask: Asking) -> None:
    acme(ask)
    ask.made("b@acme.com", "acme")
    ask.leave("acme", "b@acme.com")


def personal(ask: Asking) -> None:
    ask.made("p@acme.com")


def left_personal(ask: Asking) -> None:
    name = ask.made("p@acme.com")["subdomain"]
    ask.leave(name, "p@acme.com")
    ask.take_login("p@acme.com")


def unfinished(ask: Asking) -> None:
    acme(ask)
    ask.state("acme", "failed")


def taken_login(ask: Asking) -> None:
    acme(ask)
    ask.take_login("a@acme.com")


ROWS = [
    Row("a membership is returned, nothing is made", acme, "a@acme.com", None, 200, "acme"),
    Row("a membership, and the same subdomain asked for", acme, "A@Acme.com", "acme", 200, "acme"),
    Row("a membership, and another subdomain", two_workspaces, "a@acme.com", "bolt", 400, words="move-user"),
    Row("a membership, and a subdomain nobody has", acme, "a@acme.com", "new", 400, words="move-user"),
    Row("new user, the subdomain exists: joins", acme, "b@acme.com", "acme", 200, "acme", USER),
    Row("new user, the subdomain is missing", acme, "b@bolt.com", "bolt", 200, "bolt", BOTH),
    Row("new user, no subdomain, nothing there", acme, "p@acme.com", None, 200, None, BOTH),
    Row("no subdomain, the personal workspace is there", personal, "p@acme.com", None, 200),
    Row("new user, the personal workspace is there: reused", left_personal, "p@acme.com", None, 200),
    Row("several memberships", in_both, "a@acme.com", None, 400, words="several"),
    Row("several memberships, one of them asked for", in_both, "a@acme.com", "acme", 400, words="several"),
    Row("orphan: a user without a membership", orphan, "b@acme.com", None, 400, words="no workspace"),
    Row("orphan, with a subdomain", orphan, "b@acme.com", "acme", 400, words="no workspace"),
    Row("a workspace that is not active", unfinished, "b@acme.com", "acme", 400, words="not active"),
    Row("a login that was taken away", taken_login, "a@acme.com", "acme", 400, words="taken away"),
    Row("no e-mail address", acme, "nobody", None, 400, words="email"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
def test_resolve(ask: Asking, row: Row) -> None:
    row.before(ask)
    wish: dict[str, Any] = {"email": row.email, "tenantSubdomain": row.subdomain}
    answer = ask("resolve", wish)
    assert answer.status_code == row.status, answer.text
    told = answer.json()
    if row.status != 200:
        assert (told["statusCode"], told["error"]) == (400, "BadRequest")
        assert row.words in told["messages"][0]
        return
    assert set(told) == {"workspaceId", "userId", "subdomain", "wasCreated"}
    assert told["wasCreated"] == row.created
    assert told["subdomain"] == row.lands if row.lands else told["subdomain"].startswith("p-")
    again = ask("resolve", wish).json()
    assert again == {**told, "wasCreated": NOTHING}


def test_who_makes_a_workspace_is_its_admin_and_who_joins_never_is(ask: Asking) -> None:
    ask.made("a@acme.com", "acme")
    ask.made("b@acme.com", "acme")
    roles = {email: one.role for email, one in ask.members("acme").items()}
    assert roles == {"a@acme.com": "admin", "b@acme.com": "aventora_user"}


def test_a_refusal_leaves_nothing_behind(ask: Asking) -> None:
    ask.made("a@acme.com", "acme")
    before = ask.members("acme")
    for _ in range(2):  # a login that stayed behind would make the second one an orphan, with 400
        assert ask("resolve", {"email": "m@evil.com", "tenantSubdomain": "acme"}).status_code == 403
    assert ask.members("acme") == before
    assert ask.made("m@evil.com")["wasCreated"] == BOTH


@pytest.mark.parametrize(
    ("policy", "stranger", "colleague"), [("invite", 403, 403), ("domain", 403, 200), ("open", 200, 200)]
)
def test_the_policy_that_new_workspaces_begin_with(
    asking: Callable[..., Asking], policy: str, stranger: int, colleague: int
) -> None:
    ask = asking(join_policy=policy)
    ask.made("a@acme.com", "acme")
    assert ask("resolve", {"email": "m@else.com", "tenantSubdomain": "acme"}).status_code == stranger
    assert ask("resolve", {"email": "b@acme.com", "tenantSubdomain": "acme"}).status_code == colleague
    assert "admin" not in {one.role for email, one in ask.members("acme").items() if email != "a@acme.com"}


def test_only_who_was_added_joins_unless_somebody_says_otherwise(asking: Callable[..., Asking]) -> None:
    ask = asking()
    home = ask.made("a@acme.com", "acme")["workspaceId"]
    assert ask.settings("acme")["join_policy"] == "invite"
    refused = ask("resolve", {"email": "b@acme.com", "tenantSubdomain": "acme"})
    assert (refused.status_code, refused.json()["error"]) == (403, "Forbidden")
    assert "/auth/provision/user" in refused.json()["messages"][0]
    assert ask("user", {"workspaceId": home, "email": "b@acme.com"}).status_code == 200
    assert ask.made("b@acme.com", "acme")["wasCreated"] == NOTHING


@pytest.mark.parametrize("mail", ["gmail.com", "web.de"])
def test_an_address_that_everybody_can_have_opens_no_door(ask: Asking, mail: str) -> None:
    ask.made(f"a@{mail}", "acme")
    assert ask("resolve", {"email": f"b@{mail}", "tenantSubdomain": "acme"}).status_code == 403


def test_a_personal_workspace_takes_nobody_in(asking: Callable[..., Asking]) -> None:
    ask = asking(join_policy="open")
    name = ask.made("a@acme.com")["subdomain"]
    assert ask("resolve", {"email": "b@acme.com", "tenantSubdomain": name}).status_code == 403


@pytest.mark.parametrize(
    "name", ["ab", "a" * 31, "-ab", "ab-", "Acme", "www", "a.b", "xn--abc", "api-x", "a_b", "é" * 3]
)
def test_a_subdomain_that_is_none_is_refused(ask: Asking, name: str) -> None:
    assert ask("resolve", {"email": "a@acme.com", "tenantSubdomain": name}).status_code == 400
    assert ask.members(name) == {}


@pytest.mark.parametrize("more", [{"industryPreset": "generic"}, {"role": "admin"}, {"email": 1}, {"firstName": "\0"}])
def test_what_the_guide_does_not_name_is_refused(ask: Asking, more: dict[str, Any]) -> None:
    assert ask("resolve", {"email": "a@acme.com", "tenantSubdomain": "acme", **more}).status_code == 400
    assert ask.members("acme") == {}


def test_a_secret_for_sign_ins_makes_no_workspaces(ask: Asking) -> None:
    for wish in ({"email": "a@acme.com"}, {"email": "a@acme.com", "tenantSubdomain": "acme"}):
        assert ask("resolve", wish, secret=SSO).status_code == 403
    home = ask.made("a@acme.com", "acme")
    again = ask("resolve", {"email": "a@acme.com"}, secret=SSO)
    assert again.json() == {**home, "wasCreated": NOTHING}


def test_who_was_deactivated_stays_out_whatever_a_host_says(ask: Asking) -> None:
    orphan(ask)
    home = {"workspaceId": ask.get("workspace", subdomain="acme").json()["workspaceId"], "email": "b@acme.com"}
    for route in ("login-token", "user", "person-ownership-context"):
        assert ask(route, home).status_code == 400
    assert set(ask.members("acme")) == {"a@acme.com"}
