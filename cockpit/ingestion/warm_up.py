"""What a process makes once, at its first group, made before anybody waits for it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from cockpit.ingestion.match import match
from cockpit.ingestion.receive import check
from cockpit.ingestion.restate import standing
from cockpit.ingestion.rulebook import rulebook_of
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Database
from cockpit.storage.standings import Standings, get_standings
from scoring.evidence import add

NOWHERE = WorkspaceId(UUID(int=0))
ONCE = datetime(2001, 1, 1, tzinfo=UTC)
MADE_UP = {"type": "INBOUND_CALL", "external_id": "nobody", "email": "nobody@example.com", "source_event_id": "none"}


def warm_up(db: Database) -> None:
    """Look for nobody in no workspace and score a made-up person: the path of a group without its writes."""
    frame = check([[MADE_UP | {"occurred_at": ONCE.isoformat()}]], ONCE).frame
    with db.read(NOWHERE) as conn:
        matched = match(conn, NOWHERE, frame)
        stored = get_standings(conn, NOWHERE, matched.created["person_id"])
    facts = stored.facts.clear(1).with_columns(matched.created["person_id"])
    rulebook = rulebook_of((), None)
    grown = add(stored.evidence, matched.frame, rulebook.catalogue)
    standing(Standings(grown, stored.cards, facts), rulebook, ONCE)
