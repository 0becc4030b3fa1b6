"""A workspace in which things can be sent: a Hub, mappings, people one may write to, a rule that may act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import insert, update

from cockpit.automation.wish import Wish
from cockpit.hub.wiring import Wiring, connect
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.action_mappings import ActionMapping, upsert_action_mappings
from cockpit.storage.automation_tables import hub_connection
from cockpit.storage.database import Connection, Database
from cockpit.storage.guard_facts import ConsentRow, insert_consent
from cockpit.storage.rules import Rule, insert_missing_rules
from cockpit.storage.schema import person, rule, workspace
from cockpit.storage.workspaces import get_workspace_by_id

RULE = "av_cockpit_missed_call"
CALL, SMS = "CALL_LEAD", "SAY_HELLO"
MAPPINGS = (
    ActionMapping(CALL, "conversational", "phone", "Call back."),
    ActionMapping(SMS, "conversational", "sms", "Say hello.", {"ar": "مرحبا"}),
    ActionMapping("SEND_FOLLOW_UP", "informational", "email", "Follow up."),
)


def prepare(
    db: Database, workspace_id: WorkspaceId, now: datetime, *, people: int = 1, hub: str | None = None, **wiring: Any
) -> list[PersonId]:
    """People in Paris who agreed to everything; a Hub that is named, or one that is never called."""
    ids = [PersonId(uuid5(workspace_id, f"somebody {number}")) for number in range(people)]
    with db.write(workspace_id) as conn:
        conn.execute(insert(person), [person_row(workspace_id, one, place, now) for place, one in enumerate(ids)])
        for one in ids:
            agreed = ConsentRow("*", "express", now - timedelta(days=30))
            insert_consent(conn, workspace_id, uuid5(one, "consent"), one, agreed)
        upsert_action_mappings(conn, workspace_id, MAPPINGS, now=now)
        insert_missing_rules(conn, workspace_id, [Rule(RULE, "Call back", "MISSED_CALL", CALL)], now=now)
        start_rule(conn, workspace_id, now - timedelta(days=1))
        given = {"inside": True, "options": {"seconds": 2.0}, **wiring}
        connect(
            conn,
            workspace_id,
            Settings(),
            Wiring(base_url=hub or "http://127.0.0.1:9", api_key="key", domain_name="acme", **given),
            now,
        )
    return ids


def person_row(workspace_id: WorkspaceId, person_id: UUID, number: int, now: datetime) -> dict[str, Any]:
    """Somebody with a telephone in Paris."""
    return {
        "workspace_id": workspace_id,
        "person_id": person_id,
        "name": f"Somebody {number}",
        "phone": f"+336{number:08d}",
        "email": f"somebody{number}@example.com",
        "lifecycle": "lead",
        "do_not_contact": False,
        "time_zone": "Europe/Paris",
        "country": "FR",
        "attributes": {},
        "is_demo": False,
        "created_at": now,
        "updated_at": now,
    }


def start_rule(conn: Connection, workspace_id: WorkspaceId, since: datetime, **changes: Any) -> None:
    """Let the rule act by itself since an instant."""
    mine = update(rule).where(rule.c.workspace_id == workspace_id, rule.c.rule_key == RULE)
    conn.execute(
        mine.values(
            **{
                "status": "ACTIVE",
                "enabled": True,
                "auto_execute": True,
                "enabled_at": since,
                "rehearsed_rate": 1000.0,
                **changes,
            }
        )
    )


def set_guards(conn: Connection, workspace_id: WorkspaceId, guards: Mapping[str, Any]) -> None:
    """Other guard settings for the workspace."""
    settings = {**get_workspace_by_id(conn, workspace_id).settings, "guards": dict(guards)}
    conn.execute(update(workspace).where(workspace.c.workspace_id == workspace_id).values(settings=settings))


def refuse(conn: Connection, workspace_id: WorkspaceId, person_id: UUID, *, refused: bool = True) -> None:
    """Set do-not-contact."""
    mine = update(person).where(person.c.workspace_id == workspace_id, person.c.person_id == person_id)
    conn.execute(mine.values(do_not_contact=refused))


def set_mode(conn: Connection, workspace_id: WorkspaceId, mode: str) -> None:
    """What the Hub is said to be able to do."""
    mine = update(hub_connection).where(hub_connection.c.workspace_id == workspace_id)
    conn.execute(mine.values(idempotency=mode))


def click(person_id: PersonId, **more: Any) -> Wish:
    """A call that somebody asks for."""
    return Wish(**{"person_id": person_id, "action_type": CALL, **more})


def fired(person_id: PersonId, evidence_at: datetime, **more: Any) -> Wish:
    """A call that the rule asks for."""
    given = {"action_type": CALL, "origin": "rule", "rule_key": RULE, "evidence_at": evidence_at}
    return Wish(**{"person_id": person_id, **given, **more})
