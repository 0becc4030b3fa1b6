"""Load the demo into a workspace, and take it out again: never a change to a record that is not the demo's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cockpit.errors import Conflict
from cockpit.ingestion.counters import recount
from cockpit.ingestion.demo.cast import SOURCE, Demo, draw_demo
from cockpit.ingestion.normalise import normalise
from cockpit.ingestion.people import take_people
from cockpit.ingestion.people_rows import normalise_people
from cockpit.ingestion.receive import WithDatabase
from cockpit.ingestion.restate import restate
from cockpit.ingestion.rulebook import get_rulebook
from cockpit.ingestion.start import RULES, ensure_owner, start_workspace
from cockpit.ingestion.take import take
from cockpit.model.ids import WorkspaceId, member_id_of
from cockpit.storage.database import Connection
from cockpit.storage.demo import count_demo_people, delete_demo
from cockpit.storage.matching import list_matches
from cockpit.storage.members import upsert_member
from cockpit.storage.rules import insert_missing_rules
from cockpit.storage.workspaces import find_workspace, replace_data_version

SUBDOMAIN, NAME = "demo", "Demo"
SEED = 7
COLLEAGUES = (("noor@example.com", "Noor Haddad"), ("sam@example.com", "Sam Okafor"))


@dataclass(frozen=True, slots=True)
class Seeded:
    """The workspace of the demo and how much was added: nothing when it was there already."""

    workspace_id: WorkspaceId
    people: int
    signals: int


def seed_demo(
    cockpit: WithDatabase, now: datetime, *, subdomain: str = SUBDOMAIN, seed: int = SEED, owner: str | None = None
) -> Seeded:
    """Add the demo to a workspace, which is made when it is missing; all of it or nothing.

    `owner` has all of the people; without one, who is at this machine and two colleagues share them.
    """
    # all workspaces: this one may not be there yet
    with cockpit.db.write() as conn:
        known = find_workspace(conn, subdomain)
        workspace_id = (
            known.workspace_id
            if known
            else start_workspace(conn, subdomain=subdomain, name=NAME, time_zone="UTC", now=now, is_demo=True)
        )
        if count_demo_people(conn, workspace_id):
            return Seeded(workspace_id, 0, 0)
        owners = [owner] if owner else _members(conn, workspace_id, now)
        insert_missing_rules(conn, workspace_id, RULES, now=now)
        demo = draw_demo(now, seed, owners)
        _refuse_to_touch(conn, workspace_id, demo)
        return _store(conn, workspace_id, demo, now)


def clear_demo(cockpit: WithDatabase, workspace_id: WorkspaceId) -> int:
    """Take the demo out of a workspace; answers how many people went."""
    with cockpit.db.write(workspace_id) as conn:
        people = count_demo_people(conn, workspace_id)
        delete_demo(conn, workspace_id, [member_id_of(workspace_id, email) for email, _ in COLLEAGUES])
        replace_data_version(conn, workspace_id)
        recount(conn, workspace_id, get_rulebook(conn, workspace_id).catalogue)
    return people


def _members(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> Sequence[str]:
    """The e-mails of the owner of this machine and of two colleagues."""
    owner = ensure_owner(conn, workspace_id, now)
    for email, name in COLLEAGUES:
        upsert_member(conn, workspace_id, email=email, name=name, now=now)
    return [owner, *(email for email, _ in COLLEAGUES)]


def _refuse_to_touch(conn: Connection, workspace_id: WorkspaceId, demo: Demo) -> None:
    for column in ("external_id", "email", "phone"):
        if list_matches(conn, workspace_id, column, demo.people[column]).height:
            raise Conflict(f"A real person of this workspace has the {column} of a demo person; nothing was added.")


def _store(conn: Connection, workspace_id: WorkspaceId, demo: Demo, now: datetime) -> Seeded:
    people = take_people(conn, workspace_id, normalise_people(demo.people, now).frame, now, is_demo=True)
    signals = take(conn, workspace_id, normalise(demo.signals, now, source=SOURCE).frame, now)
    restate(conn, workspace_id, people.answers["person_id"], now)
    replace_data_version(conn, workspace_id, received_at=now)
    recount(conn, workspace_id, get_rulebook(conn, workspace_id).catalogue)
    return Seeded(workspace_id, people.answers.height, signals.new.height)
