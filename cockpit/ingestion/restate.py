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

from cockpit.ingestion.refusals import cancel_refused, opted_out
from cockpit.ingestion.rulebook import Rulebook, get_rulebook
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.evidence import replace_evidence
from cockpit.storage.signals import list_signals
from cockpit.storage.standings import (
    Changes,
    Standings,
    get_standings,
    list_locked_facts,
    upsert_standings,
)
from cockpit.storage.suggestions import list_suggestions
from scoring.cards import reconcile, suppressions
from scoring.evidence import Evidence, add, late, replay
from scoring.plans import carried_out
from scoring.score import score
from scoring.suggest import outlook, people_frame


def restate(conn: Connection, workspace_id: WorkspaceId, person_ids: Iterable[UUID | str], now: datetime) -> None:
    """Replay these people from their signals and store everything that follows."""
    facts = list_locked_facts(conn, workspace_id, person_ids)
    rulebook, ids = get_rulebook(conn, workspace_id), facts["person_id"]
    evidence = replay(list_signals(conn, workspace_id, ids), rulebook.catalogue)
    replace_evidence(conn, workspace_id, ids, evidence)
    known = Standings(evidence, list_suggestions(conn, workspace_id, ids), facts)
    upsert_standings(conn, workspace_id, standing(known, rulebook, now))
    cancel_refused(conn, workspace_id, opted_out(evidence.people), now)


def refresh_people(
    conn: Connection, workspace_id: WorkspaceId, person_ids: Iterable[UUID | str], now: datetime
) -> None:
    """Compute the standings of these people from their evidence; nothing is replayed."""
    stored = get_standings(conn, workspace_id, person_ids)
    upsert_standings(conn, workspace_id, standing(stored, get_rulebook(conn, workspace_id), now))


@dataclass(frozen=True, slots=True)
class Advanced:
    """What was known before new signals were added, and what was read to add them."""

    prior: Evidence
    facts: pl.DataFrame
    rulebook: Rulebook


def advance_people(
    conn: Connection, workspace_id: WorkspaceId, new: pl.DataFrame, rulebook: Rulebook, now: datetime
) -> Advanced:
    """Add stored `new` signals to their people; no other transaction can restate them before this one ends."""
    stored = get_standings(conn, workspace_id, new["person_id"])
    prior, facts = stored.evidence, stored.facts
    stale = facts["person_id"].filter(facts["is_pending"])
    # Who waits to be restated has signals that are not in the evidence yet.
    behind = pl.Series("person_id", sorted({*late(prior, new), *stale}), pl.String)
    if behind.is_empty():
        grown = ahead = add(prior, new, rulebook.catalogue)
    else:
        ahead = add(_without(prior, behind), new.filter(_not_in(behind)), rulebook.catalogue)
        replayed = replay(list_signals(conn, workspace_id, behind), rulebook.catalogue)
        replace_evidence(conn, workspace_id, behind, replayed)
        grown = _both(ahead, replayed)
    changes = standing(Standings(grown, stored.cards, facts), rulebook, now)
    upsert_standings(conn, workspace_id, changes, ahead)
    cancel_refused(conn, workspace_id, opted_out(grown.people), now)
    return Advanced(prior, facts, rulebook)


def _not_in(ids: pl.Series) -> pl.Expr:
    return ~pl.col("person_id").is_in(ids.implode())


def _without(evidence: Evidence, ids: pl.Series) -> Evidence:
    return Evidence(*(frame.filter(_not_in(ids)) for frame in (evidence.people, evidence.accumulators)))


def _both(one: Evidence, other: Evidence) -> Evidence:
    return Evidence(pl.concat([one.people, other.people]), pl.concat([one.accumulators, other.accumulators]))


def standing(known: Standings, rulebook: Rulebook, now: datetime) -> Changes:
    """The scores that follow from this evidence, and the suggested actions that differ from the stored ones."""
    evidence, facts = known.evidence, known.facts
    scores = score(evidence, facts, rulebook.model, now)
    people = people_frame(evidence.people, evidence.accumulators, scores, facts, rulebook.channel_of)
    view = outlook(people, now, suppressions(known.cards, now))
    due = _due_by(scores, view.changes).hstack([facts["owner_id"]])
    return Changes(reconcile(known.cards, view.suggestions, now), due)


def _due_by(scores: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """Due when the score or the suggested actions change by themselves, whichever is first."""
    joined = scores.lazy().join(changes.lazy(), on="person_id", how="left", maintain_order="left")
    first = pl.min_horizontal("due_at", "changes_at").alias("due_at")
    return carried_out(joined.with_columns(first).drop("changes_at", "total"))
