"""What guards look at, read under the locks of the transaction that reserves or claims.

get_person_locked(conn, workspace_id, person_id) -> PersonRow        raises NotFound; nobody changes them meanwhile
get_person_row(conn, workspace_id, person_id, *, scope=None) -> PersonRow        raises NotFound; as they are now
find_conversation(conn, workspace_id, person_id) -> ConversationRow
insert_consent(conn, workspace_id, consent_id, person_id, consent)
list_stops(conn, workspace_id, about) -> Mapping[str, Stop]
upsert_stop(conn, workspace_id, stop)
delete_stop(conn, workspace_id, about) -> bool
find_rule(conn, workspace_id, rule_key) -> RuleRow | None
replace_rule_pause(conn, workspace_id, rule_key, *, paused_at, why) -> bool
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from cockpit.errors import NotFound
from cockpit.model.ids import MemberId, PersonId, WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.automation_tables import automation_stop, consent
from cockpit.storage.engines import engine_of
from cockpit.storage.schema import conversation, person, rule
from cockpit.storage.wall import visible_to

NO_PERSON: Final = "There is no such person in this workspace."


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Who an outreach would reach."""

    person_id: PersonId
    name: str
    email: str | None
    phone: str | None
    owner_id: MemberId | None
    do_not_contact: bool
    time_zone: str | None
    country: str | None
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """What their signals say of the conversation."""

    last_inbound_at: datetime | None = None
    opted_out_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """That somebody agreed."""

    channel: str
    basis: str
    granted_at: datetime
    expires_at: datetime | None = None
    withdrawn_at: datetime | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing new leaves for this: `workspace`, `person:` or `rule:` with a name."""

    about: str
    why: str
    stopped_by: UUID | None
    stopped_at: datetime


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule, as guards see it."""

    rule_key: str
    status: str
    enabled: bool
    auto_execute: bool
    cooldown_s: int | None
    daily_max: int | None
    active_hours: Mapping[str, Any] | None
    enabled_at: datetime | None
    paused_at: datetime | None
    paused_why: str | None
    rehearsed_rate: float | None


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A workflow, as guards see it."""

    workflow_key: str
    status: str
    active_since: datetime | None


def get_person_locked(conn: Connection, workspace_id: WorkspaceId, person_id: UUID) -> PersonRow:
    """The person, as they are until this transaction ends.

    Raises:
        NotFound: There is none with this id.
    """
    return _found(conn, engine_of(conn).locked(_person(workspace_id, person_id)))


def get_person_row(
    conn: Connection, workspace_id: WorkspaceId, person_id: UUID, *, scope: Scope | None = None
) -> PersonRow:
    """The person as they are now.

    Raises:
        NotFound: There is none with this id, or none on this side of the wall.
    """
    return _found(conn, _person(workspace_id, person_id).where(*visible_to(scope, person)))


def _person(workspace_id: WorkspaceId, person_id: UUID) -> Select[Any]:
    columns = [person.c[name] for name in PersonRow.__dataclass_fields__]
    return select(*columns).where(person.c.workspace_id == workspace_id, person.c.person_id == person_id)


def _found(conn: Connection, query: Select[Any]) -> PersonRow:
    row = conn.execute(query).one_or_none()
    if row is None:
        raise NotFound(NO_PERSON)
    return PersonRow(*row)


def find_conversation(conn: Connection, workspace_id: WorkspaceId, person_id: UUID) -> ConversationRow:
    """Where the conversation stands; nothing is known of somebody without signals."""
    columns = [conversation.c[name] for name in ConversationRow.__dataclass_fields__]
    mine = (conversation.c.workspace_id == workspace_id, conversation.c.person_id == person_id)
    row = conn.execute(select(*columns).where(*mine)).one_or_none()
    return ConversationRow() if row is None else ConversationRow(*row)


def insert_consent(
    conn: Connection, workspace_id: WorkspaceId, consent_id: UUID, person_id: UUID, given: ConsentRow
) -> None:
    """Note that somebody agreed."""
    keys = {"workspace_id": workspace_id, "consent_id": consent_id, "person_id": person_id}
    conn.execute(insert(consent).values(**keys, **asdict(given)))


def list_stops(conn: Connection, workspace_id: WorkspaceId, about: Collection[str] | None = None) -> Mapping[str, Stop]:
    """What is stopped; of all there is, or of these."""
    columns = [automation_stop.c[name] for name in Stop.__dataclass_fields__]
    query = select(*columns).where(automation_stop.c.workspace_id == workspace_id)
    if about is not None:
        query = query.where(automation_stop.c.about.in_(about))
    return {row.about: Stop(*row) for row in conn.execute(query.order_by(automation_stop.c.about))}


def upsert_stop(conn: Connection, workspace_id: WorkspaceId, stop: Stop) -> None:
    """Stop something; what is stopped already stays as it was."""
    new = upsert(automation_stop).values(workspace_id=workspace_id, **asdict(stop))
    conn.execute(new.on_conflict_do_nothing(index_elements=["workspace_id", "about"]))


def delete_stop(conn: Connection, workspace_id: WorkspaceId, about: str) -> bool:
    """Let something go on; answers whether it was stopped."""
    mine = (automation_stop.c.workspace_id == workspace_id, automation_stop.c.about == about)
    return bool(conn.execute(delete(automation_stop).where(*mine)).rowcount)


def find_rule(conn: Connection, workspace_id: WorkspaceId, rule_key: str) -> RuleRow | None:
    """A rule, or None."""
    columns = [rule.c[name] for name in RuleRow.__dataclass_fields__]
    query = select(*columns).where(rule.c.workspace_id == workspace_id, rule.c.rule_key == rule_key)
    row = conn.execute(query).one_or_none()
    return None if row is None else RuleRow(*row)


def replace_rule_pause(
    conn: Connection, workspace_id: WorkspaceId, rule_key: str, *, paused_at: datetime | None, why: str | None
) -> bool:
    """Pause a rule, or let it go on; answers whether there is such a rule and anything changed."""
    mine = update(rule).where(rule.c.workspace_id == workspace_id, rule.c.rule_key == rule_key)
    other = rule.c.paused_at.is_(None) if paused_at else rule.c.paused_at.is_not(None)
    return bool(conn.execute(mine.where(other).values(paused_at=paused_at, paused_why=why)).rowcount)
