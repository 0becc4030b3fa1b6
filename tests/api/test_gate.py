"""The gate: who gets in, from where, and what every answer carries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.websockets import WebSocketDisconnect

from cockpit.api.gate import Gate
from cockpit.api.headers import screen_shell, script_hashes
from cockpit.api.sessions import COOKIE, Sessions, sign_in_code
from tests.api.mirror import HOST, KEY, TestClient, mirror, settings

Make = Callable[..., TestClient]
OWN = {"origin": HOST}


def cookie_of(key: str = KEY) -> str:
    sessions = Sessions(settings(secret_key=key))
    cookie = sessions.redeem(sign_in_code(sessions.settings, now=sessions.clock()))
    assert cookie
    return cookie


class TestHost:
    @pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "[::1]:8501", "LOCALHOST"])
    def test_loopback_names_are_ours(self, behind: Make, host: str) -> None:
        assert behind().get("/cockpit", headers={"host": host}).status_code == 200

    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.0.2.7", "a@127.0.0.1.x", "[", ""])
    def test_another_name_is_refused(self, behind: Make, host: str) -> None:
        """A name whose DNS somebody else controls could be pointed at this machine."""
        assert behind().get("/cockpit", headers={"host": host}).status_code == 400

    def test_a_named_host_is_ours(self, behind: Make) -> None:
        client = behind(allowed_hosts="Cockpit.Example, other.example")
        assert client.get("/cockpit", headers={"host": "cockpit.example"}).status_code == 200


class TestIdentity:
    def test_the_local_owner_needs_no_password(self, behind: Make) -> None:
        assert behind().get("/cockpit").json()["principal"] == ["local:owner"]

    @pytest.mark.parametrize("name", ["x-cockpit-principal", "X-Cockpit-Principal", "x_cockpit_principal"])
    def test_a_spoofed_header_is_dropped(self, behind: Make, name: str) -> None:
        assert behind().get("/cockpit", headers={name: "evil"}).json()["principal"] == ["local:owner"]

    def test_a_spoofed_header_is_no_sign_in(self, behind: Make) -> None:
        answer = behind(secret_key=KEY).get("/healthz", headers={"x-cockpit-principal": "local:owner"})
        assert answer.json()["principal"] == []

    def test_another_machine_is_not_the_owner(self, behind: Make) -> None:
        assert behind(client=("192.0.2.7", 1)).get("/cockpit").status_code == 401

    @pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host"])
    def test_a_proxied_request_is_not_the_owner(self, behind: Make, name: str) -> None:
        """Behind a proxy every stranger comes from loopback."""
        assert behind().get("/cockpit", headers={name: "192.0.2.7"}).status_code == 401

    def test_with_a_key_a_page_leads_to_sign_in(self, behind: Make) -> None:
        answer = behind(secret_key=KEY).get("/person", headers={"accept": "text/html"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/person")

    def test_with_a_key_the_cookie_signs_in(self, behind: Make) -> None:
        answer = behind(secret_key=KEY).get("/cockpit", headers={"cookie": f"a=b; {COOKIE}={cookie_of()}"})
        assert answer.json()["principal"] == ["local:owner"]

    @pytest.mark.parametrize("cookie", ["", "x", "a.b", "é", cookie_of("another" * 8), cookie_of() + "x"])
    def test_a_forged_cookie_does_not(self, behind: Make, cookie: str) -> None:
        header = f"{COOKIE}={cookie}".encode()
        assert behind(secret_key=KEY).get("/cockpit", headers={"cookie": header}).status_code == 401


class TestOrigin:
    def test_a_socket_from_our_page_opens(self, behind: Make) -> None:
        with behind().websocket_connect("/_stcore/stream", headers={**OWN, "host": "127.0.0.1:8501"}) as socket:
            socket.send_text("hello")
            assert socket.receive_json() == {"principal": ["local:owner"], "said": "hello"}

    @pytest.mark.parametrize(
        "origin",
        ["http://evil.example", "http://127.0.0.1:9999", "http://localhost:8501", "null", "127.0.0.1:8501", None],
    )
    def test_a_socket_from_elsewhere_does_not(self, behind: Make, origin: str | None) -> None:
        """Streamlit itself would let in a missing origin, and any port of this machine."""
        headers = {"host": "127.0.0.1:8501"} | ({"origin": origin} if origin else {})
        with pytest.raises(WebSocketDisconnect), behind().websocket_connect("/_stcore/stream", headers=headers):
            pass

    @pytest.mark.parametrize("origin", ["http://evil.example", "null", None])
    def test_a_post_from_elsewhere_is_refused(self, behind: Make, origin: str | None) -> None:
        headers = {"origin": origin} if origin else {}
        assert behind().post("/anything", headers=headers).status_code == 403

    def test_a_post_from_our_page_passes(self, behind: Make) -> None:
        assert behind().post("/anything", headers=OWN).status_code == 200

    def test_another_site_cannot_load_an_export(self, behind: Make) -> None:
        headers = {"sec-fetch-site": "cross-site"}
        assert behind().get("/exports/people.csv", headers=headers).status_code == 403
        assert behind().get("/media/abc.csv", headers=headers).status_code == 403


class TestPolicy:
    @pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/interact"])
    def test_internals_are_nobodys(self, behind: Make, path: str) -> None:
        assert behind().get(path).status_code == 404

    @pytest.mark.parametrize("path", ["/media/abc.csv", "/exports/people.csv", "/_stcore/host-config", "/cockpit"])
    def test_a_stranger_gets_nothing(self, behind: Make, path: str) -> None:
        assert behind(secret_key=KEY).get(path).status_code == 401

    @pytest.mark.parametrize("path", ["/healthz", "/readyz", "/sign-in", "/static/js/index.js", "/_stcore/health"])
    def test_these_are_public(self, behind: Make, path: str) -> None:
        assert behind(secret_key=KEY).get(path).status_code == 200

    def test_a_body_has_a_limit(self, behind: Make) -> None:
        headers = {**OWN, "content-length": str(26 * 1024 * 1024)}
        assert behind().post("/anything", headers=headers).status_code == 413

    def test_a_body_without_a_length_has_the_same_limit(self, behind: Make) -> None:
        too_much = (b"x" * 1024 * 1024 for _ in range(30))
        with pytest.raises(AssertionError, match="did not receive any response"):  # for the app, the sender has left
            behind().post("/anything", headers=OWN, content=too_much)


class TestHeaders:
    def test_every_answer_carries_them(self, behind: Make) -> None:
        for path in ("/cockpit", "/_stcore/metrics"):
            headers = behind().get(path).headers
            assert "frame-ancestors 'self'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"

    def test_files_of_the_release_may_be_kept(self, behind: Make) -> None:
        assert "cache-control" not in behind().get("/static/js/index.js").headers

    def test_the_policy_names_the_inline_script_of_this_release(self, behind: Make) -> None:
        hashes = script_hashes(screen_shell().read_bytes())
        assert len(hashes) == 1
        assert hashes[0] in behind().get("/cockpit").headers["content-security-policy"]

    def test_over_tls_the_browser_is_told_to_stay(self, behind: Make) -> None:
        client = behind(base="https://127.0.0.1:8501")
        assert client.get("/cockpit").headers["strict-transport-security"].startswith("max-age=")


def test_an_ended_session_closes_its_open_socket() -> None:
    """Streamlit reads the cookie once, when the socket opens; the gate looks again at every message."""
    sessions = Sessions(settings(secret_key=KEY))
    headers = {**OWN, "host": "127.0.0.1:8501", "cookie": f"{COOKIE}={cookie_of()}"}
    client = TestClient(Gate(mirror, sessions), base_url=HOST)
    with client.websocket_connect("/s", headers=headers) as socket:
        socket.send_text("one")
        assert socket.receive_json()["said"] == "one"
        sessions.end(headers)
        socket.send_text("two")
        with pytest.raises(WebSocketDisconnect):
            socket.receive_json()
