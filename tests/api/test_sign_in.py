"""Sign-in with a code that works once."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from cockpit.api.sessions import COOKIE, LINK_SECONDS, SESSION_SECONDS, Sessions, check_settings, sign_in_code
from cockpit.api.sign_in_ways import own_path
from cockpit.errors import Misconfigured
from tests.api.mirror import HOST, KEY, TestClient, settings

Make = Callable[..., TestClient]
OWN = {"origin": HOST}


def code(now: float | None = None, key: str = KEY) -> str:
    return sign_in_code(settings(secret_key=key), now=time.time() + 1 if now is None else now)


class TestSignIn:
    def test_a_code_becomes_a_cookie_and_leads_on(self, site: Make) -> None:
        client = site(secret_key=KEY)
        answer = client.post("/sign-in?next=/person", data={"code": code()}, headers=OWN)
        assert (answer.status_code, answer.headers["location"]) == (303, "/person")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{COOKIE}=")
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert client.get("/keys.js").status_code == 200

    def test_it_works_once(self, site: Make) -> None:
        client, one = site(secret_key=KEY), code()
        assert client.post("/sign-in", data={"code": one}, headers=OWN).status_code == 303
        assert client.post("/sign-in", data={"code": one}, headers=OWN).status_code == 401

    def test_opening_the_page_uses_nothing_up(self, site: Make) -> None:
        client, one = site(secret_key=KEY), code()
        for _ in range(5):
            assert client.get("/sign-in", params={"code": one}).status_code == 200
        assert client.post("/sign-in", data={"code": one}, headers=OWN).status_code == 303

    def test_an_old_code_is_refused(self, site: Make) -> None:
        began = time.time()
        client = site(secret_key=KEY, clock=lambda: began)
        late = site(secret_key=KEY, clock=lambda: began + LINK_SECONDS + 1)
        assert client.post("/sign-in", data={"code": code(began)}, headers=OWN).status_code == 303
        assert late.post("/sign-in", data={"code": code(began)}, headers=OWN).status_code == 401

    def test_a_code_of_an_earlier_process_is_refused(self, site: Make) -> None:
        """The codes used up there are forgotten here."""
        assert (
            site(secret_key=KEY).post("/sign-in", data={"code": code(time.time() - 5)}, headers=OWN).status_code == 401
        )

    @pytest.mark.parametrize("wrong", ["", "x", "a.b", "é" * 10, "x" * 5000, code(key="other" * 10)])
    def test_a_wrong_code_is_refused(self, site: Make, wrong: str) -> None:
        answer = site(secret_key=KEY).post("/sign-in", data={"code": wrong}, headers=OWN)
        assert answer.status_code == 401
        assert "not valid" in answer.text

    def test_a_session_is_no_code(self, site: Make) -> None:
        client = site(secret_key=KEY)
        client.post("/sign-in", data={"code": code()}, headers=OWN)
        assert client.post("/sign-in", data={"code": client.cookies[COOKIE]}, headers=OWN).status_code == 401

    def test_signing_out_ends_the_session_everywhere(self, site: Make) -> None:
        client = site(secret_key=KEY)
        client.post("/sign-in", data={"code": code()}, headers=OWN)
        stolen = client.cookies[COOKIE]
        assert client.post("/sign-out", headers=OWN).status_code == 303
        assert client.get("/keys.js", headers={"cookie": f"{COOKIE}={stolen}"}).status_code == 401

    def test_a_session_ends_by_itself(self) -> None:
        moment = [time.time()]
        sessions = Sessions(settings(secret_key=KEY), lambda: moment[0])
        headers = {"cookie": f"{COOKIE}={sessions.redeem(code(moment[0]))}"}
        assert sessions.principal(headers, None)
        moment[0] += SESSION_SECONDS
        assert not sessions.principal(headers, None)

    def test_a_code_in_the_address_is_shown_as_text(self, site: Make) -> None:
        text = site(secret_key=KEY).get("/sign-in", params={"code": '"><script>alert(1)</script>'}).text
        assert "<script>" not in text


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil", "https://evil", "javascript:alert(1)", "/a\n/b", "", "/x@y"]
)
def test_sign_in_never_leads_to_another_site(wanted: str) -> None:
    assert own_path(wanted) == "/cockpit"


class TestSettings:
    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "cockpit.example"])  # noqa: S104  (a value to refuse)
    def test_an_open_address_needs_a_key(self, host: str) -> None:
        with pytest.raises(Misconfigured, match="COCKPIT_SECRET_KEY"):
            check_settings(settings(host=host))
        check_settings(settings(host=host, secret_key=KEY))

    @pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
    def test_loopback_does_not(self, host: str) -> None:
        check_settings(settings(host=host))

    def test_a_short_key_is_refused(self) -> None:
        with pytest.raises(Misconfigured, match="32"):
            check_settings(settings(secret_key="k" * 31))
