"""PostgreSQL shows a transaction the workspace it names and no other, even where a statement has no condition."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Connection, select, text, update
from sqlalchemy.exc import DBAPIError

from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.database import Database
from cockpit.storage.frames import bulk_insert, in_workspace
from cockpit.storage.people import list_people
from cockpit.storage.schema import metadata, person, score
from tests.storage.rows import ANA, BEN, fill, frame_of, person_row

TENANTS = [table for table in metadata.sorted_tables if "workspace_id" in table.c]
pytestmark = pytest.mark.parametrize("engine_name", ["postgresql"])  # DuckDB has no policies


@pytest.fixture
def raw(db: Database, workspace: WorkspaceId, other_workspace: WorkspaceId) -> Iterator[psycopg.Connection]:
    """A connection of the driver as the role of the program, to a database with two full workspaces."""
    with db.write() as conn:
        fill(conn, workspace, "own")
        fill(conn, other_workspace, "other")
    url = db.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        yield connection


def seen(connection: psycopg.Connection, **settings: str) -> dict[str, set[UUID]]:
    """Whose rows each table shows without any condition, in a transaction with these settings."""
    with connection.transaction():
        for name, value in settings.items():
            connection.execute("SELECT set_config(%s, %s, true)", (f"cockpit.{name}", value))
        tables = {one.name: connection.execute(f"SELECT DISTINCT workspace_id FROM {one.name}") for one in TENANTS}
        return {name: {row[0] for row in rows} for name, rows in tables.items()}


def test_the_role_of_the_tests_is_ordinary(raw: psycopg.Connection) -> None:
    found = raw.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
    assert found == (False, False)


def test_every_table_has_the_policy(raw: psycopg.Connection) -> None:
    rows = raw.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE p.polname = 'one_workspace' "
        "AND p.polwithcheck IS NOT NULL AND c.relrowsecurity AND c.relforcerowsecurity"
    )
    without = {table.name for table in TENANTS} - {name for (name,) in rows}
    assert without == set(), "call protect(table) of cockpit.storage.migrations.row_security in the migration"


def test_raw_sql_sees_the_workspace_that_was_named(
    raw: psycopg.Connection, workspace: WorkspaceId, other_workspace: WorkspaceId
) -> None:
    both = seen(raw, all_workspaces="on")
    filled = {name for name, ids in both.items() if ids == {workspace, other_workspace}}
    assert len(filled) >= 20
    for one in (workspace, other_workspace):
        shown = seen(raw, workspace=str(one))
        assert all(ids <= {one} for ids in shown.values())
        assert {name for name, ids in shown.items() if ids} == {name for name, ids in both.items() if one in ids}


@pytest.mark.parametrize("settings", [{}, {"workspace": ""}, {"workspace": str(ANA)}, {"all_workspaces": "off"}])
def test_raw_sql_sees_nothing_otherwise(raw: psycopg.Connection, settings: dict[str, str]) -> None:
    seen(raw, all_workspaces="on")  # what was set in an earlier transaction is over
    assert all(ids == set() for ids in seen(raw, **settings).values())


def test_nothing_is_written_into_another_workspace(
    db: Database, raw: psycopg.Connection, workspace: WorkspaceId, other_workspace: WorkspaceId
) -> None:
    row = frame_of(person_row(UUID(int=99), "mark"))
    many = row.vstack(frame_of(*(person_row(UUID(int=100 + number), "mark") for number in range(600))))
    for frame in (row, many):
        with pytest.raises(DBAPIError, match="row-level security"), db.write(workspace) as conn:
            bulk_insert(conn, person, in_workspace(frame, other_workspace))
        with db.write(workspace) as conn:
            assert bulk_insert(conn, person, in_workspace(frame, workspace)) == frame.height
            conn.execute(text("DELETE FROM person WHERE person_id >= '00000000-0000-0000-0000-000000000063'"))
    with db.write(workspace) as conn:
        for command in ("UPDATE score SET band = 'cold'", "DELETE FROM api_key"):
            conn.execute(text(command))
    with db.read(other_workspace) as conn:
        assert conn.execute(text("SELECT count(*) FROM api_key")).scalar_one() == 1
        assert set(conn.execute(text("SELECT band FROM score")).scalars()) == {"other band"}


def test_the_transaction_names_its_workspace(
    db: Database, raw: psycopg.Connection, workspace: WorkspaceId, other_workspace: WorkspaceId
) -> None:
    for opened in (db.read, db.write, db.snapshot):
        with opened(workspace) as conn:
            assert whose(conn) == {workspace}
        with opened() as conn:
            assert whose(conn) == {workspace, other_workspace}
        with opened(other_workspace) as conn:
            assert list_people(conn, workspace, [ANA]).is_empty()
            assert whose(conn) == {other_workspace}


def test_it_costs_no_round_trip(db: Database, workspace: WorkspaceId) -> None:
    with db.read(workspace) as conn:
        driver = conn.connection.driver_connection
        assert driver is not None
        assert driver.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS  # begun, and named, at once
    with db.snapshot(workspace) as conn:
        assert conn.execute(text("SHOW transaction_isolation")).scalar_one() == "repeatable read"


def whose(conn: Connection) -> set[UUID]:
    """The workspaces of all people one sees."""
    return set(conn.execute(select(person.c.workspace_id).distinct()).scalars())


@pytest.mark.parametrize("with_system", [True, False])
def test_behind_the_wall_raw_sql_sees_own_people_and_their_scores(
    db: Database, workspace: WorkspaceId, *, with_system: bool
) -> None:
    with db.write(workspace) as conn:
        fill(conn, workspace, "own")
        member = conn.execute(select(person.c.owner_id).where(person.c.person_id == ANA)).scalar_one()
        conn.execute(update(score).where(score.c.person_id == ANA).values(owner_id=member))
        conn.execute(update(person).where(person.c.person_id == ANA).values(is_system=True))
    for table, theirs in ((person, with_system), (score, True)):
        people = select(table.c.person_id)
        with db.read(workspace, Scope(member, with_system=with_system)) as conn:
            assert set(conn.execute(people).scalars()) == ({ANA} if theirs else set())
        with db.read(workspace, Scope(MemberId(BEN))) as conn:
            assert conn.execute(people).scalars().all() == []
        for read in (db.read, db.snapshot):
            with read(workspace) as conn:  # the same connection: the scope ended with its transaction
                assert len(conn.execute(people).scalars().all()) == 2
        with db.snapshot(workspace, Scope(MemberId(BEN))) as conn:
            assert conn.execute(people).scalars().all() == []
