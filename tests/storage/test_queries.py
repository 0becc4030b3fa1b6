"""Every query function runs on both engines, names its workspace, and answers with rows of its own workspace only.

The other workspace holds the same ids, external ids and event ids, and the word CANARY in every value: a query that
forgets its workspace anywhere brings the word back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from inspect import getmembers, isfunction
from pkgutil import iter_modules
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Connection, delete, event, insert, literal, select, update
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table

from cockpit import storage
from cockpit.errors import NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.storage import (
    evidence,
    people,
    signals,
    suggestions,
    workspaces,
)
from cockpit.storage.database import Database
from cockpit.storage.engines import engine_named
from cockpit.storage.schema import metadata, person, score
from tests.storage.calls import ABOVE_WORKSPACES, CALLS
from tests.storage.predicates import tables_without_workspace
from tests.storage.rows import (
    ACTION,
    ANA,
    BEN,
    fill,
)

# Modules that ask nothing of a workspace: the machinery, and what looks at the whole database.
MACHINERY = {
    "at_once",
    "together",
    "database",
    "engines",
    "few_on_postgres",
    "frame_types",
    "frames",
    "statements",
    "health",
    "keyset",
    "migrations",
    "on_duckdb",
    "on_postgres",
    "schema",
    "stage_names",
    "upgrade",
    "wall",
}
OWN = ("own", str(ANA), str(BEN), "North", "1", "2")
READS = ("get_", "find_", "list_", "stream_", "count_")


def public_functions() -> Iterator[Any]:
    """The functions other layers call."""
    for place in iter_modules(storage.__path__):
        if place.name in MACHINERY:
            continue
        module = import_module(f"cockpit.storage.{place.name}")
        for name, function in getmembers(module, isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and next(iter(function.__annotations__), "") == "conn":
                yield function


@pytest.fixture
def two_workspaces(db: Database, workspace: WorkspaceId, other_workspace: WorkspaceId) -> WorkspaceId:
    """Both filled with the same keys; the other's values say CANARY."""
    with db.write() as conn:
        fill(conn, workspace, "own")
        fill(conn, other_workspace, "CANARY")
    return workspace


def test_every_function_is_tried() -> None:
    there, tried = (set(map(name_of, functions)) for functions in (public_functions(), {*CALLS, *ABOVE_WORKSPACES}))
    assert there - tried == set(), "new functions: add a call to CALLS"
    assert tried - there == set(), "functions that are gone: take their calls away"


def test_functions_stay_in_their_workspace(
    db: Database, two_workspaces: WorkspaceId, other_workspace: WorkspaceId
) -> None:
    with db.read() as conn:
        before = rows_of(conn, other_workspace)
    faults = {}
    for function, call in CALLS.items():
        with rolled_back(db) as conn:
            answer = text_of(call(conn, two_workspaces))
            if "CANARY" in answer:
                faults[name_of(function)] = answer
            if function.__name__.startswith(READS) and not any(sign in answer for sign in OWN):
                faults[name_of(function)] = f"found nothing: {answer}"
            if not function.__name__.startswith(READS) and rows_of(conn, other_workspace) != before:
                faults[name_of(function)] = "changed the other workspace"
    assert faults == {}


def test_every_statement_names_the_workspace(
    db: Database, two_workspaces: WorkspaceId, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    engine = engine_named(db.engine_name)
    for name in ("read_frame", "read_fixed", "stream_frames"):
        monkeypatch.setattr(engine, name, noting(getattr(engine, name), seen))
    monkeypatch.setattr(engine, "at_once", noting_asks(engine.at_once, seen))
    monkeypatch.setattr(engine, "rows_together", noting_asked(engine.rows_together, seen))
    faults = {}
    for function, call in CALLS.items():
        seen.clear()
        with rolled_back(db) as conn:
            event.listen(conn, "before_execute", lambda _conn, statement, *_: seen.append(statement))
            call(conn, two_workspaces)
        assert seen or function is signals.append_new, function  # COPY has no statement
        forgotten = set().union(*map(tables_without_workspace, seen))
        if forgotten:
            faults[name_of(function)] = forgotten
    assert faults == {}


def test_a_statement_without_its_workspace_is_noticed() -> None:
    assert tables_without_workspace(select(person)) == {"person"}
    assert tables_without_workspace(select(person).where(person.c.workspace_id == ANA)) == set()
    joined = select(person).join(score, score.c.person_id == person.c.person_id).where(person.c.workspace_id == ANA)
    assert tables_without_workspace(joined) == {"score"}
    assert tables_without_workspace(delete(score).where(score.c.person_id == ANA)) == {"score"}
    assert tables_without_workspace(update(score).values(band="hot")) == {"score"}
    assert tables_without_workspace(insert(score).from_select(["person_id"], select(literal("a")))) == {"score"}


def test_what_is_not_there_is_said(db: Database, workspace: WorkspaceId) -> None:
    with db.read() as conn:
        for search, sentence in (
            (lambda: workspaces.get_workspace(conn, "west"), "There is no workspace called west."),
            (lambda: people.get_person(conn, workspace, "crm-7"), "There is no person crm-7 in this workspace."),
            (lambda: suggestions.get_suggestion(conn, workspace, ACTION), "There is no such suggested action."),
        ):
            with pytest.raises(NotFound, match=sentence):
                search()


@contextmanager
def rolled_back(db: Database) -> Iterator[Connection]:
    """A transaction that leaves no trace."""
    with db.pool.connect() as conn, conn.begin() as transaction:
        engine_named(db.engine_name).confine(conn, None)  # it is the statements that are tried
        yield conn
        transaction.rollback()


def noting(function: Any, seen: list[Any]) -> Any:
    """The function, noting the statement it is called with."""

    def noted(conn: Connection, statement: Any, *rest: Any) -> Any:
        seen.append(statement)
        return function(conn, statement, *rest)

    return noted


def noting_asked(function: Any, seen: list[Any]) -> Any:
    """The function, noting the statements with single values."""

    def noted(conn: Connection, asked: Any) -> Any:
        seen.extend(one.statement for one in asked)
        return function(conn, asked)

    return noted


def noting_asks(function: Any, seen: list[Any]) -> Any:
    """The function, noting the statements that are asked over frames, however they are sent."""

    def noted(conn: Connection, workspace_id: WorkspaceId, asks: Any) -> Any:
        for ask in asks:
            seen.append(ask.build(sql_table("given", *(sql_column(name) for name in ask.frame.columns))))
        return function(conn, workspace_id, asks)

    return noted


def name_of(function: Any) -> str:
    """The module and name of a function."""
    return f"{function.__module__.split('.')[-1]}.{function.__name__}"


def rows_of(conn: Connection, workspace_id: WorkspaceId) -> dict[str, list[str]]:
    """Every row of a workspace."""
    tables = [table for table in metadata.tables.values() if "workspace_id" in table.c]
    return {
        table.name: sorted(map(str, conn.execute(select(table).where(table.c.workspace_id == workspace_id))))
        for table in tables
    }


def text_of(answer: Any) -> str:
    """All values of an answer as text."""
    if isinstance(answer, pl.DataFrame):
        return str(sorted(answer.rows(), key=str))
    if isinstance(answer, pl.Series):
        return str(answer.to_list())
    if isinstance(answer, list):
        return "\n".join(map(text_of, answer))
    if isinstance(answer, evidence.Evidence):
        return text_of(answer.people) + text_of(answer.accumulators)
    return str(answer)
