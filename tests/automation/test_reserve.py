"""Reserving: guards, outbox row, window and log in one transaction."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from uuid import uuid4

import pytest

from cockpit.automation.execute import execute
from cockpit.automation.reserve import preview, reserve
from cockpit.errors import Forbidden, NotFound
from cockpit.model.ids import MemberId, PersonId, WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Scope, Viewer
from cockpit.storage.action_mappings import delete_action_mappings
from cockpit.storage.attempts import BLOCKED, RESERVED, About, list_attempts
from cockpit.storage.database import Database
from cockpit.storage.guard_chain import get_head, list_entries
from cockpit.storage.guard_facts import find_rule, get_person_locked
from tests.automation.ground import CALL, RULE, SMS, click, fired, prepare, refuse, start_rule


def test_a_click_waits_for_the_end_of_the_undo_window(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    found = reserve(db, workspace, click(ana), now)
    assert (found.attempt.state, found.attempt.execute_after) == (RESERVED, now + timedelta(seconds=10))
    assert (found.attempt.hub_type, found.attempt.channel, found.attempt.instruction) == (
        "conversational",
        "phone",
        "Call back.",
    )
    assert found.runs
    with db.read() as conn:
        assert list_attempts(conn, workspace, About(person_id=ana)) == (found.attempt,)
        [entry] = list_entries(conn, workspace)
    assert '"event":"reserved"' in entry.body
    assert all(f'"guard":"{one.guard}"' in entry.body for one in found.verdicts)


def test_the_first_two_of_a_workspace_do_not_wait_for_each_other(
    db: Database, workspace: WorkspaceId, now: datetime
) -> None:
    """One begins the chain and then wants the person, the other one finds no chain: neither holds what both need."""
    [ana] = prepare(db, workspace, now)
    begun, never = Event(), Event()

    def first() -> None:
        with db.write(workspace) as conn:
            get_head(conn, workspace)
            begun.set()
            never.wait(0.3)  # the other one waits for the chain by then
            get_person_locked(conn, workspace, ana)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(first)
        begun.wait(5)
        assert reserve(db, workspace, click(ana), now).runs
        done.result()


def test_whoever_refused_contact_is_not_contacted(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    with db.write() as conn:
        refuse(conn, workspace, ana)
    found = reserve(db, workspace, click(ana), now)
    assert found.attempt.state == BLOCKED
    assert not found.runs
    assert found.reason
    with db.read() as conn:
        [entry] = list_entries(conn, workspace)
    assert '"event":"blocked"' in entry.body


def test_a_missing_mapping_is_named(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    with db.write() as conn:
        delete_action_mappings(conn, workspace, [CALL], source="sync")
    found = reserve(db, workspace, click(ana), now)
    assert found.attempt.state == BLOCKED
    assert CALL in str(found.reason)


def test_an_instruction_in_the_language_of_the_person(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    found = reserve(db, workspace, click(ana, action_type=SMS, request={"language": "ar"}), now)
    assert found.attempt.instruction == "مرحبا"


def test_the_second_of_two_clicks_is_blocked(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    first = reserve(db, workspace, click(ana), now)
    second = reserve(db, workspace, click(ana), now + timedelta(seconds=1))
    assert (first.attempt.state, second.attempt.state) == (RESERVED, BLOCKED)


def test_the_same_key_is_the_same_attempt(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    first = reserve(db, workspace, click(ana, key="once"), now)
    assert reserve(db, workspace, click(ana, key="once"), now + timedelta(hours=9)).attempt == first.attempt


def test_what_time_alone_opens_can_be_waited_for(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    reserve(db, workspace, click(ana), now)
    held = reserve(db, workspace, click(ana, hold=True, action_type=SMS), now + timedelta(seconds=1))
    assert held.runs
    assert held.attempt.held_until == held.attempt.execute_after
    assert held.attempt.execute_after is not None
    assert held.attempt.execute_after > now + timedelta(minutes=30)
    assert held.reason


def test_a_rule_that_is_off_does_nothing(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana, ben] = prepare(db, workspace, now, people=2)
    assert reserve(db, workspace, fired(ana, now), now).runs
    with db.write() as conn:
        start_rule(conn, workspace, now, auto_execute=False)
    assert not reserve(db, workspace, fired(ben, now), now).runs


def test_a_rule_that_reaches_too_many_pauses_itself(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    people = prepare(db, workspace, now, people=12)
    with db.write() as conn:
        start_rule(conn, workspace, now - timedelta(days=1), rehearsed_rate=2.0)
    found = [reserve(db, workspace, fired(one, now), now).runs for one in people]
    assert found == [True] * 6 + [False] * 6
    with db.read() as conn:
        rule = find_rule(conn, workspace, RULE)
    assert rule is not None
    assert rule.paused_at == now
    assert rule.paused_why


def test_a_preview_leaves_nothing(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana, ben] = prepare(db, workspace, now, people=2)
    with db.write() as conn:
        refuse(conn, workspace, ben)
    found = preview(db, workspace, [click(ana), click(ben), click(ana)], now)
    assert [one.runs for one in found] == [True, False, False]
    with db.read() as conn:
        assert list_attempts(conn, workspace) == ()
        assert list_entries(conn, workspace) == ()


def test_nothing_is_reserved_when_what_goes_with_it_fails(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)

    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reserve(db, workspace, click(ana), now, fails)
    with db.read() as conn:
        assert list_attempts(conn, workspace) == ()


def test_who_may_click(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    [ana] = prepare(db, workspace, now)
    member = MemberId(uuid4())
    viewer = Viewer(workspace, member, Role.MEMBER)
    with pytest.raises(Forbidden):
        execute(db, replace(viewer, role=Role.READ_ONLY), click(ana), now)
    with pytest.raises(NotFound):
        execute(db, replace(viewer, scope=Scope(member)), click(ana), now)
    with pytest.raises(NotFound):
        execute(db, viewer, click(PersonId(uuid4())), now)
    assert execute(db, viewer, click(ana), now).attempt.requested_by == member
