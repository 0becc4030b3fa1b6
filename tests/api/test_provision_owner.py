"""Who is to own a person that the Hub creates: by address, by phone, and by the number of another system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cockpit.access.ownership import LARGEST, set_scope_value
from cockpit.errors import InvalidInput
from cockpit.model.ids import WorkspaceId
from tests.api.asking import Asking, workspace_id

PHONE = "+15551234567"


def owner(ask: Asking, home: WorkspaceId, **who: str) -> Any:
    return ask("person-ownership-context", {"workspaceId": str(home), **who})


def made(ask: Asking) -> WorkspaceId:
    return workspace_id(ask.made("a@acme.com", "acme"))


def give(ask: Asking, home: WorkspaceId, value: int | None, field: str = "tipsAgentId") -> None:
    with ask.cockpit.db.write(home) as conn:
        set_scope_value(conn, home, ask.members("acme")["a@acme.com"].member_id, field, value)


def test_somebody_unknown_is_let_in_as_aventora_user(ask: Asking) -> None:
    told = owner(ask, made(ask), email="b@else.com").json()
    (ben,) = [one for email, one in ask.members("acme").items() if email == "b@else.com"]
    assert told == {"workspaceMemberId": str(ben.member_id), "displayName": "b@else.com"}
    assert ben.role == "aventora_user"


@pytest.mark.parametrize("spelt", ["+1 (555) 123-4567", "5551234567", "15551234567", PHONE])
def test_a_phone_is_the_same_however_it_is_spelt(ask: Asking, spelt: str) -> None:
    home = made(ask)
    body = {"workspaceId": str(home), "email": "b@acme.com", "firstName": "Ben", "engagementInitiatorPhone": spelt}
    assert ask("login-token", body).status_code == 200
    assert owner(ask, home, engagementInitiatorPhone=PHONE).json()["displayName"] == "Ben"


def test_a_phone_that_decides_nothing(ask: Asking) -> None:
    home = made(ask)
    for email in ("b@acme.com", "c@acme.com"):
        ask("user", {"workspaceId": str(home), "email": email, "engagementInitiatorPhone": PHONE})
    assert owner(ask, home, engagementInitiatorPhone=PHONE).status_code == 400
    assert owner(ask, home, engagementInitiatorPhone="+15550000000").status_code == 404
    assert owner(ask, home, engagementInitiatorPhone="not a number").status_code == 400
    assert owner(ask, home).status_code == 400


WALL = {"person_wall": True, "person_wall_field_name": "tipsAgentId,createdBy"}


@pytest.mark.parametrize(
    ("settings", "value", "told"),
    [
        (WALL, 42, {"personWallScopeFieldName": "tipsAgentId", "personWallScopeValue": 42}),
        ({**WALL, "person_wall_field_name": "createdBy, tipsAgentId"}, 0, {
            "personWallScopeFieldName": "tipsAgentId", "personWallScopeValue": 0,
        }),
        (WALL, None, {}),
        ({**WALL, "person_wall": False}, 42, {}),
        ({**WALL, "person_wall_field_name": "createdBy"}, 42, {}),
        ({**WALL, "person_wall_field_name": ""}, 42, {}),
        ({**WALL, "person_wall_workspace_ids": "00000000-0000-4000-8000-000000000000"}, 42, {}),
    ],
)  # fmt: skip
def test_the_number_of_the_other_system_where_the_wall_stands(
    asking: Callable[..., Asking], settings: dict[str, Any], value: int | None, told: dict[str, Any]
) -> None:
    ask = asking(join_policy="domain", **settings)
    home = made(ask)
    give(ask, home, value)
    answer = owner(ask, home, email="a@acme.com").json()
    assert {name: one for name, one in answer.items() if name.startswith("personWall")} == told
    assert "personWallScopeFieldName" not in owner(ask, home, email="b@acme.com").json()


def test_numbers_of_several_fields_stay_apart(asking: Callable[..., Asking]) -> None:
    ask = asking(**WALL)
    home = made(ask)
    give(ask, home, 1)
    give(ask, home, 2, "otherId")
    give(ask, home, 3)
    assert owner(ask, home, email="a@acme.com").json()["personWallScopeValue"] == 3
    give(ask, home, None)
    assert "personWallScopeValue" not in owner(ask, home, email="a@acme.com").json()


@pytest.mark.parametrize(("field", "value"), [("createdBy", 1), ("a b", 1), ("", 1), ("x", -1), ("x", LARGEST + 1)])
def test_what_is_no_number_of_a_field(ask: Asking, field: str, value: int) -> None:
    home = made(ask)
    with pytest.raises(InvalidInput):
        give(ask, home, value, field)
