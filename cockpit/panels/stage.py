"""The people panels are made of: evidence, facts, scores and best card at one instant, live or as of a past one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import polars as pl

from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.panels.panel import Panel
from cockpit.panels.setting import Setting, get_setting
from cockpit.storage.database import Connection
from cockpit.storage.evidence import list_accumulators, named
from cockpit.storage.panel_index import Reach, list_candidates
from cockpit.storage.panel_people import CARD as STORED_CARD
from cockpit.storage.panel_people import list_decisions, list_history, list_panel_facts, list_panel_people
from cockpit.storage.suggestions import list_suggestions
from scoring.accumulate import HEAT, LONG, SHORT
from scoring.cards import suppressions
from scoring.evidence import Evidence, replay
from scoring.inputs import laid_out
from scoring.score import score, score_of
from scoring.standing import MARGIN
from scoring.suggest import for_actions, people_frame, suggest, top

OVERALL = (HEAT, SHORT, LONG)  # sums over all types
CROSSING = ("crosses_at", "crosses_to")
CARD = (*STORED_CARD, "action_key")


@dataclass(frozen=True, slots=True)
class Stage:
    """People at an instant: one row each, with everything that panels filter, sort and show."""

    now: datetime
    limit: int
    owner_id: MemberId | None
    setting: Setting
    people: pl.DataFrame  # in_order
    history: pl.DataFrame | None = None  # the signals before the instant, when the stage was replayed
    scope: Scope | None = None  # whose people are on it; None: everybody's


def at_instant(
    setting: Setting, evidence: Evidence, facts: pl.DataFrame, cards: pl.DataFrame, now: datetime
) -> pl.DataFrame:
    """Score people and find their best cards; `cards` holds what members decided."""
    people = scored(setting, evidence, facts, now)
    return with_cards(people, top(suggest(people, now, suppressions(cards, now))))


def scored(setting: Setting, evidence: Evidence, facts: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """People with their scores and everything that actions read."""
    scores = score(evidence, facts, setting.model, now, ahead=False).drop("due_at", *CROSSING)
    return people_frame(evidence.people, evidence.accumulators, scores, facts, setting.channel_of)


def with_cards(people: pl.DataFrame, suggestions: pl.DataFrame) -> pl.DataFrame:
    """People with one suggestion each beside them; null where there is none."""
    card = suggestions.select("person_id", "rank_key", *(pl.col(name).alias(f"card_{name}") for name in CARD))
    return people.join(card, on="person_id", how="left")


def live(
    conn: Connection,
    workspace_id: WorkspaceId,
    panels: Sequence[Panel],
    *,
    now: datetime,
    limit: int,
    owner_id: MemberId | None,
    scope: Scope | None,
) -> Stage:
    """Everybody who may be among the first `limit` of a panel, computed at `now`: exact, and few people."""
    setting = get_setting(conn, workspace_id, None)
    # One row more than shown tells whether there is more.
    wanted = reach(workspace_id, panels, now=now, limit=limit + 1, owner_id=owner_id, scope=scope)
    found = list_candidates(conn, wanted)
    people = of_people(conn, setting, found["person_id"].to_list(), now, scope=scope)
    people = in_order(people.join(found, on="person_id", how="left"))
    return Stage(now, limit, owner_id, setting, people, scope=scope)


def of_people(
    conn: Connection, setting: Setting, ids: Sequence[str], now: datetime, *, scope: Scope | None
) -> pl.DataFrame:
    """The given people at `now`, from what is stored of them; whoever is behind the wall is left out."""
    known = list_panel_people(conn, setting.workspace_id, ids, scope=scope)
    here, types = known["person_id"].to_list(), [*setting.catalogue, *OVERALL]
    sums = list_accumulators(conn, setting.workspace_id, here, types)
    scores = score_of(laid_out(known, sums, types), setting.model, now, ahead=False)
    people = known.hstack(scores.drop("person_id", "due_at", *CROSSING))
    # A card and a crossing stay what they are until the row is due: only the score has to be computed at `now`.
    holds = pl.col("stored_at").is_not_null() & (pl.col("stored_due_at").is_null() | (pl.col("stored_due_at") > now))
    told = pl.col("rank_key").is_null() | pl.col("card_situation").is_not_null()
    steady = people.filter(holds & told)
    if steady.height == people.height:
        return people
    others = people.join(steady, on="person_id", how="anti").drop("rank_key", "^card_.*$", *CROSSING)
    evidence = Evidence(known, named(sums, here, types))
    return pl.concat([steady, _anew(conn, setting, evidence, others, now)], how="diagonal")


def _anew(conn: Connection, setting: Setting, evidence: Evidence, people: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """People whose stored rows no longer hold, with the cards and crossings that follow at `now`."""
    cards = list_suggestions(conn, setting.workspace_id, people["person_id"])
    ready = for_actions(people, evidence.accumulators, setting.channel_of)
    ahead = crossings(setting, evidence, people, now)
    best = top(suggest(ready, now, suppressions(cards, now)))
    return with_cards(people, best).join(ahead, on="person_id", how="left")


def crossings(setting: Setting, evidence: Evidence, facts: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """When time alone takes each of these people to another band, and to which."""
    some = Evidence(
        *(frame.join(facts, on="person_id", how="semi") for frame in (evidence.people, evidence.accumulators))
    )
    return score(some, facts, setting.model, now).select("person_id", *CROSSING)


def replayed(
    conn: Connection,
    workspace_id: WorkspaceId,
    panels: Sequence[Panel],
    *,
    as_of: datetime,
    limit: int,
    owner_id: MemberId | None,
    scope: Scope | None,
) -> Stage:
    """Everybody as they were at an instant, from the signals before it."""
    setting = get_setting(conn, workspace_id, as_of)
    history = list_history(conn, workspace_id, before=as_of, scope=scope)
    facts = list_panel_facts(conn, workspace_id, owner_id=owner_id, scope=scope)
    if owner_id is not None:
        history = history.join(facts, on="person_id", how="semi")
    evidence = replay(history, setting.catalogue, as_of)
    # Somebody without a signal by then had to be on file by then to be known at all.
    seen = evidence.people.select("person_id", seen=pl.lit(value=True))
    known = facts.join(seen, on="person_id", how="left").filter(pl.col("seen") | (pl.col("created_at") <= as_of))
    decided = list_decisions(conn, workspace_id, before=as_of, scope=scope)
    people = at_instant(setting, evidence, known.drop("seen"), decided, as_of).with_columns(is_due=pl.lit(1))
    stage = Stage(as_of, limit, owner_id, setting, in_order(people), history, scope)
    ahead = crossings(setting, evidence, facts.join(shown_ids(stage, panels), on="person_id", how="semi"), as_of)
    shown = stage.people.join(ahead, on="person_id", how="left", maintain_order="left")
    return replace(stage, people=shown)


def reach(
    workspace_id: WorkspaceId,
    panels: Sequence[Panel],
    *,
    now: datetime,
    limit: int,
    owner_id: MemberId | None,
    scope: Scope | None,
) -> Reach:
    """What to look for in the index."""
    keyed = [panel for panel in panels if panel.key is not None]
    return Reach(
        workspace_id,
        now,
        limit,
        {panel.key: MARGIN.get(panel.key.removesuffix("_key"), 0.0) for panel in keyed if panel.key},
        frozenset(panel.key for panel in keyed if panel.key and panel.ties),
        owner_id,
        scope,
    )


def in_order(people: pl.DataFrame) -> pl.DataFrame:
    """People as equals follow each other: by external id, name and id."""
    return people.sort("external_id", "name", "person_id", nulls_last=True)


def first(stage: Stage, panel: Panel) -> pl.Series:
    """The ids of the first people of a panel and one more; equals by the panel's own ties, then in their order."""
    key = panel.key or "priority_key"
    falling = [-stage.people[name].to_numpy() for name in (key, *panel.ties)]  # null is NaN, which sorts last
    members = stage.people.height - stage.people[key].null_count()
    places = np.lexsort(falling[::-1])[: min(members, stage.limit + 1)]  # stable: equals stay in their order
    return stage.people["person_id"].gather(places)


def shown_ids(stage: Stage, panels: Sequence[Panel]) -> pl.DataFrame:
    """Everybody who is among the first of some panel."""
    parts = [first(stage, panel) for panel in panels if panel.key is not None]
    none = stage.people["person_id"].clear()
    return pl.concat([none, *parts]).unique().to_frame()
