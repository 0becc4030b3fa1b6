"""Why one person scores what they score: the receipt, what would change it, and when it changes by itself.

explain(db, workspace_id, who, *, now, as_of=None) -> Explanation      who: id or external id
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.model.ids import WorkspaceId
from cockpit.panels.setting import Setting, get_setting
from cockpit.storage.database import Connection, Database
from cockpit.storage.evidence import get_evidence
from cockpit.storage.panel_people import list_panel_facts
from cockpit.storage.people import Person, get_person
from cockpit.storage.signals import list_signals
from scoring.evidence import Evidence, replay
from scoring.receipt import Receipt, receipt


@dataclass(frozen=True, slots=True)
class Explanation:
    """One person's score at an instant, taken apart."""

    person: Person
    instant: datetime
    receipt: Receipt


def explain(
    db: Database, workspace_id: WorkspaceId, who: str, *, now: datetime, as_of: datetime | None = None
) -> Explanation:
    """Take a score apart, now or at a past instant.

    Raises:
        NotFound: There is no such person.
    """
    instant = as_of or now
    with db.read() as conn:
        person = get_person(conn, workspace_id, who)
        key = str(person.person_id)
        setting = get_setting(conn, workspace_id, as_of)
        facts = list_panel_facts(conn, workspace_id, [key])
        evidence = _evidence(conn, setting, key, as_of)
    return Explanation(person, instant, receipt(evidence, facts, setting.model, instant)[key])


def _evidence(conn: Connection, setting: Setting, person_id: str, as_of: datetime | None) -> Evidence:
    """What is kept of the person, or what was known of them before a past instant."""
    if as_of is None:
        return get_evidence(conn, setting.workspace_id, [person_id])
    signals = list_signals(conn, setting.workspace_id, [person_id], before=as_of)
    return replay(signals, setting.catalogue, as_of)
