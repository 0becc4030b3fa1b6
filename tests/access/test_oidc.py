"""What a provider may answer: the sign-ins that are good, and fifty that are not; each over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from cockpit.access.oidc import Asked, provider_of
from cockpit.access.oidc import Provider as Theirs
from cockpit.access.oidc_discovery import ProviderSilent, read_document
from cockpit.access.outsiders import LONGEST_NAME, Outsider, clean_name
from cockpit.access.signed_tokens import TokenRefused
from cockpit.errors import Misconfigured
from cockpit.network.reach import Reach
from cockpit.settings import Settings
from tests.access.provider import CLIENT, SECRET, Provider, at_hash, providing
from tests.access.signing import by_library, rsa_key, signed

ASKED = Asked("http://north.localhost:8501/sign-in/oidc/callback", "state", "nonce-1", "v" * 43)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as made:
        yield made


def known(provider: Provider, **changes: Any) -> Theirs:
    given = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    made = provider_of(Settings(**{**given, **changes}))
    assert made
    return made


def code_of(theirs: Theirs) -> str:
    """Sign in there; the code with which the browser comes back."""
    back = httpx.get(theirs.sign_in_url(ASKED), trust_env=False).headers["location"]
    return str(httpx.URL(back).params["code"])


def redeemed(theirs: Theirs, provider: Provider) -> Outsider:
    return theirs.redeem(code_of(theirs), ASKED, answered_by=provider.issuer, now=time.time())


def test_a_user_comes_back(provider: Provider) -> None:
    assert redeemed(known(provider), provider) == Outsider("eva@example.com", "Eva Provider", "oidc")


@pytest.mark.parametrize(
    ("values", "changes"),
    [
        ({"secret": None}, {"oidc_client_secret": ""}),
        ({"document": {"token_endpoint_auth_methods_supported": ["client_secret_post"]}}, {}),
        ({"document": {"authorization_response_iss_parameter_supported": False}}, {}),
        ({"twist": lambda claims: {k: v for k, v in claims.items() if k != "at_hash"}}, {}),
        ({"twist": lambda claims: {**claims, "aud": [CLIENT]}}, {}),
        ({"twist": lambda claims: {**claims, "aud": [CLIENT, "other"], "azp": CLIENT}}, {}),
        ({"user": {"email": "EVA@Example.com "}}, {"oidc_trust_email": True}),
        ({"sign": lambda claims: by_library(claims, "PS256", rsa_key())}, {"oidc_algorithm": "PS256"}),
        ({"user": {}, "at_userinfo": {"sub": "user-1", "email": "eva@example.com", "email_verified": True}}, {}),
    ],
)
def test_providers_differ(provider: Provider, values: Any, changes: Any) -> None:
    for name, value in values.items():
        setattr(provider, name, value)
    if "oidc_algorithm" in changes:
        provider.keys = provider.keys.replace(b"RS256", b"PS256")
    assert redeemed(known(provider, **changes), provider).email == "eva@example.com"


def changed(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A token with other claims; ... takes one away."""
    return lambda claims: {name: value for name, value in {**claims, **changes}.items() if value is not ...}


TWISTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another issuer": changed(iss="https://evil.example"),
    "no issuer": changed(iss=...),
    "another client": changed(aud="other"),
    "no audience": changed(aud=...),
    "several audiences": changed(aud=[CLIENT, "other"]),
    "several audiences, for another": changed(aud=[CLIENT, "other"], azp="other"),
    "one audience, for another": changed(azp="other"),
    "azp null": changed(azp=None),
    "azp as a list": changed(azp=[CLIENT]),
    "another nonce": changed(nonce="x" * 43),
    "no nonce": changed(nonce=...),
    "no nonce but null": changed(nonce=None),
    "nonces as a list": lambda claims: {**claims, "nonce": [claims["nonce"], "x"]},
    "over": changed(exp=1),
    "no exp": changed(exp=...),
    "made in the future": changed(iat=2**33, exp=2**34),
    "not yet": changed(nbf=2**33),
    "no sub": changed(sub=...),
    "sub as a number": changed(sub=1),
    "the hash of another token": changed(at_hash=at_hash("access-2")),
    "the whole hash": changed(at_hash=at_hash("access-1") + "A"),
    "the hash as a number": changed(at_hash=1),
    "the hash null": changed(at_hash=None),
    "an address nobody checked": changed(email_verified=False),
    "an address nobody says to have checked": changed(email_verified=...),
    "checked as a text": changed(email_verified="true"),
    "no address": changed(email=...),
    "an address that is none": changed(email="eva"),
    "addresses as a list": changed(email=["eva@example.com"]),
}
SIGNS: dict[str, Callable[[dict[str, Any]], str]] = {
    "another key": lambda claims: signed(claims, key=rsa_key("attacker")),
    "no key id": lambda claims: signed(claims, {"kid": None}),
    "alg none": lambda claims: signed(claims, {"alg": "none"}),
    "PS256": lambda claims: by_library(claims, "PS256", rsa_key()),
    "a key of its own": lambda claims: signed(
        claims, {"jwk": rsa_key("attacker").as_dict(private=False)}, rsa_key("attacker")
    ),
    "an access token": lambda claims: signed(claims, {"typ": "at+jwt"}),
    "no token": lambda claims: "",
}
VALUES: dict[str, dict[str, Any]] = {
    "a token that is a number": {"token_extra": {"id_token": 1}},
    "an error with status 200": {"token_extra": {"id_token": None, "error": "invalid_grant"}},
    "another secret": {"secret": "other"},
    "refused": {"token_status": 400},
    "the user of another token": {"user": {}, "at_userinfo": {"sub": "user-2", "email": "eva@example.com"}},
    "no user there": {"user": {}, "token_extra": {"access_token": "other"}},
}


@pytest.mark.parametrize("what", [*TWISTS, *SIGNS, *VALUES])
def test_a_bad_answer_is_refused(provider: Provider, what: str) -> None:
    """The same words for all of them, and nothing of the user or the token in the reason."""
    provider.twist, provider.sign = TWISTS.get(what, provider.twist), SIGNS.get(what, provider.sign)
    for name, value in VALUES.get(what, {}).items():
        setattr(provider, name, value)
    with pytest.raises(TokenRefused) as refused:
        redeemed(known(provider), provider)
    assert (str(refused.value), refused.value.status) == ("This sign-in is not valid.", 401)
    assert not [part for part in ("eva@", "eyJ", "access-1", *provider.seen) if part in refused.value.reason]


@pytest.mark.parametrize("status", [500, 503])
def test_a_provider_that_fails_is_no_refusal(provider: Provider, status: int) -> None:
    provider.token_status = status
    with pytest.raises(ProviderSilent):
        redeemed(known(provider), provider)


@pytest.mark.parametrize("code", ["", "x\n", "x" * 3000, "é"])
def test_a_code_of_another_form_is_not_sent(provider: Provider, code: str) -> None:
    with pytest.raises(TokenRefused):
        known(provider).redeem(code, ASKED, answered_by=provider.issuer, now=0)
    assert provider.seen == []


@pytest.mark.parametrize("iss", ["https://evil.example", "", None])
def test_the_answer_of_another_provider(provider: Provider, iss: str | None) -> None:
    """Mix-up: RFC 9207."""
    with pytest.raises(TokenRefused):
        known(provider).redeem("code", ASKED, answered_by=iss, now=0)
    assert provider.seen == []


@pytest.mark.parametrize(
    "changes", [{"verifier": "w" * 43}, {"redirect_uri": "http://north.localhost:8501/other"}, {"nonce": "nonce-2"}]
)
def test_a_code_of_another_try(provider: Provider, changes: dict[str, str]) -> None:
    theirs = known(provider)
    with pytest.raises(TokenRefused):
        theirs.redeem(code_of(theirs), replace(ASKED, **changes), answered_by=provider.issuer, now=time.time())


class TestDiscovery:
    @pytest.mark.parametrize(
        "document",
        [
            {"issuer": "https://evil.example"},
            {"issuer": None},
            {"authorization_endpoint": None},
            {"authorization_endpoint": "javascript:alert(1)"},
            {"authorization_endpoint": "http://evil.example/authorize"},
            {"token_endpoint": "http://evil.example/token"},
            {"token_endpoint": ["https://a.example"]},
            {"jwks_uri": "file:///etc/passwd"},
            {"jwks_uri": "https://user:password@a.example/"},
        ],
    )
    def test_a_document_that_leads_astray(self, provider: Provider, document: dict[str, Any]) -> None:
        provider.document = document
        with pytest.raises(ProviderSilent):
            known(provider).sign_in_url(ASKED)

    def test_it_is_asked_for_once(self, provider: Provider) -> None:
        theirs = known(provider)
        for _ in range(5):
            assert redeemed(theirs, provider)
        assert provider.server.count("/realm/.well-known/openid-configuration") == 1
        assert provider.server.count("/realm/keys") == 1

    def test_a_silent_provider_is_asked_again_after_a_while(self) -> None:
        moment = [1000.0]
        with providing(document={"issuer": "x"}) as provider:
            made = provider_of(Settings(oidc_issuer=provider.issuer, oidc_client_id=CLIENT))
            assert made
            made.discovery.clock = lambda: moment[0]
            for seconds, asked in ((0, 1), (5, 1), (6, 2)):
                moment[0] += seconds
                with pytest.raises(ProviderSilent):
                    made.discovery.endpoints()
                assert len(provider.server.requests) == asked
            provider.document = {}
            moment[0] += 10
            assert made.discovery.endpoints().takes_basic
            provider.document = {"issuer": "x"}
            moment[0] += 24 * 3600 - 1
            assert made.discovery.endpoints()
            moment[0] += 2
            with pytest.raises(ProviderSilent):
                made.discovery.endpoints()

    @pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"[" * 100_000])
    def test_no_document(self, body: bytes) -> None:
        assert read_document(body, "https://a.example", Reach()) is None


GIVEN = {"oidc_issuer": "https://id.example.com/", "oidc_client_id": "cockpit"}


class TestSettings:
    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"oidc_client_id": ""}, "COCKPIT_OIDC_CLIENT_ID"),
            ({"oidc_issuer": ""}, "COCKPIT_OIDC_ISSUER"),
            ({"oidc_issuer": "", "oidc_client_id": "", "oidc_client_secret": "x"}, "COCKPIT_OIDC_CLIENT_SECRET"),
            ({"oidc_issuer": "http://id.example.com"}, "https"),
            ({"oidc_issuer": "id.example.com"}, "COCKPIT_OIDC_ISSUER"),
            ({"oidc_issuer": "https://id.example.com/?a=b"}, "COCKPIT_OIDC_ISSUER"),
            ({"oidc_algorithm": "HS256"}, "COCKPIT_OIDC_ALGORITHM"),
            ({"oidc_algorithm": "none"}, "COCKPIT_OIDC_ALGORITHM"),
            ({"oidc_scopes": "email"}, "openid"),
        ],
    )
    def test_half_of_it_is_refused_at_the_start(self, changes: dict[str, str], told: str) -> None:
        with pytest.raises(Misconfigured, match=told):
            provider_of(Settings(**{**GIVEN, **changes}))  # type: ignore[arg-type]

    def test_all_of_it(self) -> None:
        made = provider_of(Settings(**GIVEN, oidc_client_secret="canary"))  # type: ignore[arg-type]  # noqa: S106
        assert made
        assert "canary" not in repr(made)


def test_a_name_from_outside_is_one_short_line() -> None:
    assert clean_name("Eva\r\n", None, 7, " Long" * 100)[:8] == "Eva Long"
    assert len(clean_name("x" * 1000)) == LONGEST_NAME
