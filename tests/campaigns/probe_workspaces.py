"""Plant a canary in each of many workspaces, then read everything there is and look for the canary of another one.

python -m tests.campaigns.probe_workspaces --workspaces 10000 --probes 100000 --engine duckdb|postgresql [--seconds 600]

All workspaces hold the same people under the same ids, so that a read that forgets its workspace anywhere brings them
back; and one person each under an id of their own, whom every other workspace asks for in vain.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid5

import polars as pl
from sqlalchemy import Table, select

from cockpit.bootstrap import Cockpit
from cockpit.exports.export import export
from cockpit.exports.lists import panel_table, people_table
from cockpit.exports.order import order_of
from cockpit.exports.registry import FORMATS
from cockpit.exports.table import Table as ExportTable
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Scope, Viewer
from cockpit.panels import whole
from cockpit.panels.registry import PANELS
from cockpit.storage import members, models, rules, workspaces
from cockpit.storage.database import Database
from cockpit.storage.exports import Export, insert_export
from cockpit.storage.frames import bulk_insert, in_workspace, read_frame
from cockpit.storage.people_list import stream_people
from cockpit.storage.schema import company, metadata, opportunity
from cockpit.storage.suggestions import list_suggestions
from tests.access.walled import COUNTS, ROWS, View, name_of, panel
from tests.campaigns.databases import a_cockpit
from tests.panels.population import Population, populate, settle, store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MARK = "CANARYMARK"
CANARY = re.compile("CANARY([0-9a-f]{32})")
PEOPLE = 4
AT_ONCE = 500
EACH = 3
DEAL, FIRM, EXPORT = (UUID(int=number) for number in (51, 52, 53))
Probe = Callable[[View], object]
OTHERS: dict[Any, Probe] = {
    members.list_members: lambda v: plainly(v, members.list_members),
    models.list_models: lambda v: plainly(v, models.list_models),
    models.list_signal_types: lambda v: plainly(v, models.list_signal_types),
    rules.list_rules: lambda v: plainly(v, rules.list_rules),
    workspaces.get_workspace_by_id: lambda v: plainly(v, workspaces.get_workspace_by_id),
}


@dataclass(frozen=True, slots=True)
class Planted:
    """What the workspaces share."""

    db: Database
    workspaces: tuple[WorkspaceId, ...]
    people: tuple[str, ...]
    members: tuple[MemberId, ...]
    cards: tuple[UUID, ...]

    def view(self, chance: Random) -> tuple[View, WorkspaceId]:
        """Somebody of some workspace, who also asks for a person of another."""
        here, there = chance.sample(self.workspaces, 2)
        scope = Scope(chance.choice(self.members), chance.random() < 0.5) if chance.random() < 0.3 else None
        everybody = (*self.people, str(here), str(there))
        return View(self.db, here, NOW, everybody, self.cards, (DEAL,), (FIRM,), scope), there


@dataclass(slots=True)
class Told:
    """What the probes brought back."""

    probes: int = 0
    own: int = 0  # probes that brought the canary of their own workspace: they do look
    foreign: Counter[str] = field(default_factory=Counter)


def plainly(view: View, question: Callable[..., object]) -> object:
    """A read that has no scope."""
    with view.db.read() as conn:
        return question(conn, view.workspace_id)


def exported(what: str, kind: str) -> Probe:
    """A list as the bytes of a file."""

    def probe(view: View) -> object:
        viewer = Viewer(view.workspace_id, None, Role.MEMBER, view.scope)
        order = order_of(viewer, workspace="w", what=what, instant=view.now)
        with tempfile.TemporaryDirectory() as folder, view.db.read() as conn:
            path = Path(folder) / f"file{FORMATS[kind].suffix}"
            export(listed(view, conn, what), order, kind, path)
            return str(pl.read_parquet(path).rows()) if kind == "parquet" else path.read_text(encoding="utf-8")

    return probe


def listed(view: View, conn: Any, what: str) -> ExportTable:
    """The table of an export."""
    if what == "people":
        return people_table(stream_people(conn, view.workspace_id, scope=view.scope))
    return panel_table(what, whole.stream(view.db, view.workspace_id, what, now=view.now, scope=view.scope))


def probes() -> Mapping[str, Probe]:
    """Every read, count, panel and export."""
    reads = {name_of(read): lambda v, rows=rows: list(rows(v)) for read, rows in ROWS.items()}
    counts = {f"{name_of(read)} (count)": count.told for read, count in COUNTS.items()}
    others = {name_of(read): probe for read, probe in OTHERS.items()}
    shown = {f"panel {slug}": lambda v, slug=slug: panel(v, slug) for slug in PANELS}
    past = {f"panel {slug} as of": lambda v, slug=slug: panel(v, slug, v.now) for slug in PANELS}
    files = {f"{what}.{kind}": exported(what, kind) for what in ("people", *PANELS) for kind in ("csv", "parquet")}
    return {**reads, **counts, **others, **shown, **past, **files}  # type: ignore[dict-item]


def plant(cockpit: Cockpit, count: int) -> Planted:
    """Make one workspace, and so many like it, each with a canary of its own in every name."""
    pattern = WorkspaceId(uuid5(UUID(int=0), "pattern"))
    with cockpit.db.write() as conn:
        made = workspaces.insert_workspace(conn, subdomain=MARK.lower(), name=MARK, time_zone="Europe/Paris", now=NOW)
    ids = settle(cockpit.db, made, NOW)
    population = marked(populate(made, ids, NOW, seed=5, people=PEOPLE))
    store(cockpit.db, made, population, NOW, seed=5)
    deal = {"opportunity_id": str(DEAL), "name": MARK, "person_id": population.ids[0], "stage": MARK, "created_at": NOW}
    firm = {"company_id": str(FIRM), "name": MARK, "created_at": NOW}
    with cockpit.db.write() as conn:
        for table, row in ((opportunity, deal), (company, firm)):
            bulk_insert(conn, table, in_workspace(pl.DataFrame([row]), made))
        insert_export(conn, made, Export(EXPORT, MemberId(UUID(ids[0])), MARK, "csv", 1, MARK, NOW))
    with cockpit.db.read() as conn:
        cards = list_suggestions(conn, made, population.ids)["action_id"].to_list()
        frames = {table: read_frame(conn, select(table).where(table.c.workspace_id == made)) for table in tenants()}
    names = tuple(WorkspaceId(uuid5(pattern, str(number))) for number in range(count))
    for start in range(0, count, AT_ONCE):
        with cockpit.db.write() as conn:
            for table, frame in frames.items():
                bulk_insert(conn, table, copied(frame, names[start : start + AT_ONCE], population.ids[-1]))
    cockpit.db.settle()
    return Planted(
        cockpit.db,
        names,
        tuple(population.ids[:-1]),
        tuple(MemberId(UUID(one)) for one in ids),
        tuple(map(UUID, cards)),
    )


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
    return rows.select(frame.columns)


def probe_all(planted: Planted, count: int, seed: int, seconds: float) -> Told:
    """So many probes, each by somebody of another workspace, until the time is over.

    Every kind has its turn three times; from then on those that take long come more rarely.
    """
    chance, told, tried = Random(seed), Told(), probes()
    took = dict.fromkeys(tried, 0.0)
    names, ends = list(tried), time.monotonic() + seconds
    while told.probes < count and time.monotonic() < ends:
        turn = told.probes < EACH * len(names)
        rates = [1.0] if turn else [EACH / max(took[name], 0.001) for name in names]
        name = names[told.probes % len(names)] if turn else chance.choices(names, rates)[0]
        began = time.monotonic()
        probe(planted, name, tried[name], chance, told)
        took[name] += time.monotonic() - began if turn else 0.0
    return told


def probe(planted: Planted, name: str, read: Probe, chance: Random, told: Told) -> None:
    """One question, and whether its answer holds anything of another workspace."""
    view, there = planted.view(chance)
    text = str(read(view))
    found = set(CANARY.findall(text.replace("canary", "CANARY")))
    told.probes += 1
    told.own += view.workspace_id.hex in found
    if found - {view.workspace_id.hex} or str(there) in text:
        told.foreign[name] += 1


def main() -> None:
    """Plant, probe, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspaces", type=int, default=10_000)
    parser.add_argument("--probes", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=3_600)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--engine", choices=("duckdb", "postgresql"), default="duckdb")
    asked = parser.parse_args()
    with a_cockpit(asked.engine) as cockpit:
        began = time.monotonic()
        planted = plant(cockpit, asked.workspaces)
        print(f"{asked.workspaces:,} workspaces planted in {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
        told = probe_all(planted, asked.probes, asked.seed, asked.seconds)
    seen = f"{told.own:,} saw their own canary, {sum(told.foreign.values())} another's"
    print(f"{asked.engine}: {told.probes:,} probes of {len(probes())} kinds: {seen} {dict(told.foreign)}")  # noqa: T201
    raise SystemExit(1 if told.foreign else 0)


if __name__ == "__main__":
    main()
