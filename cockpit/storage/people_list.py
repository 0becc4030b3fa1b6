"""The people list as a stream: every person of a workspace with company, owner and the stored scores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, and_, func, select

from cockpit.model.ids import WorkspaceId
from cockpit.storage.frames import stream_frames
from cockpit.storage.schema import company, conversation, member, person, score


def stream_people(conn: Connection, workspace_id: WorkspaceId, *, batch_rows: int = 20_000) -> Iterator[pl.DataFrame]:
    """Everybody in the workspace by name, a batch at a time; scores as they were computed at `scored_at`."""
    joined = (
        person.outerjoin(company, and_(*same_workspace(company), company.c.company_id == person.c.company_id))
        .outerjoin(member, and_(*same_workspace(member), member.c.member_id == person.c.owner_id))
        .outerjoin(score, and_(*same_workspace(score), score.c.person_id == person.c.person_id))
        .outerjoin(conversation, and_(*same_workspace(conversation), conversation.c.person_id == person.c.person_id))
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
        .order_by(person.c.name, person.c.person_id)
    )
    return stream_frames(conn, statement, batch_rows)
