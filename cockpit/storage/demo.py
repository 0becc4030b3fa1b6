"""The records of the demo, which are marked as such and can be taken away without touching any other.

count_demo_people(conn, workspace_id) -> int
delete_demo(conn, workspace_id, member_ids)        people with all that hangs on them, then what they leave behind
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, delete, func, select

from cockpit.model.ids import WorkspaceId
from cockpit.storage.schema import company, member, member_day, metadata, person, unmatched_signal

SOURCE = "demo"


def count_demo_people(conn: Connection, workspace_id: WorkspaceId) -> int:
    """How many people of the workspace belong to the demo."""
    query = select(func.count()).select_from(person)
    return int(conn.execute(query.where(person.c.workspace_id == workspace_id, person.c.is_demo)).scalar_one())


def delete_demo(conn: Connection, workspace_id: WorkspaceId, member_ids: Iterable[UUID]) -> None:
    """Delete the people of the demo with everything about them, then the companies and members nobody else has."""
    theirs = select(person.c.person_id).where(person.c.workspace_id == workspace_id, person.c.is_demo)
    companies = conn.execute(
        select(person.c.company_id).distinct().where(person.c.workspace_id == workspace_id, person.c.is_demo)
    ).scalars()
    employers = [identity for identity in companies if identity is not None]
    for table in reversed(metadata.sorted_tables):
        if "person_id" in table.c and table is not person:
            conn.execute(delete(table).where(table.c.workspace_id == workspace_id, table.c.person_id.in_(theirs)))
    conn.execute(
        delete(unmatched_signal).where(
            unmatched_signal.c.workspace_id == workspace_id, unmatched_signal.c.source == SOURCE
        )
    )
    conn.execute(delete(person).where(person.c.workspace_id == workspace_id, person.c.is_demo))
    _delete_unused(conn, workspace_id, employers, list(member_ids))


def _delete_unused(conn: Connection, workspace_id: WorkspaceId, companies: list[UUID], member_ids: list[UUID]) -> None:
    employed = select(person.c.company_id).where(
        person.c.workspace_id == workspace_id, person.c.company_id.is_not(None)
    )
    owning = select(person.c.owner_id).where(person.c.workspace_id == workspace_id, person.c.owner_id.is_not(None))
    conn.execute(
        delete(company).where(
            company.c.workspace_id == workspace_id,
            company.c.company_id.in_(companies),
            company.c.company_id.not_in(employed),
        )
    )
    for table in (member_day, member):
        conn.execute(
            delete(table).where(
                table.c.workspace_id == workspace_id,
                table.c.member_id.in_(member_ids),
                table.c.member_id.not_in(owning),
            )
        )
