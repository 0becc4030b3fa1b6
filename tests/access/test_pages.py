"""The pages a host may ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.access.pages import address, check_page, is_page
from cockpit.errors import BadRequest
from tests.campaigns.page_values import leaves, main

UUID = "6f0e7c1a-2f7b-5c55-9d3e-0a6f2b7a5c01"
HOSTILE: list[object] = [
    "//evil.com", "/\\evil.com", "\\\\evil", "/%2Fevil.com", "/%5Cevil", "/\tevil", "/\n/evil", "https://evil",
    "javascript:alert(1)", "cockpit", "/", "", "/cockpit\n", "/cockpit/../welcome", "/cockpit/%2e%2e/welcome",
    "/WELCOME", "/welcome", "/verify?x", "/verify-email", "/create/x", "/invite-team", "/plan-required",
    "/book-call-now", "/reset-password/x", "/cockpit?next=//evil", "/cockpit#//evil", "/cockpit;//evil",
    "/objects/\u2028x", "/objects/\u202ex", "/objects/p\u0435ople", "/object/person/../../verify", "/cockpit\0",
    "/settings//evil", "/settings/../welcome", " /cockpit", "/cockpit ", "/\uff0e\uff0e/welcome", "/objects/people/",
    "/\u2215evil", None, 1, {"page": "/cockpit"}, ["/cockpit"], "/settings", "/verify", "/objects", "/cockpit/x",
    "/objects/" + "a" * 300,
]  # fmt: skip
LANDING = {
    "/cockpit": "/cockpit",
    **{f"/objects/{one}": f"/objects?type={one}" for one in ("people", "companies", "opportunities", "tasks", "notes")},
    **{f"/objects/{one}": f"/objects?type={one}" for one in ("dashboards", "workflows")},
    "/objects/deals": "/not_ours?path=%2Fobjects%2Fdeals",
    f"/object/person/{UUID}": f"/person?id={UUID}",
    f"/object/company/{UUID}": f"/objects?type=companies&id={UUID}",
    f"/object/opportunity/{UUID}": f"/objects?type=opportunities&id={UUID}",
    f"/object/deal/{UUID}": f"/not_ours?path=%2Fobject%2Fdeal%2F{UUID}",
    **{
        f"/settings/{one}": f"/settings?tab={one.replace('/', '%2F')}"
        for one in (
            "profile",
            "experience",
            "accounts",
            "accounts/emails",
            "accounts/calendars",
            "general",
            "objects",
            "members",
            "roles",
            "domains",
            "billing",
            "api-webhooks",
            "applications",
            "ai",
            "security",
            "admin-panel",
            "updates",
            f"roles/{UUID}",
        )
    },
}


@pytest.mark.parametrize("page", HOSTILE, ids=repr)
def test_hostile_values_are_refused(page: object) -> None:
    assert not is_page(page)
    if page is not None:
        with pytest.raises(BadRequest) as refused:
            check_page(page)
        assert refused.value.status == 400


@pytest.mark.parametrize("page", LANDING)
def test_every_page_of_the_guide_leads_to_a_screen(page: str) -> None:
    assert check_page(page) == page
    assert address(page, embedded=False) == LANDING[page]
    assert address(page, embedded=True) == f"{LANDING[page]}{'&' if '?' in LANDING[page] else '?'}embed=true"


@given(st.text() | st.from_regex(r"/(cockpit|objects|object|settings)[\s\S]{0,60}"))
def test_what_is_accepted_stays_on_our_origin(page: str) -> None:
    assert not is_page(page) or not leaves(page)


def test_values_made_of_the_pieces_of_attacks() -> None:
    assert main(["--values", "5000"]) == 0
