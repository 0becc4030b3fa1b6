"""Make what is stored of people follow their signals: evidence, score, suggested actions.

A signal that is later than all others of its person is added to the sums; any other has the person replayed from the
raw signals. Both give the same numbers, so the order of arrival does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import polars as pl

from cockpit.ingestion.rulebook import Rulebook, get_rulebook
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.evidence import get_evidence, replace_evidence, upsert_evidence
from cockpit.storage.people import list_facts, list_locked
from cockpit.storage.scores import upsert_scores
from cockpit.storage.signals import list_signals
from cockpit.storage.suggestions import list_suggestions, upsert_suggestions
from scoring.cards import reconcile, suppressions
from scoring.evidence import Evidence, advance, late, replay
from scoring.score import score
from scoring.suggest import outlook, people_frame


def restate(conn: Connection, workspace_id: WorkspaceId, person_ids: Iterable[UUID | str], now: datetime) -> None:
    """Replay these people from their signals and store everything that follows."""
    ids = list_locked(conn, workspace_id, person_ids)
    rulebook = get_rulebook(conn, workspace_id)
    evidence = replay(list_signals(conn, workspace_id, ids), rulebook.catalogue)
    replace_evidence(conn, workspace_id, ids, evidence)
    store_standing(conn, workspace_id, ids, evidence=evidence, rulebook=rulebook, now=now)


@dataclass(frozen=True, slots=True)
class Advanced:
    """What was known before new signals were added, and what was read to add them."""

    prior: Evidence
    facts: pl.DataFrame
    rulebook: Rulebook


def advance_people(
    conn: Connection, workspace_id: WorkspaceId, new: pl.DataFrame, stale: pl.Series, now: datetime
) -> Advanced:
    """Add stored `new` signals to their people, who are locked.

    People in `stale` have signals that are not in their evidence yet and are replayed whole.
    """
    rulebook = get_rulebook(conn, workspace_id)
    ids = new["person_id"].unique().sort()
    prior = get_evidence(conn, workspace_id, ids)
    behind = pl.concat([late(prior, new), stale.filter(stale.is_in(ids.implode()))]).unique().sort()
    ahead = new.filter(~pl.col("person_id").is_in(behind.implode()))
    known = Evidence(*(_without(frame, behind) for frame in (prior.people, prior.accumulators)))
    grown = advance(known, ahead, rulebook.catalogue)
    upsert_evidence(conn, workspace_id, grown)
    if behind.len():
        replayed = replay(list_signals(conn, workspace_id, behind), rulebook.catalogue)
        replace_evidence(conn, workspace_id, behind, replayed)
        grown = Evidence(
            pl.concat([grown.people, replayed.people]), pl.concat([grown.accumulators, replayed.accumulators])
        )
    facts = store_standing(conn, workspace_id, ids, evidence=grown, rulebook=rulebook, now=now)
    return Advanced(prior, facts, rulebook)


def _without(frame: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    return frame.filter(~pl.col("person_id").is_in(ids.implode()))


def store_standing(
    conn: Connection,
    workspace_id: WorkspaceId,
    ids: pl.Series,
    *,
    evidence: Evidence,
    rulebook: Rulebook,
    now: datetime,
) -> pl.DataFrame:
    """Compute and store the scores and suggested actions that follow from this evidence; answers the facts read."""
    facts = list_facts(conn, workspace_id, ids)
    scores = score(evidence, facts, rulebook.model, now)
    people = people_frame(evidence.people, evidence.accumulators, scores, facts, rulebook.channel_of)
    cards = list_suggestions(conn, workspace_id, ids)
    view = outlook(people, now, suppressions(cards, now))
    upsert_suggestions(conn, workspace_id, reconcile(cards, view.suggestions, now))
    due = _due_by(scores, view.changes)
    upsert_scores(conn, workspace_id, due.with_columns(facts["owner_id"]).drop("total"))
    return facts


def _due_by(scores: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """Due when the score or the suggested actions change by themselves, whichever is first."""
    joined = scores.join(changes, on="person_id", how="left", maintain_order="left")
    return joined.with_columns(pl.min_horizontal("due_at", "changes_at").alias("due_at")).drop("changes_at")
