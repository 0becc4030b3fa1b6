"""Login tokens and sessions: once, for a minute, at one host, and gone when taken away."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from cockpit.access import credentials, login_tokens, sessions
from cockpit.errors import BadRequest
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.storage.database import Database
from cockpit.storage.members import upsert_member
from cockpit.storage.schema import member
from cockpit.storage.workspaces import get_workspace, get_workspace_by_id

HOST = "north.localhost:8501"


@pytest.fixture
def eva(db: Database, workspace: WorkspaceId, now: datetime) -> MemberId:
    with db.write() as conn:
        return upsert_member(conn, workspace, email="eva@example.com", name="Eva", now=now)


def minted(db: Database, member_id: MemberId, now: datetime, page: str | None = None) -> login_tokens.LoginToken:
    with db.write() as conn:
        return login_tokens.mint(conn, get_workspace(conn, "north"), member_id, host=HOST, page=page, now=now)


def redeemed(db: Database, text: str, now: datetime, host: str = HOST) -> login_tokens.Redeemed | None:
    with db.write() as conn:
        return login_tokens.redeem(conn, text, host, now)


def test_a_token_works_once_at_its_host(db: Database, workspace: WorkspaceId, eva: MemberId, now: datetime) -> None:
    token = minted(db, eva, now, "/objects/people")
    assert token.url.startswith(f"http://{HOST}/verify?loginToken={token.text}&aventoraSso=1&returnToPath=%2Fobjects")
    assert redeemed(db, token.text, now, "south.localhost:8501") is None
    assert redeemed(db, token.text, now, "NORTH.localhost:8501") == login_tokens.Redeemed(
        workspace, eva, "/objects/people"
    )
    assert redeemed(db, token.text, now) is None


@pytest.mark.parametrize(("seconds", "works"), [(59, True), (60, False), (61, False)])
def test_a_token_lives_for_a_minute(db: Database, eva: MemberId, now: datetime, seconds: int, works: bool) -> None:
    token = minted(db, eva, now)
    assert (redeemed(db, token.text, now + timedelta(seconds=seconds)) is not None) is works


@pytest.mark.parametrize("wrong", ["", "x", "lt_", "lt_zz_x", "cs_" + "0" * 32 + "_" + "a" * 43, "lt_" + "0" * 32])
def test_what_is_no_token_lets_nobody_in(db: Database, eva: MemberId, now: datetime, wrong: str) -> None:
    assert redeemed(db, wrong, now) is None


def test_a_token_names_another_workspace_in_vain(
    db: Database, eva: MemberId, other_workspace: WorkspaceId, now: datetime
) -> None:
    token = minted(db, eva, now)
    forged = token.text.replace(token.text.split("_")[1], other_workspace.hex)
    assert redeemed(db, forged, now) is None
    assert redeemed(db, token.text, now) is not None


def test_a_blocked_page_makes_no_token(db: Database, eva: MemberId, now: datetime) -> None:
    with pytest.raises(BadRequest):
        minted(db, eva, now, "/welcome")


def test_the_text_is_stored_nowhere(db: Database, eva: MemberId, now: datetime) -> None:
    token = minted(db, eva, now)
    with db.read() as conn:
        found = login_tokens.peek(conn, token.text)
    assert found is not None
    assert token.text not in str(found)
    assert credentials.digest(token.text) != token.text


def test_a_session_lasts_until_it_ends(db: Database, workspace: WorkspaceId, eva: MemberId, now: datetime) -> None:
    with db.write() as conn:
        text = sessions.start(conn, workspace, eva, mode="embed", origin="sso", now=now)
        other = sessions.start(conn, workspace, eva, mode="full", origin="sso", now=now)
        found = sessions.find(conn, text, now)
        assert found is not None
        assert (found.workspace_id, found.subdomain, found.member_id, found.mode) == (workspace, "north", eva, "embed")
        assert sessions.find(conn, text, now + sessions.LIFETIME) is None
        assert sessions.end(conn, text, now)
        assert not sessions.end(conn, text, now)
        assert sessions.find(conn, text, now) is None
        assert sessions.find(conn, other, now) is not None
        assert sessions.end_of_member(conn, workspace, eva, now) == 1
        assert sessions.find(conn, other, now) is None


def test_who_has_left_has_no_session(db: Database, workspace: WorkspaceId, eva: MemberId, now: datetime) -> None:
    with db.write() as conn:
        text = sessions.start(conn, workspace, eva, mode="full", origin="sso", now=now)
        conn.execute(update(member).where(member.c.workspace_id == workspace).values(left_at=now))
        assert sessions.find(conn, text, now) is None
        assert get_workspace_by_id(conn, workspace).subdomain == "north"
