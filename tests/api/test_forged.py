"""Whatever a client forges, over HTTP or a socket: a stranger stays a stranger, and a member stays that member."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from starlette.websockets import WebSocketDisconnect

from cockpit.access import api_keys, credentials, login_tokens
from cockpit.access import sessions as stored
from cockpit.api import oidc_attempts
from cockpit.api.cookies import EMBED, FULL
from cockpit.api.gate import Gate
from cockpit.api.sessions import Sessions, sign_in_code
from cockpit.bootstrap import Cockpit
from cockpit.ingestion.start import start_workspace
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.principals import LOCAL_OWNER, member_principal
from cockpit.model.viewer import whole_workspace
from cockpit.storage import workspace_changes
from cockpit.storage.members import upsert_member
from cockpit.storage.workspaces import get_workspace
from tests.access.bad_tokens import fresh
from tests.api.mirror import KEY, TestClient, mirror, settings

HOST = "http://north.localhost:8501"
OWN = {"origin": HOST, "host": "north.localhost:8501"}
Forged = dict[str, str | bytes]


@dataclass(frozen=True, slots=True)
class Place:
    """North with Eva and Ada, south with Sam; the sessions of all three; what else they hold."""

    cockpit: Cockpit
    sessions: Sessions
    north: WorkspaceId
    south: WorkspaceId
    eva: MemberId
    ada: MemberId
    cookies: dict[str, str]

    @property
    def client(self) -> TestClient:
        return TestClient(Gate(mirror, self.sessions), base_url=HOST, follow_redirects=False)

    def seen(self, headers: Forged, path: str = "/cockpit") -> list[str] | None:
        """The principal that a request is handed on with; None when it is not handed on."""
        answer = self.client.get(path, headers=headers)
        if answer.status_code == 200:
            return list(answer.json()["principal"])
        assert answer.status_code in (400, 401)
        return None

    def heard(self, headers: Forged, path: str = "/_stcore/stream", protocols: list[str] | None = None) -> str | None:
        """The principal that a socket is opened for; None when it is not opened."""
        try:
            with self.client.websocket_connect(path, headers={**OWN, **headers}, subprotocols=protocols) as socket:
                socket.send_text("act")
                (found,) = socket.receive_json()["principal"] or [None]
                return found
        except WebSocketDisconnect:
            return None


@pytest.fixture
def place(cockpit: Cockpit) -> Place:
    now, cookies = datetime.now(UTC), {}
    with cockpit.db.write() as conn:
        north = start_workspace(conn, subdomain="north", name="North", time_zone="UTC", now=now)
        south = start_workspace(conn, subdomain="south", name="South", time_zone="UTC", now=now)
        eva, ada, sam = (
            upsert_member(conn, there, email=f"{name}@example.com", name=name, now=now)
            for name, there in (("eva", north), ("ada", north), ("sam", south))
        )
        for name, who, there in (("eva", eva, north), ("ada", ada, north), ("sam", sam, south)):
            cookies[name] = stored.start(conn, there, who, mode="full", origin="sso", now=now)
        cookies["ended"] = stored.start(conn, north, eva, mode="full", origin="sso", now=now)
        stored.end(conn, cookies["ended"], now)
        cookies["old"] = stored.start(conn, north, eva, mode="full", origin="sso", now=now - timedelta(hours=13))
        gone = upsert_member(conn, north, email="gone@example.com", name="gone", now=now)
        cookies["gone"] = stored.start(conn, north, gone, mode="full", origin="sso", now=now)
        workspace_changes.replace_left(conn, north, gone, now=now)
        here = get_workspace(conn, "north")
        key = api_keys.create(conn, whole_workspace(north, eva), name="key", scopes=list(api_keys.SCOPES), now=now)
        cookies["key"] = key.text
        cookies["token"] = login_tokens.mint(conn, here, eva, host="north.localhost:8501", page=None, now=now).text
    sessions = Sessions(settings(secret_key=KEY), cockpit=lambda: cockpit)
    cookies["code"] = sign_in_code(sessions.settings, now=sessions.clock())
    cookies["try"] = oidc_attempts.begin(KEY, now=sessions.clock())[1]
    return Place(cockpit, sessions, north, south, eva, ada, cookies)


def _flipped(text: str) -> str:
    return text[:-1] + ("A" if text[-1] != "A" else "B")


STRANGERS: dict[str, Callable[[Place], Forged]] = {
    # headers that only the gate sets, or that a proxy would
    "the gate's header": lambda p: {"x-cockpit-principal": member_principal(p.north, p.eva)},
    "the owner in it": lambda p: {"X-Cockpit-Principal": LOCAL_OWNER, "X-Cockpit-Mode": "owner"},
    "with underscores": lambda p: {"x_cockpit_principal": LOCAL_OWNER},
    "half of them": lambda p: {"x_cockpit-principal": LOCAL_OWNER},
    "those of proxies": lambda p: {"x-forwarded-user": "eva@example.com", "remote-user": "eva@example.com"},
    "this machine, it says": lambda p: {"x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1"},
    "forwarded": lambda p: {"forwarded": "for=127.0.0.1;host=localhost"},
    "Streamlit's user": lambda p: {"x-streamlit-user": "eva@example.com"},
    "Streamlit's cookie": lambda p: {"cookie": "_streamlit_user=eyJvcmlnaW4iOiJ4In0; _streamlit_xsrf=2|a|b|1"},
    # credentials of other kinds, or under other names
    "a session as a bearer": lambda p: {"authorization": f"Bearer {p.cookies['eva']}"},
    "a session as a password": lambda p: {"authorization": "Basic ZXZhOmNz"},
    "a session under another name": lambda p: {"cookie": f"session={p.cookies['eva']}"},
    "a session under the name in capitals": lambda p: {"cookie": f"{FULL.upper()}={p.cookies['eva']}"},
    "a login token": lambda p: {"cookie": f"{FULL}={p.cookies['token']}"},
    "a login token made a session": lambda p: {"cookie": f"{FULL}={p.cookies['token'].replace('lt_', 'cs_')}"},
    "an API key": lambda p: {"cookie": f"{FULL}={p.cookies['key']}"},
    "an API key made a session": lambda p: {"cookie": f"{FULL}={p.cookies['key'].replace('ck_', 'cs_')}"},
    "an API key as a bearer": lambda p: {"authorization": f"Bearer {p.cookies['key']}"},
    "a sign-in code": lambda p: {"cookie": f"{FULL}={p.cookies['code']}"},
    "a try at a provider": lambda p: {"cookie": f"{FULL}={p.cookies['try']}"},
    "a Clerk session": lambda p: {"cookie": f"{FULL}={fresh()}; __session={fresh()}"},
    # sessions that are none
    "one that was guessed": lambda p: {"cookie": f"{FULL}={credentials.new('cs', p.north)}"},
    "what is stored of one": lambda p: {"cookie": f"{FULL}=cs_{p.north.hex}_{credentials.digest(p.cookies['eva'])}"},
    "43 signs of that": lambda p: {"cookie": f"{FULL}=cs_{p.north.hex}_{credentials.digest(p.cookies['eva'])[:43]}"},
    "one sign changed": lambda p: {"cookie": f"{FULL}={_flipped(p.cookies['eva'])}"},
    "one sign more": lambda p: {"cookie": f"{FULL}={p.cookies['eva']}A"},
    "one sign less": lambda p: {"cookie": f"{FULL}={p.cookies['eva'][:-1]}"},
    "in capitals": lambda p: {"cookie": f"{FULL}={p.cookies['eva'].upper()}"},
    "with another workspace": lambda p: {"cookie": f"{FULL}={p.cookies['eva'].replace(p.north.hex, p.south.hex)}"},
    "of another workspace, renamed": lambda p: {
        "cookie": f"{FULL}={p.cookies['sam'].replace(p.south.hex, p.north.hex)}"
    },
    "of another workspace": lambda p: {"cookie": f"{FULL}={p.cookies['sam']}"},
    "one that was ended": lambda p: {"cookie": f"{FULL}={p.cookies['ended']}"},
    "one that is too old": lambda p: {"cookie": f"{FULL}={p.cookies['old']}"},
    "of somebody who has left": lambda p: {"cookie": f"{EMBED}={p.cookies['gone']}"},
    "a NUL": lambda p: {"cookie": f"{FULL}={p.cookies['eva']}\0"},
    "not ASCII": lambda p: {"cookie": f"{FULL}={p.cookies['eva'].replace('cs_', 'сs_')}".encode()},
    "SQL": lambda p: {"cookie": f"{FULL}=cs_{p.north.hex}_' OR 1=1 --"},
    "very long": lambda p: {"cookie": f"{FULL}=cs_{p.north.hex}_" + "A" * 60_000},
    "many cookies": lambda p: {"cookie": "; ".join(f"a{one}={p.cookies['eva']}" for one in range(500))},
    # a host that is not one
    "a session at another host": lambda p: {"cookie": f"{FULL}={p.cookies['eva']}", "host": "south.localhost:8501"},
    "a session at a strange host": lambda p: {"cookie": f"{FULL}={p.cookies['eva']}", "host": "evil.example"},
}


def test_a_stranger_stays_one(place: Place) -> None:
    """Every forged thing, on each engine, over HTTP and over a socket."""
    assert place.heard({"cookie": f"{FULL}={place.cookies['eva']}"}) == member_principal(place.north, place.eva)
    let_in = []
    for what, make in STRANGERS.items():
        forged = make(place)
        if place.seen(forged) is not None or place.heard(forged) is not None:
            let_in.append(what)
        public = place.client.get("/healthz", headers=forged)
        if public.status_code == 200 and public.json()["principal"]:
            let_in.append(f"{what}, at a public address")
    assert let_in == []


def test_nor_by_a_session_id_of_streamlit(place: Place) -> None:
    """Streamlit resumes a session whose id comes as a subprotocol: without a cookie it is not even asked."""
    for protocols in (["streamlit", "PLACEHOLDER", "0" * 36], ["streamlit", place.cookies["eva"]]):
        assert place.heard({}, protocols=protocols) is None
    for query in ("?session_id=1", "?principal=local:owner", "?embed=true", f"?{FULL}={place.cookies['eva']}"):
        assert place.heard({}, f"/_stcore/stream{query}") is None
        assert place.seen({}, f"/cockpit{query}") is None


EXTRAS: dict[str, Callable[[Place], Forged]] = {
    "the gate's header": lambda p: {"x-cockpit-principal": member_principal(p.north, p.ada)},
    "the owner": lambda p: {"x-cockpit-principal": LOCAL_OWNER, "x_cockpit_principal": LOCAL_OWNER},
    "another mode": lambda p: {"x-cockpit-mode": "owner"},
    "a bearer": lambda p: {"authorization": f"Bearer {p.cookies['ada']}"},
    "an API key": lambda p: {"authorization": f"Bearer {p.cookies['key']}"},
}


def test_a_member_stays_that_member(place: Place) -> None:
    eva, own = member_principal(place.north, place.eva), f"{FULL}={place.cookies['eva']}"
    for make in EXTRAS.values():
        assert place.seen({"cookie": own, **make(place)}) == [eva]
        assert place.heard({"cookie": own, **make(place)}) == eva
    # Cookies of two people: one of them counts, and never a mixture.
    for both in (f"{own}; {EMBED}={place.cookies['ada']}", f"{EMBED}={place.cookies['ada']}; {own}"):
        assert place.seen({"cookie": both}) == [eva]
        assert place.heard({"cookie": both}) == eva


class TestRevocation:
    """What was taken away cannot act: not by a click, not by a part of a page that draws itself anew."""

    def revoke(self, place: Place) -> None:
        """From beside the server, as another process would."""
        with place.cockpit.db.write() as conn:
            assert stored.end_of_member(conn, place.north, place.eva, datetime.now(UTC)) >= 1

    def test_the_next_message_is_not_handed_on(self, place: Place) -> None:
        """No answer that was kept for a moment lets one more click through."""
        headers = {**OWN, "cookie": f"{FULL}={place.cookies['eva']}"}
        with place.client.websocket_connect("/_stcore/stream", headers=headers) as socket:
            for _ in range(3):
                socket.send_text("click")
                assert socket.receive_json()["said"] == "click"
            self.revoke(place)
            socket.send_text("one more")
            with pytest.raises(WebSocketDisconnect):
                socket.receive_json()

    def test_a_silent_socket_is_closed(self, place: Place) -> None:
        headers = {**OWN, "cookie": f"{FULL}={place.cookies['eva']}"}
        with place.client.websocket_connect("/_stcore/stream", headers=headers) as socket:
            self.revoke(place)
            began = datetime.now(UTC)
            with pytest.raises(WebSocketDisconnect):
                socket.receive_json()
            assert datetime.now(UTC) - began < timedelta(seconds=5)

    def test_the_cookie_of_somebody_else_keeps_it_open_for_nobody(self, place: Place) -> None:
        """Both cookies were sent when the socket opened; it was opened for Eva."""
        both = f"{FULL}={place.cookies['eva']}; {EMBED}={place.cookies['ada']}"
        with place.client.websocket_connect("/_stcore/stream", headers={**OWN, "cookie": both}) as socket:
            socket.send_text("click")
            assert socket.receive_json()["principal"] == [member_principal(place.north, place.eva)]
            self.revoke(place)
            socket.send_text("one more")
            with pytest.raises(WebSocketDisconnect):
                socket.receive_json()

    def test_what_writes_over_http_is_asked_anew(self, place: Place) -> None:
        cookie = {"cookie": f"{FULL}={place.cookies['eva']}", "origin": HOST}
        client = place.client
        assert client.post("/anything", headers=cookie).status_code == 200
        self.revoke(place)
        assert client.post("/anything", headers=cookie).status_code == 401
        assert client.get("/cockpit", headers=cookie).status_code == 401

    def test_a_member_who_was_removed_or_given_another_role(self, place: Place) -> None:
        headers = {**OWN, "cookie": f"{FULL}={place.cookies['eva']}"}
        with place.client.websocket_connect("/_stcore/stream", headers=headers) as socket:
            with place.cockpit.db.write() as conn:
                workspace_changes.replace_left(conn, place.north, place.eva, now=datetime.now(UTC))
            socket.send_text("click")
            with pytest.raises(WebSocketDisconnect):
                socket.receive_json()
