"""Many hosts at once for one new subdomain: one makes the workspace, the others find it; nobody sees an error."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from cockpit.bootstrap import Cockpit
from cockpit.storage.schema import member, rule, user_account, workspace
from tests.api.asking import Asking

AT_ONCE = 16
Answers = list[tuple[int, dict[str, Any]]]


def together(ask: Asking, route: str, bodies: list[dict[str, Any]]) -> Answers:
    """Ask all of it in the same moment."""
    start = threading.Barrier(len(bodies))

    def one(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        start.wait()
        answer = ask(route, body)
        return answer.status_code, answer.json()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(one, bodies))


def rows(cockpit: Cockpit) -> dict[str, int]:
    with cockpit.db.read() as conn:
        tables = (workspace, member, user_account, rule)
        return {table.name: conn.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}


def made(answers: Answers) -> Counter[tuple[bool, bool]]:
    """How often the workspace, and the user, were told to be new."""
    return Counter((body["wasCreated"]["workspace"], body["wasCreated"]["user"]) for _, body in answers)


def test_colleagues_at_once(ask: Asking) -> None:
    bodies = [{"email": f"{number}@acme.com", "tenantSubdomain": "acme"} for number in range(AT_ONCE)]
    answers = together(ask, "resolve", bodies)
    assert {status for status, _ in answers} == {200}, answers
    assert made(answers) == {(True, True): 1, (False, True): AT_ONCE - 1}
    assert len({body["workspaceId"] for _, body in answers}) == 1
    assert rows(ask.cockpit) == {"workspace": 1, "member": AT_ONCE, "user_account": AT_ONCE, "rule": 2}
    assert sorted(one.role for one in ask.members("acme").values()).count("admin") == 1


@pytest.mark.parametrize("place", [{"tenantSubdomain": "acme"}, {}])
def test_one_user_at_once(ask: Asking, place: dict[str, str]) -> None:
    answers = together(ask, "resolve", [{"email": "a@acme.com", **place}] * AT_ONCE)
    assert {status for status, _ in answers} == {200}, answers
    assert made(answers) == {(True, True): 1, (False, False): AT_ONCE - 1}
    assert rows(ask.cockpit) == {"workspace": 1, "member": 1, "user_account": 1, "rule": 2}


def test_one_user_for_two_workspaces_at_once(ask: Asking) -> None:
    bodies = [{"email": "a@acme.com", "tenantSubdomain": name} for name in ("acme", "bolt")]
    answers = together(ask, "resolve", bodies)
    assert sorted(status for status, _ in answers) == [200, 400], answers
    assert rows(ask.cockpit) == {"workspace": 1, "member": 1, "user_account": 1, "rule": 2}


def test_a_stranger_and_its_maker_at_once(asking: Callable[..., Asking]) -> None:
    ask = asking(join_policy="domain")
    emails = ["m@evil.com", "a@acme.com"]
    answers = together(ask, "resolve", [{"email": email, "tenantSubdomain": "acme"} for email in emails])
    assert sorted(status for status, _ in answers) == [200, 403], answers
    assert rows(ask.cockpit) == {"workspace": 1, "member": 1, "user_account": 1, "rule": 2}


def test_one_workspace_by_name_at_once(ask: Asking) -> None:
    bodies = [{"adminEmail": f"{number % 4}@acme.com", "subdomain": "acme"} for number in range(8)]
    answers = together(ask, "workspace", bodies)
    assert {status for status, _ in answers} == {200}, answers
    assert Counter(body["wasCreated"] for _, body in answers) == {True: 1, False: 7}
    assert {body["activationStatus"] for _, body in answers} == {"ACTIVE"}
    assert rows(ask.cockpit) == {"workspace": 1, "member": 4, "user_account": 4, "rule": 2}


def test_one_new_member_at_once(ask: Asking) -> None:
    here = ask.made("a@acme.com", "acme")["workspaceId"]
    answers = together(ask, "login-token", [{"workspaceId": here, "email": "b@acme.com"}] * AT_ONCE)
    assert {status for status, _ in answers} == {200}, answers
    assert len({body["loginToken"] for _, body in answers}) == AT_ONCE
    assert rows(ask.cockpit) == {"workspace": 1, "member": 2, "user_account": 2, "rule": 2}
