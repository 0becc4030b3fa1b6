"""All that is known of one person at an instant: what the person page shows, as one document.

person_intelligence(db, workspace_id, who, *, now, as_of=None, scope=None) -> PersonIntelligence
    who: id or external id
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

import polars as pl

from cockpit.model.ids import WorkspaceId
from cockpit.model.panel import PanelRow, SuggestedAction
from cockpit.model.viewer import Scope
from cockpit.panels.explanation import Explanation, explain
from cockpit.panels.one_person import ANYBODY
from cockpit.panels.people_rows import panel_row, suggested_action, told
from cockpit.panels.setting import Setting, get_setting
from cockpit.panels.stage import crossings, scored, with_cards
from cockpit.storage.database import Connection, Database
from cockpit.storage.evidence import get_evidence
from cockpit.storage.panel_people import list_panel_facts
from cockpit.storage.signals import list_signals
from cockpit.storage.suggestions import list_suggestions
from cockpit.storage.timeline import Entry, list_timeline
from scoring.cards import suppressions
from scoring.evidence import Evidence, replay
from scoring.receipt import Receipt, receipt
from scoring.suggest import suggest
from scoring.whatif import history

SCORES = ("priority", "engagement", "intent", "fit")
HISTORY_DAYS = 90


@dataclass(frozen=True, slots=True)
class PersonIntelligence:
    """One person at one instant."""

    row: PanelRow  # header facts, scores, band, best card
    explanation: Explanation  # why, what would change it, the place and the next lead
    receipts: Mapping[str, Receipt]  # of the four scores
    suggestions: tuple[SuggestedAction, ...]  # everything that applies, best first
    timeline: tuple[Entry, ...]  # newest first; the key of the last one asks for the next page
    history: tuple[tuple[datetime, float | None], ...]  # priority day by day, oldest first


def person_intelligence(
    db: Database,
    workspace_id: WorkspaceId,
    who: str,
    *,
    now: datetime,
    as_of: datetime | None = None,
    before: tuple[datetime, str, str] | None = None,
    entries: int = 50,
    scope: Scope | None = None,
) -> PersonIntelligence:
    """Everything about a person now or at a past instant; `before` is the key of the last timeline entry shown.

    Raises:
        NotFound: There is no such person.
    """
    instant = as_of or now
    why = explain(db, workspace_id, who, now=now, as_of=as_of, scope=scope)
    identity = why.person.person_id
    with db.read(workspace_id, scope) as conn:
        setting = get_setting(conn, workspace_id, as_of)
        signals = list_signals(conn, workspace_id, [identity], before=instant, scope=scope)
        facts = list_panel_facts(conn, workspace_id, [identity], scope=scope)
        evidence = _evidence(conn, setting, signals, identity=str(identity), as_of=as_of)
        cards = list_suggestions(conn, workspace_id, [identity], scope=scope)
        cards = cards.filter(pl.col("changed_at") <= instant)
        entry = list_timeline(conn, workspace_id, identity, limit=entries, before=before, as_of=as_of, scope=scope)
    people = scored(setting, evidence, facts, instant)
    people = people.join(crossings(setting, evidence, facts, instant), on="person_id")
    rows = _rows(setting, people, suggest(people, instant, suppressions(cards, instant)), instant)
    return PersonIntelligence(
        row=panel_row(setting, ANYBODY, rows[0], instant),
        explanation=why,
        receipts=MappingProxyType(
            {name: receipt(evidence, facts, setting.model, instant, name)[str(identity)] for name in SCORES}
        ),
        suggestions=tuple(card for row in rows if (card := suggested_action(setting, row, instant)) is not None),
        timeline=entry,
        history=_history(setting, signals, facts, instant),
    )


def _evidence(
    conn: Connection, setting: Setting, signals: pl.DataFrame, *, identity: str, as_of: datetime | None
) -> Evidence:
    """What is kept of the person, or what the signals before a past instant say."""
    if as_of is None:
        return get_evidence(conn, setting.workspace_id, [identity])
    return replay(signals, setting.catalogue, as_of)


def _rows(setting: Setting, people: pl.DataFrame, suggestions: pl.DataFrame, now: datetime) -> list[dict[str, object]]:
    """The person with each suggestion beside them, best first; once without any when there is none."""
    cards = suggestions.sort("rank").iter_slices(1)
    return [told(setting, with_cards(people, card), now)[0] for card in cards] or told(
        setting, with_cards(people, suggestions), now
    )


def _history(
    setting: Setting, signals: pl.DataFrame, facts: pl.DataFrame, now: datetime
) -> tuple[tuple[datetime, float | None], ...]:
    """The priority at this time of day on each of the last days."""
    days = [now - timedelta(days=ago) for ago in range(HISTORY_DAYS, -1, -1)]
    frame = history(signals, facts, setting.model, setting.catalogue, days).sort("as_of")
    return tuple(zip(frame["as_of"].to_list(), frame["priority"].to_list(), strict=True))
