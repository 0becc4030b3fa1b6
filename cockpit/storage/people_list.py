"""The people list as a stream: every person of a workspace with company, owner and the stored scores."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from sqlalchemy import ColumnElement, Connection, Table, and_, collate, func, select

from cockpit.model.ids import WorkspaceId
from cockpit.storage.frames import stream_frames
from cockpit.storage.schema import company, conversation, member, person, score


def stream_people(conn: Connection, workspace_id: WorkspaceId, *, batch_rows: int = 20_000) -> Iterator[pl.DataFrame]:
    """Everybody in the workspace by name in code points, a batch at a time; scores as computed at `scored_at`."""
    joined = (
        person.outerjoin(company, with_person(company, "company_id"))
        .outerjoin(member, with_person(member, "member_id", "owner_id"))
        .outerjoin(score, with_person(score, "person_id"))
        .outerjoin(conversation, with_person(conversation, "person_id"))
    )
    statement = (
        select(
            person.c.person_id,
            person.c.external_id,
            person.c.name,
            person.c.email,
            func.coalesce(person.c.phone, person.c.phone_raw).label("phone"),
            company.c.name.label("company"),
            member.c.name.label("owner"),
            person.c.lifecycle,
            person.c.do_not_contact,
            person.c.time_zone,
            person.c.country,
            person.c.value,
            score.c.priority,
            score.c.band,
            score.c.engagement,
            score.c.intent,
            score.c.fit,
            score.c.computed_at.label("scored_at"),
            conversation.c.signals,
            conversation.c.last_at.label("last_signal_at"),
            conversation.c.turn,
            person.c.created_at,
        )
        .select_from(joined)
        .where(person.c.workspace_id == workspace_id)
        .order_by(collate(person.c.name, "C"), person.c.person_id)
    )
    return stream_frames(conn, statement, batch_rows)


def count_people(conn: Connection, workspace_id: WorkspaceId) -> int:
    """How many people the list has."""
    return conn.execute(select(func.count()).where(person.c.workspace_id == workspace_id)).scalar_one()


def with_person(table: Table, key: str, own_key: str | None = None) -> ColumnElement[bool]:
    """The rows of a table that belong to the person's row."""
    return and_(table.c.workspace_id == person.c.workspace_id, table.c[key] == person.c[own_key or key])
