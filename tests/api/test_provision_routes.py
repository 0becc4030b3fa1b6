"""All thirteen routes of the guide, walked over HTTP on both engines: what they answer, to whom, and again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from cockpit.access import api_keys
from cockpit.access.mappings import mapping_of
from cockpit.ingestion.demo.seed import clear_demo
from cockpit.model.ids import ANY_MEMBER, WorkspaceId
from cockpit.storage.action_mappings import ActionMapping
from cockpit.storage.members import list_members
from cockpit.storage.people import count_people
from cockpit.storage.people_page import PeopleAsked, count_people_found
from tests.api.asking import OPS, SECRET, SSO, Asking, workspace_id

GUIDE = {
    ("POST", "resolve"): "sso",
    ("POST", "login-token"): "sso",
    ("POST", "person-ownership-context"): "sso",
    ("POST", "user"): "provision",
    ("POST", "move-user"): "provision",
    ("POST", "workspace"): "provision",
    ("GET", "workspace"): "provision",
    ("GET", "workspaces"): "provision",
    ("POST", "link-workspace"): "provision",
    ("POST", "demo-tenant"): "provision",
    ("POST", "sync-cockpit-action-mappings"): "provision",
    ("GET", "industry-preset-catalog"): "provision",
    ("DELETE", "workspace"): "destroy",
}
HUB_KEY = "hub-key-" * 5
DEMO = {"adminEmail": "d@demo.com", "subdomain": "show", "industryPreset": "insurance"}
MAPPINGS: dict[str, Any] = {
    "CALL_LEAD": {"type": "conversational", "channel": "phone", "instruction": "Ask for a good time."},
    "SEND_BOOKING_LINK": "appointment_booking",
}
SPELT = [
    {"cockpitActionType": "CALL_LEAD", "hubType": "conversational", "instruction": "Ask for a good time."},
    {"actionType": "SEND_BOOKING_LINK", "engagementType": "appointment_booking", "channel": "sms"},
]


def call(ask: Asking, method: str, route: str, secret: str, body: dict[str, Any] | None = None) -> Any:
    headers = {"authorization": f"Bearer {secret}"}
    return ask.client.request(method, f"/auth/provision/{route}", json=body, headers=headers)


def test_the_routes_are_those_of_the_guide(ask: Asking) -> None:
    app: Any = ask.client.app
    found = {
        (method, str(one.path).removeprefix("/auth/provision/"))
        for one in iter_route_contexts(app.routes)
        if str(getattr(one, "path", "")).startswith("/auth/provision/")
        for method in one.methods or ()
    }
    assert found == set(GUIDE)


def test_a_host_walks_them_all(ask: Asking) -> None:
    home = ask("workspace", {"adminEmail": "a@acme.com", "subdomain": "acme", "displayName": "Acme"}).json()
    here = {"workspaceId": home["workspaceId"]}
    assert ask("resolve", {"email": "a@acme.com", "tenantSubdomain": "acme"}).json()["subdomain"] == "acme"
    assert ask("user", {**here, "email": "b@acme.com"}).json()["wasCreated"]
    assert ask("login-token", {**here, "email": "b@acme.com"}).json()["workspaceUrl"]
    assert ask("person-ownership-context", {**here, "email": "b@acme.com"}).json()["workspaceMemberId"]
    demo = ask("demo-tenant", {"adminEmail": "d@demo.com", "subdomain": "show"}).json()
    move = {"email": "b@acme.com", "fromWorkspaceId": home["workspaceId"], "toWorkspaceId": demo["workspaceId"]}
    assert ask("move-user", move).json()["toSubdomain"] == "show"
    assert ask("link-workspace", {**here, "hubApiKey": HUB_KEY}).json()["twentyApiKey"]
    assert ask("sync-cockpit-action-mappings", {**here, "mappings": MAPPINGS}).json()["synced"] == 2
    assert ask.get("workspace", subdomain="acme").json()["hubConnected"] is True
    assert ask.get("workspace", displayName="Acme").json()["subdomain"] == "acme"
    listed = ask.get("workspaces", activationStatus="ACTIVE").json()["workspaces"]
    assert [(one["subdomain"], one["hubConnected"], one["adminEmail"], one["assignedDomain"]) for one in listed] == [
        ("acme", True, "a@acme.com", "acme"),
        ("show", False, "d@demo.com", "show"),
    ]
    assert len(ask.get("industry-preset-catalog").json()["presets"]) == 5
    assert ask.delete("workspace", subdomain="show").json()["deleted"]
    assert ask.get("workspace", subdomain="show").status_code == 404
    assert HUB_KEY not in json.dumps(listed)


@pytest.mark.parametrize(("method", "route"), GUIDE)
def test_a_route_asks_for_its_scope_and_says_nothing_without(ask: Asking, method: str, route: str) -> None:
    scope = GUIDE[method, route]
    for secret in ("", "x" * 40):
        refused = call(ask, method, route, secret, {})
        assert (refused.status_code, refused.json()["statusCode"]) == (401, 401)
    holders = {"sso": (SECRET, SSO), "provision": (SECRET, OPS), "destroy": (OPS,)}[scope]
    for secret in (SECRET, SSO, OPS):
        status = call(ask, method, route, secret, {}).status_code
        assert (status != 403) is (secret in holders)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"email": NaN}', b"\xff", b'{"email":"a","email":"b"}'])
@pytest.mark.parametrize("route", [route for method, route in GUIDE if method == "POST"])
def test_a_body_that_is_none(ask: Asking, route: str, body: bytes) -> None:
    headers = {"authorization": f"Bearer {SECRET}", "content-type": "application/json"}
    answer = ask.client.post(f"/auth/provision/{route}", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"statusCode", "error", "messages"}


@pytest.mark.parametrize("route", ["login-token", "person-ownership-context", "user", "link-workspace"])
def test_a_workspace_that_is_none(ask: Asking, route: str) -> None:
    for text, status in (("acme", 400), ("00000000-0000-4000-8000-000000000000", 404)):
        assert ask(route, {"workspaceId": text, "email": "a@acme.com"}).status_code == status


class TestLink:
    @pytest.fixture
    def home(self, ask: Asking) -> WorkspaceId:
        return workspace_id(ask.made("a@acme.com", "acme"))

    def test_again_gives_a_new_key_and_ends_the_one_before(self, ask: Asking, home: WorkspaceId) -> None:
        keys = [ask("link-workspace", {"subdomain": "acme"}).json()["twentyApiKey"] for _ in range(3)]
        with ask.cockpit.db.read() as conn:
            assert [api_keys.find(conn, text) is not None for text in keys] == [False, False, True]

    def test_the_key_opens_the_machine_routes(self, ask: Asking, home: WorkspaceId) -> None:
        key = ask("link-workspace", {"workspaceId": str(home)}).json()["twentyApiKey"]
        summary = "/rest/sales-intelligence/cockpit-summary"
        headers = {"authorization": f"Bearer {key}", "host": "acme.localhost:8501"}
        assert ask.client.get(summary, headers=headers).status_code == 200

    def test_keys_of_others_stay(self, ask: Asking, home: WorkspaceId) -> None:
        first = ask("link-workspace", {"subdomain": "acme"}).json()["twentyApiKey"]
        ask.made("z@bolt.com", "bolt")
        ask("link-workspace", {"subdomain": "bolt"})
        with ask.cockpit.db.read() as conn:
            assert api_keys.find(conn, first)

    def test_what_is_not_said_again_stays(self, ask: Asking, home: WorkspaceId) -> None:
        ask("link-workspace", {"subdomain": "acme", "aventoraApiKey": HUB_KEY, "assignedDomain": "acme-hub", "x": 1})
        told = ask("link-workspace", {"subdomain": "acme"}).json()
        assert (told["hubConnected"], told["assignedDomain"]) == (True, "acme-hub")

    @pytest.mark.parametrize("domain", ["ab", "a" * 31, "Acme", "a.b", "a b"])
    def test_a_domain_that_is_none(self, ask: Asking, home: WorkspaceId, domain: str) -> None:
        assert ask("link-workspace", {"subdomain": "acme", "assignedDomain": domain}).status_code == 400

    def test_not_before_the_workspace_is_active(self, ask: Asking, home: WorkspaceId) -> None:
        ask.state("acme", "failed")
        assert ask("link-workspace", {"subdomain": "acme"}).status_code == 400


class TestDemo:
    def test_it_is_made_once(self, ask: Asking) -> None:
        first, second = ask("demo-tenant", DEMO).json(), ask("demo-tenant", DEMO).json()
        assert (first["wasCreated"], second["wasCreated"]) == (True, False)
        assert first["workspaceId"] == second["workspaceId"]
        assert first["industryPreset"] == "insurance"
        assert first["twentyApiKey"] != second["twentyApiKey"]
        assert {one.role for one in ask.members("show").values()} == {"admin"}

    def test_its_people_are_there_once_and_the_admins(self, ask: Asking) -> None:
        made = workspace_id(ask("demo-tenant", DEMO).json())
        assert ask("demo-tenant", DEMO).status_code == 200
        with ask.cockpit.db.read(made) as conn:
            people = count_people(conn, made)
            owners = count_people_found(conn, made, PeopleAsked(owner_id=ANY_MEMBER), at_most=1_000)
            [admin] = list_members(conn, made)
            theirs = count_people_found(conn, made, PeopleAsked(owner_id=admin.member_id), at_most=1_000)
            assert count_people_found(conn, made, PeopleAsked(band="hot"), at_most=1_000) > 0
        assert (people, admin.email) == (501, "d@demo.com")
        assert theirs == owners > 400

    def test_a_server_that_died_before_its_people_came_is_made_good(self, ask: Asking) -> None:
        made = workspace_id(ask("demo-tenant", DEMO).json())
        clear_demo(ask.cockpit, made)
        assert ask("demo-tenant", DEMO).json()["wasCreated"] is False
        with ask.cockpit.db.read(made) as conn:
            assert count_people(conn, made) == 501

    def test_a_workspace_of_real_work_is_never_taken_for_one(self, ask: Asking) -> None:
        ask.made("a@acme.com", "acme")
        answer = ask("demo-tenant", {**DEMO, "subdomain": "acme"})
        assert (answer.status_code, "twentyApiKey" in answer.json()) == (400, False)
        assert set(ask.members("acme")) == {"a@acme.com"}

    @pytest.mark.parametrize("wrong", [{"subdomain": "a" * 31}, {"industryPreset": "pizza"}, {"adminEmail": "nobody"}])
    def test_what_cannot_be(self, ask: Asking, wrong: dict[str, str]) -> None:
        assert ask("demo-tenant", {**DEMO, **wrong}).status_code == 400

    def test_it_can_be_made_again_after_it_was_deleted(self, ask: Asking) -> None:
        for _ in range(2):
            assert ask("demo-tenant", DEMO).json()["wasCreated"]
            assert ask.delete("workspace", subdomain="show").status_code == 200


class TestMappings:
    @pytest.fixture
    def push(self, ask: Asking) -> Callable[[object], Any]:
        ask.made("a@acme.com", "acme")
        return lambda mappings: ask("sync-cockpit-action-mappings", {"subdomain": "acme", "mappings": mappings})

    def stored(self, ask: Asking, action: str) -> ActionMapping | None:
        with ask.cockpit.db.read() as conn:
            return mapping_of(conn, workspace_id(ask.get("workspace", subdomain="acme").json()), action)

    def test_the_same_push_twice_changes_nothing(self, ask: Asking, push: Callable[[object], Any]) -> None:
        assert [push(MAPPINGS).json()["changed"] for _ in range(2)] == [True, False]
        assert self.stored(ask, "CALL_LEAD") == ActionMapping(
            "CALL_LEAD", "conversational", "phone", "Ask for a good time."
        )
        assert self.stored(ask, "SEND_BOOKING_LINK") == ActionMapping("SEND_BOOKING_LINK", "appointment_booking", "sms")
        assert self.stored(ask, "SAY_HELLO") is None

    def test_a_push_holds_all_of_them(self, ask: Asking, push: Callable[[object], Any]) -> None:
        push(MAPPINGS)
        told = push({"SAY_HELLO": "informational"}).json()
        assert (told["subdomain"], told["synced"], told["changed"]) == ("acme", 1, True)
        assert self.stored(ask, "CALL_LEAD") is None

    @pytest.mark.parametrize("spelling", [json.dumps(MAPPINGS), SPELT])
    def test_other_spellings(self, ask: Asking, push: Callable[[object], Any], spelling: object) -> None:
        assert push(spelling).json()["synced"] == 2
        assert not push(MAPPINGS).json()["changed"]

    @pytest.mark.parametrize(
        "wrong",
        [
            None,
            7,
            "no json",
            ["CALL_LEAD"],
            {"call lead": "informational"},
            {"CALL_LEAD": 1},
            {"CALL_LEAD": "ESCALATE_TO_SALES"},
            {"CALL_LEAD": {"type": ["informational"]}},
            {"CALL_LEAD": {"type": "informational", "channel": "pigeon"}},
            {"CALL_LEAD": {"type": "conversational", "channel": "email"}},
            {"CALL_LEAD": {"type": "informational", "instruction": "x" * 4001}},
            {"CALL_LEAD": {"type": "informational", "instruction": {"a": 1}}},
            [{"action": "CALL_LEAD", "type": "informational"}, {"action": "CALL_LEAD", "type": "conversational"}],
            {f"ACTION_{number}": "informational" for number in range(201)},
        ],
    )
    def test_what_is_no_mapping_changes_nothing(
        self, ask: Asking, push: Callable[[object], Any], wrong: object
    ) -> None:
        push(MAPPINGS)
        assert push(wrong).status_code == 400
        assert not push(MAPPINGS).json()["changed"]
