"""Whose session a Clerk token is; and more than a hundred tokens that are nobody's."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar

import pytest

from cockpit.access.clerk import Clerk, clerk_of
from cockpit.access.jwks import ALGORITHMS, read_keys, read_pem
from cockpit.access.outsiders import Organization
from cockpit.access.signed_tokens import Issuer, TokenRefused
from cockpit.errors import Misconfigured
from cockpit.network.reach import Reach
from cockpit.settings import Settings
from tests.access.bad_tokens import APP, BAD, ISSUER, NOW, SECRET_MARK, v1, v2
from tests.access.servers import send, serving
from tests.access.signing import KID, public, rsa_key, signed

KEYS = {
    "keys": [
        public(rsa_key(), KID, alg="RS256"),
        public(rsa_key(), "encryption", use="enc"),
        public(rsa_key("short", 1024), "short"),
    ]
}


class Kept:
    """The keys of a document, without a network."""

    def __init__(self) -> None:
        self.keys = read_keys(json.dumps(KEYS).encode(), "RS256")

    def find(self, key_id: str) -> Any:
        return self.keys.get(key_id)


def clerk(**changes: Any) -> Clerk:
    made = Clerk(Issuer(ISSUER, "RS256", Kept()), (APP, "https://second.example.com"), None, "https://api.clerk.com/v1")
    return replace(made, **changes)


def test_there_are_more_than_sixty_bad_tokens() -> None:
    assert len(BAD) > 120
    assert len({make() for make in BAD.values()}) == len(BAD)


@pytest.mark.parametrize("what", BAD)
def test_a_bad_token_is_nobodys(what: str, caplog: pytest.LogCaptureFixture) -> None:
    """The same words for all of them, and nothing of the token in the reason that is logged."""
    caplog.set_level(logging.DEBUG)
    token = BAD[what]()
    with pytest.raises(TokenRefused) as refused:
        clerk().identify(token, now=NOW)
    assert (str(refused.value), refused.value.status) == ("This sign-in is not valid.", 401)
    told = refused.value.reason + caplog.text
    assert SECRET_MARK not in told
    assert not [part for part in token.split(".") if len(part) > 40 and part in told]


@pytest.mark.parametrize("claims", [v1, v2])
def test_both_versions_say_who_it_is(claims: Callable[..., dict[str, Any]]) -> None:
    found = clerk().identify(signed(claims()), now=NOW)
    assert (found.email, found.name, found.by) == (SECRET_MARK, "Cana Ry", "clerk")
    assert found.organization == Organization("org_123", "org-slug")


@pytest.mark.parametrize("claims", [v1(org_id=..., org_slug=...), v2(o=...), v2(o=None), v1(v=1, org_id=...)])
def test_there_may_be_no_organization(claims: dict[str, Any]) -> None:
    assert clerk().identify(signed(claims), now=NOW).organization is None


@pytest.mark.parametrize("moment", [NOW - 14, NOW - 5, NOW, NOW + 64])
def test_clocks_may_differ_by_five_seconds(moment: int) -> None:
    """It holds from ten seconds before it was made to a minute after."""
    good = signed(v2(iat=NOW - 10))
    assert clerk().identify(good, now=moment).email == SECRET_MARK


@pytest.mark.parametrize("moment", [NOW - 16, NOW + 65])
def test_and_by_no_more(moment: int) -> None:
    with pytest.raises(TokenRefused):
        clerk().identify(signed(v2(iat=NOW - 10)), now=moment)


def test_any_of_our_apps_will_do() -> None:
    assert clerk().identify(signed(v2(azp="https://second.example.com")), now=NOW)


@pytest.mark.parametrize("audience", ["cockpit", ["cockpit"], ["other", "cockpit"]])
def test_the_audience_of_the_settings(audience: object) -> None:
    assert clerk(audience="cockpit").identify(signed(v2(aud=audience)), now=NOW)


@pytest.mark.parametrize("audience", [..., None, "", "other", [], ["other"], [["cockpit"]], {"cockpit": 1}, "cockpit "])
def test_another_audience_is_refused(audience: object) -> None:
    with pytest.raises(TokenRefused):
        clerk(audience="cockpit").identify(signed(v2(aud=audience)), now=NOW)


def test_a_name_is_one_line() -> None:
    assert clerk().identify(signed(v2(name=" A\n\u202eB\0C  D ")), now=NOW).name == "A B C D"


class TestAsking:
    """A token without an address: Clerk is asked, with the secret key."""

    user: ClassVar[dict[str, Any]] = {
        **json.loads(Path(__file__).with_name("clerk_user.json").read_text()),
        "id": "user_123",
    }

    @pytest.mark.parametrize(
        ("changes", "email"),
        [
            ({}, "example@example.org"),
            ({"id": "user_9"}, None),
            ({"banned": True}, None),
            ({"locked": True}, None),
            ({"primary_email_address_id": "idn_other"}, None),
            ({"email_addresses": []}, None),
            ({"email_addresses": "example@example.org"}, None),
        ],
    )
    def test_the_primary_address_counts(self, changes: dict[str, Any], email: str | None) -> None:
        assert self._asked(200, {**self.user, **changes}) == email

    @pytest.mark.parametrize("status", ["unverified", "expired", None])
    def test_an_address_nobody_checked_does_not(self, status: str | None) -> None:
        entry = {**self.user["email_addresses"][0], "verification": status and {"status": status}}
        assert self._asked(200, {**self.user, "email_addresses": [entry]}) is None

    @pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 302])
    def test_any_other_answer_lets_nobody_in(self, status: int) -> None:
        assert self._asked(status, self.user) is None

    def _asked(self, status: int, user: object) -> str | None:
        def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
            assert handler.path == "/v1/users/user_123"
            assert handler.headers["authorization"] == "Bearer sk_test_1"
            send(handler, json.dumps(user).encode(), status, location="http://127.0.0.1/")

        with serving(answer) as server:
            reach = Reach(frozenset({("127.0.0.1", server.port)}))
            asking = clerk(api_url=server.url("/v1"), secret_key="sk_test_1", reach=reach)  # noqa: S106 - made up
            try:
                return asking.identify(signed(v2(email=...)), now=NOW).email
            except TokenRefused:
                return None


GIVEN = {"clerk_issuer": ISSUER, "clerk_authorized_parties": APP}


class TestSettings:
    def test_none_is_none(self) -> None:
        assert clerk_of(Settings()) is None

    def test_all_of_it(self) -> None:
        made = clerk_of(Settings(**GIVEN, clerk_jwt_key=_pem().replace("\n", "\\n")))
        assert made
        assert made.identify(signed(v2()), now=NOW).email == SECRET_MARK

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"clerk_issuer": ""}, "COCKPIT_CLERK_ISSUER"),
            ({"clerk_issuer": "clerk.example.com"}, "COCKPIT_CLERK_ISSUER"),
            ({"clerk_issuer": "http://clerk.example.com"}, "COCKPIT_CLERK_ISSUER"),
            ({"clerk_issuer": f"{ISSUER}/"}, "COCKPIT_CLERK_ISSUER"),
            ({"clerk_issuer": f"{ISSUER}?a=b"}, "COCKPIT_CLERK_ISSUER"),
            ({"clerk_issuer": "https://user:password@clerk.example.com"}, "COCKPIT_CLERK_ISSUER"),
            ({"clerk_authorized_parties": ""}, "COCKPIT_CLERK_AUTHORIZED_PARTIES"),
            ({"clerk_authorized_parties": "app.example.com"}, "COCKPIT_CLERK_AUTHORIZED_PARTIES"),
            ({"clerk_authorized_parties": f"{APP}/"}, "COCKPIT_CLERK_AUTHORIZED_PARTIES"),
            ({"clerk_jwt_key": "-----BEGIN"}, "PEM"),
            ({"clerk_jwt_key": "secret"}, "PEM"),
            ({"clerk_jwt_key": rsa_key().as_pem(private=True).decode()}, "private"),
            ({"clerk_api_url": "ftp://api.clerk.com"}, "COCKPIT_CLERK_API_URL"),
        ],
    )
    def test_half_of_it_is_refused_at_the_start(self, changes: dict[str, str], told: str) -> None:
        with pytest.raises(Misconfigured, match=told):
            clerk_of(Settings(**{**GIVEN, **changes}))

    @pytest.mark.parametrize("name", ["clerk_audience", "clerk_jwt_key", "clerk_secret_key", "clerk_sign_in_url"])
    def test_the_rest_without_an_issuer(self, name: str) -> None:
        with pytest.raises(Misconfigured, match=f"COCKPIT_{name.upper()}"):
            clerk_of(Settings(**{name: "x"}))

    def test_the_secret_is_not_printed(self) -> None:
        made = Settings(**GIVEN, clerk_secret_key="sk_live_canary")  # noqa: S106 - made up
        assert "canary" not in repr(made) + repr(clerk_of(made))


def _pem() -> str:
    return rsa_key().as_pem(private=False).decode()


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_a_key_of_another_kind_is_no_key(algorithm: str) -> None:
    other = "ES256" if algorithm[0] != "E" else "RS256"
    if algorithm[0] == "E":
        with pytest.raises(Misconfigured):
            read_pem(_pem(), algorithm)
    else:
        assert read_pem(_pem(), algorithm).find("any")
    assert read_keys(json.dumps({"keys": [public(rsa_key(), KID, alg=other)]}).encode(), algorithm) == {}
