"""Two users, two cookies, one Streamlit session id: nobody gets the session of somebody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from cockpit.access import sessions as stored
from cockpit.api.cookies import FULL
from cockpit.bootstrap import open_cockpit
from cockpit.ingestion.start import start_workspace
from cockpit.settings import Settings
from cockpit.storage.members import upsert_member
from tests.journeys.served import Served, serving

KEY = "journey-key-" * 4
NAMES = ("alice", "bob")


async def session_id(served: Served, cookie: str, resume: str = "") -> str:
    """Connect as the holder of a cookie, ask for a session, run the page; gives the session that was given."""
    address = served.url.replace("http", "ws") + "/_stcore/stream"
    offered = [Subprotocol(word) for word in ("streamlit", "PLACEHOLDER", resume) if word]
    headers = {"cookie": f"{FULL}={cookie}"}
    async with connect(address, origin=served.url, subprotocols=offered, additional_headers=headers) as socket:  # type: ignore[arg-type]
        await socket.send(BackMsg(rerun_script={"page_name": "cockpit"}).SerializeToString())
        return await asyncio.wait_for(_new_session(socket), 60)


async def _new_session(socket: ClientConnection) -> str:
    async for raw in socket:
        message = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
        if message.WhichOneof("type") == "new_session":
            return message.new_session.initialize.session_id
    raise AssertionError("the socket was closed")


def in_a_thread(work: Coroutine[Any, Any, str]) -> str:
    """Run it in a thread of its own: a browser of an earlier test may have a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def test_a_session_id_of_somebody_else_gives_a_new_session(tmp_path: Path, postgres_copy: Callable[[], str]) -> None:
    url, now = postgres_copy(), datetime.now(UTC)
    with open_cockpit(Settings(database_url=url)) as cockpit, cockpit.db.write() as conn:
        place = start_workspace(conn, subdomain="north", name="North", time_zone="UTC", now=now)
        members = [upsert_member(conn, place, email=f"{name}@example.com", name=name, now=now) for name in NAMES]
        alice, bob = (stored.start(conn, place, one, mode="full", origin="sso", now=now) for one in members)
    with serving(url, tmp_path, COCKPIT_SECRET_KEY=KEY, COCKPIT_DEMO="false") as served:
        for _ in range(10):
            hers = in_a_thread(session_id(served, alice))
            assert in_a_thread(session_id(served, bob, resume=hers)) != hers
        hers = in_a_thread(session_id(served, alice))
        assert in_a_thread(session_id(served, alice, resume=hers)) == hers
