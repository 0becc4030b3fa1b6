"""One person from another program: created, or filled in when the program asks for that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

import polars as pl

from cockpit.errors import CockpitError, InvalidInput
from cockpit.ingestion.columns import PEOPLE_COLUMNS
from cockpit.ingestion.new_people import await_workflows
from cockpit.ingestion.people import take_people
from cockpit.ingestion.people_rows import normalise_people
from cockpit.ingestion.receive import follow
from cockpit.ingestion.restate import restate
from cockpit.ingestion.sources.jsonl_file import rows_frame
from cockpit.ingestion.sources.text import row_of
from cockpit.ingestion.take import new_rows
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.matching import insert_new_people, list_matches
from cockpit.storage.people import replace_is_system
from cockpit.storage.workspaces import replace_data_version
from scoring.intake import INSTANT


class Duplicate(CockpitError):
    """A duplicate entry was detected."""

    status = 400


def create_person(
    conn: Connection, workspace_id: WorkspaceId, record: Mapping[str, object], now: datetime, *, upsert: bool = False
) -> PersonId:
    """Store a person; `record` has the columns of a people file, `person_id` is the id a new one gets.

    Raises:
        InvalidInput: a field cannot be used.
        Duplicate: there is somebody with this id or e-mail already, and `upsert` was not asked for.
    """
    frame = _checked(record, now)
    if not upsert:
        _refuse_known(conn, workspace_id, frame)
    if frame["uuid"][0]:
        bare = frame.select(person_id="uuid", name=pl.coalesce("name", "email", "uuid"), phone=pl.lit(None, pl.String))
        if insert_new_people(conn, workspace_id, new_rows(bare, now)):
            await_workflows(conn, workspace_id, bare.select("person_id", since=pl.lit(now).cast(INSTANT)), now)
    taken = take_people(conn, workspace_id, frame, now)
    answer = taken.answers.row(0, named=True)
    if answer["status"] == "rejected":
        raise InvalidInput(f"{answer['reason']}.")
    person_id = PersonId(UUID(answer["person_id"]))
    replace_is_system(conn, workspace_id, person_id, created_at=now)
    if taken.new.is_empty():
        restate(conn, workspace_id, [person_id], now)
        replace_data_version(conn, workspace_id)
    else:
        restate(conn, workspace_id, {person_id, *taken.new["person_id"]} - set(taken.new["person_id"]), now)
        follow(conn, workspace_id, taken.new, now)
    return person_id


def _checked(record: Mapping[str, object], now: datetime) -> pl.DataFrame:
    """The record as a row of people; somebody without any key of their own gets an id here."""
    given = dict(record)
    if not any(given.get(name) for name in ("person_id", "email", "phone", "external_id")):
        given["person_id"] = str(uuid4())
    try:
        row = row_of(given, PEOPLE_COLUMNS)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{error}.") from error
    normal = normalise_people(rows_frame({1: row}, PEOPLE_COLUMNS), now)
    if normal.rejects:
        raise InvalidInput(f"{normal.rejects[0].reason}.")
    return normal.frame


def _refuse_known(conn: Connection, workspace_id: WorkspaceId, frame: pl.DataFrame) -> None:
    for column, key in (("person_id", "uuid"), ("email", "email")):
        if not list_matches(conn, workspace_id, column, frame[key]).is_empty():
            raise Duplicate(f"A duplicate entry was detected: somebody has this {'id' if key == 'uuid' else 'e-mail'}.")
