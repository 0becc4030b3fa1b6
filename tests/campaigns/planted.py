"""Many workspaces that hold the same people under the same ids, each with a canary of its own in every text.

A read that forgets its workspace anywhere brings another canary back. In each workspace one person has an id of their
own, whom every other workspace asks for in vain; one session and one key open it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid5

import polars as pl
from sqlalchemy import Table, select

from cockpit.access import credentials
from cockpit.access.api_keys import SCOPES
from cockpit.bootstrap import Cockpit
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage import workspaces
from cockpit.storage.api_keys import insert_api_key
from cockpit.storage.database import Database
from cockpit.storage.exports import Export, insert_export
from cockpit.storage.frames import bulk_insert, in_workspace, read_frame
from cockpit.storage.login_tokens import insert_login_token
from cockpit.storage.schema import company, metadata, opportunity
from cockpit.storage.sessions import insert_session
from cockpit.storage.suggestions import list_suggestions
from tests.access.walled import View
from tests.panels.population import Population, populate, settle, store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MARK = "CANARYMARK"
CANARY = re.compile(rb"(?:canary|cs_)([0-9a-f]{32})", re.IGNORECASE)  # or the cookie of a session
PEOPLE = 4
AT_ONCE = 500
DEAL, FIRM, EXPORT, API_KEY = (UUID(int=number) for number in (51, 52, 53, 54))
SECRET = "s" * 43


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody of one workspace who asks for what is another's."""

    view: View
    there: WorkspaceId

    @property
    def here(self) -> WorkspaceId:
        """Where they are."""
        return self.view.workspace_id

    @property
    def cookie(self) -> str:
        """The session of their own workspace."""
        return secret(credentials.SESSION, self.here)

    @property
    def key(self) -> str:
        """The key of their own workspace."""
        return secret(credentials.API_KEY, self.here)


@dataclass(frozen=True, slots=True)
class Planted:
    """What the workspaces share."""

    cockpit: Cockpit
    workspaces: tuple[WorkspaceId, ...]
    people: tuple[str, ...]
    members: tuple[MemberId, ...]
    cards: tuple[UUID, ...]

    @property
    def db(self) -> Database:
        """Where they are."""
        return self.cockpit.db

    def asker(self, chance: Random) -> Asker:
        """Somebody of some workspace, with a wall or without, who also asks for a person of another."""
        here, there = chance.sample(self.workspaces, 2)
        scope = Scope(chance.choice(self.members), chance.random() < 0.5) if chance.random() < 0.3 else None
        everybody = (*self.people, str(here), str(there))
        return Asker(View(self.db, here, NOW, everybody, self.cards, (DEAL,), (FIRM,), scope), there)


def secret(prefix: credentials.Prefix, workspace_id: WorkspaceId) -> str:
    """A credential of a workspace."""
    return f"{prefix}_{workspace_id.hex}_{SECRET}"


def subdomain_of(workspace_id: WorkspaceId) -> str:
    """What a workspace is called in addresses."""
    return f"w{workspace_id.hex}"


def found_in(answer: bytes) -> set[str]:
    """The workspaces whose canaries are in an answer; what an asker names, an answer may name as well."""
    return {one.decode().lower() for one in CANARY.findall(answer)}


def plant(cockpit: Cockpit, count: int) -> Planted:
    """Make one workspace, and so many like it, each with a canary of its own in every name."""
    made, population, members = pattern(cockpit)
    with cockpit.db.read(made) as conn:
        cards = list_suggestions(conn, made, population.ids)["action_id"].to_list()
        frames = {table: read_frame(conn, select(table).where(table.c.workspace_id == made)) for table in tenants()}
    names = tuple(WorkspaceId(uuid5(made, str(number))) for number in range(count))
    for start in range(0, count, AT_ONCE):
        # all workspaces: five hundred at a time
        with cockpit.db.write() as conn:
            for table, frame in frames.items():
                bulk_insert(conn, table, copied(frame, names[start : start + AT_ONCE], population.ids[-1]))
    cockpit.db.settle()
    return Planted(cockpit, names, tuple(population.ids[:-1]), members, tuple(map(UUID, cards)))


def pattern(cockpit: Cockpit) -> tuple[WorkspaceId, Population, tuple[MemberId, ...]]:
    """The workspace that the others are copied from."""
    with cockpit.db.write() as conn:
        made = workspaces.insert_workspace(conn, subdomain=MARK.lower(), name=MARK, time_zone="Europe/Paris", now=NOW)
    ids = settle(cockpit.db, made, NOW)
    population = marked(populate(made, ids, NOW, seed=5, people=PEOPLE))
    store(cockpit.db, made, population, NOW, seed=5)
    deal = {"opportunity_id": str(DEAL), "name": MARK, "person_id": population.ids[0], "stage": MARK, "created_at": NOW}
    firm = {"company_id": str(FIRM), "name": MARK, "created_at": NOW}
    today = datetime.now(UTC)
    me = MemberId(UUID(ids[0]))
    with cockpit.db.write(made) as conn:
        for table, row in ((opportunity, deal), (company, firm)):
            bulk_insert(conn, table, in_workspace(pl.DataFrame([row]), made))
        insert_export(conn, made, Export(EXPORT, me, MARK, "csv", 1, MARK, NOW))
        until = today + timedelta(days=30)
        insert_login_token(conn, made, "", member_id=me, host=MARK, page=None, now=today, expires_at=until)
        insert_session(conn, made, "", member_id=me, mode="full", origin="sso", now=today, expires_at=until)
        insert_api_key(
            conn, made, key_id=API_KEY, name=MARK, prefix="ck", digest="", scopes=SCOPES, created_by=me, now=today
        )
    return made, population, tuple(MemberId(UUID(one)) for one in ids)


def tenants() -> list[Table]:
    """The tables of a workspace, those first on which others depend."""
    return [table for table in metadata.sorted_tables if "workspace_id" in table.c]


def marked(population: Population) -> Population:
    """The same people with the mark in whatever somebody wrote of them."""
    people = population.people.with_columns(
        *(pl.format("{} {}", name, pl.lit(MARK)).alias(name) for name in ("name", "email")),
        phone_raw=pl.lit(MARK),
        country=pl.lit(MARK),
    )
    payload = pl.lit(f'{{"mark": "{MARK}"}}')
    return Population(
        people, population.signals.with_columns(payload=payload, digest=pl.lit(MARK), channel=pl.lit(MARK))
    )


def copied(frame: pl.DataFrame, names: tuple[WorkspaceId, ...], own: str) -> pl.DataFrame:
    """The rows of the pattern for each workspace; the last person has the id of the workspace."""
    ids = pl.DataFrame({"workspace_id": [str(one) for one in names], "canary": [f"CANARY{one.hex}" for one in names]})
    rows = frame.drop("workspace_id").join(ids, how="cross")
    texts = [name for name, kind in frame.schema.items() if kind == pl.String and name != "workspace_id"]
    rows = rows.with_columns(
        pl.col(name)
        .str.replace_all(MARK, pl.col("canary"), literal=True)
        .str.replace_all(MARK.lower(), pl.col("canary").str.to_lowercase(), literal=True)
        for name in texts
    )
    if "person_id" in frame.columns:
        mine = pl.col("person_id") == own
        rows = rows.with_columns(pl.when(mine).then("workspace_id").otherwise("person_id").alias("person_id"))
        if "external_id" in frame.columns and "name" in frame.columns and "email" in frame.columns:
            rows = rows.with_columns(pl.when(mine).then(None).otherwise("external_id").alias("external_id"))
    for column, value_of in OWN_VALUES.items():
        if column in frame.columns:
            known = pl.DataFrame(
                {"workspace_id": [str(one) for one in names], column: [value_of(one) for one in names]}
            )
            rows = rows.drop(column).join(known, on="workspace_id")
    return rows.select(frame.columns)


OWN_VALUES: Mapping[str, Callable[[WorkspaceId], str]] = {
    "subdomain": subdomain_of,
    "session_hash": lambda one: credentials.digest(secret(credentials.SESSION, one)),
    "key_hash": lambda one: credentials.digest(secret(credentials.API_KEY, one)),
    "token_hash": lambda one: credentials.digest(secret(credentials.LOGIN_TOKEN, one)),
    "host": lambda one: f"{subdomain_of(one)}.localhost",
}
