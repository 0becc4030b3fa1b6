"""Pictures of members over HTTP: named by a host, fetched by the worker, served to their own workspace only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from cockpit.access.avatar_queue import FRESH, LEASE, AvatarQueue
from cockpit.network.reach import Reach
from cockpit.storage.avatar_wishes import replace_wishes_taken
from cockpit.storage.avatars import find_avatar
from cockpit.storage.members import list_members
from tests.access.pictures import SVG, photo
from tests.access.servers import Server, send, serving
from tests.api.asking import Asking, workspace_id


def pictures(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    files = {"/face.png": photo(), "/drawing.svg": SVG}
    send(handler, files.get(handler.path, b""), 200 if handler.path in files else 404)


@pytest.fixture
def cdn(ask: Asking) -> Iterator[Server]:
    with serving(pictures) as server:
        ask.client.app.state.avatars.reach = Reach(named=frozenset({("127.0.0.1", server.port)}))
        yield server


def fetched(ask: Asking) -> int:
    """What the worker does."""
    return int(ask.client.app.state.avatars.fetch_waiting(datetime.now(UTC)))


def come_in(ask: Asking, made: dict[str, Any], email: str, **more: str) -> dict[str, Any]:
    answer = ask("login-token", {"workspaceId": made["workspaceId"], "email": email, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def cookie_of(ask: Asking, token: dict[str, Any]) -> dict[str, str]:
    host = token["url"].split("/")[2]
    headers = {"host": host, "origin": f"http://{host}"}
    form = {"loginToken": token["loginToken"]}
    answer = ask.client.post("/verify", data=form, headers=headers)
    assert answer.status_code == 303, answer.text
    ask.client.cookies.clear()
    return {"host": host, "cookie": answer.headers["set-cookie"].split(";")[0]}


def test_a_picture_is_fetched_later_and_shown_to_colleagues_only(ask: Asking, cdn: Server) -> None:
    acme = ask("resolve", {"email": "a@acme.com", "tenantSubdomain": "acme", "avatar": cdn.url("/face.png")}).json()
    bolt = ask.made("z@bolt.com", "bolt")
    assert cdn.requests == [], "nobody waits for a picture"
    assert fetched(ask) == 1
    with ask.cockpit.db.read() as conn:
        [digest] = [one.avatar_digest for one in list_members(conn, workspace_id(acme))]
        assert digest
        image = find_avatar(conn, workspace_id(acme), digest)
    colleague = cookie_of(ask, come_in(ask, acme, "b@acme.com"))
    stranger = cookie_of(ask, come_in(ask, bolt, "z@bolt.com"))
    shown = ask.client.get(f"/avatars/{digest}", headers=colleague)
    assert (shown.status_code, shown.content) == (200, image)
    assert shown.headers["content-type"] == "image/webp"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert ask.client.get(f"/avatars/{digest}", headers=stranger).status_code == 404
    assert ask.client.get("/avatars/../face.png", headers=colleague).status_code != 200
    assert ask.client.get(f"/avatars/{digest[:-1]}", headers=colleague).status_code == 404
    other_site = {**colleague, "sec-fetch-site": "cross-site"}
    assert ask.client.get(f"/avatars/{digest}", headers=other_site).status_code == 403


@pytest.mark.parametrize("path", ["/drawing.svg", "/nothing.png"])
def test_no_picture_there_and_the_sign_in_goes_on(ask: Asking, cdn: Server, path: str) -> None:
    made = ask.made("a@acme.com", "acme")
    come_in(ask, made, "a@acme.com", avatar=cdn.url(path))
    assert fetched(ask) == 0
    assert cdn.count(path) == 1


def test_an_address_that_is_none_is_refused_before_anything_is_done(ask: Asking) -> None:
    for avatar in ("face.png", "ftp://cdn.example/a.png", "http://user@cdn.example/a.png", "http://cdn.example:22/"):
        answer = ask("resolve", {"email": "a@acme.com", "tenantSubdomain": "acme", "avatar": avatar})
        assert answer.status_code == 400, avatar
    assert ask.made("a@acme.com", "acme")["wasCreated"] == {"workspace": True, "user": True}


def test_the_same_picture_is_not_fetched_with_every_sign_in(ask: Asking, cdn: Server) -> None:
    made = ask.made("a@acme.com", "acme")
    for _ in range(3):
        come_in(ask, made, "a@acme.com", avatar=cdn.url("/face.png"))
        fetched(ask)
    assert cdn.count("/face.png") == 1


def test_what_waits_outlives_the_process(ask: Asking, cdn: Server) -> None:
    made = ask.made("a@acme.com", "acme")
    come_in(ask, made, "a@acme.com", avatar=cdn.url("/face.png"))
    reach = ask.client.app.state.avatars.reach
    now = datetime.now(UTC)
    # all workspaces: a login is not a workspace's
    with ask.cockpit.db.write() as conn:
        [wish] = replace_wishes_taken(conn, now=now, until=now + LEASE, limit=10)  # and the taker dies
    assert AvatarQueue(lambda: ask.cockpit, reach).fetch_waiting(now + LEASE / 2) == 0, "it may be alive"
    assert AvatarQueue(lambda: ask.cockpit, reach).fetch_waiting(now + LEASE) == 1
    queue = AvatarQueue(lambda: ask.cockpit, reach)
    queue.want(wish.user_id, wish.url, now + LEASE)
    assert queue.fetch_waiting(now + 2 * LEASE) == 0, "the same picture again within the hour"
    queue.want(wish.user_id, wish.url, now + LEASE + FRESH)
    assert queue.fetch_waiting(now + 2 * FRESH) == 1
    assert cdn.count("/face.png") == 2


def test_a_picture_that_kills_is_tried_three_times(ask: Asking, cdn: Server) -> None:
    come_in(ask, ask.made("a@acme.com", "acme"), "a@acme.com", avatar=cdn.url("/face.png"))
    now = datetime.now(UTC)
    for attempt, taken in enumerate((1, 1, 1, 0)):
        then = now + attempt * LEASE
        # all workspaces: a login is not a workspace's
        with ask.cockpit.db.write() as conn:
            assert len(replace_wishes_taken(conn, now=then, until=then + LEASE, limit=10)) == taken
    assert cdn.requests == []
