"""Why one person scores what they score: the receipt, what would change it, and when it changes by itself.

explain(db, workspace_id, who, *, now, as_of=None, scope=None) -> Explanation      who: id or external id
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from cockpit.model.ids import WorkspaceId
from cockpit.model.panel import PanelRow
from cockpit.model.viewer import Scope
from cockpit.panels import registry
from cockpit.panels.setting import Setting, get_setting
from cockpit.storage.database import Connection, Database
from cockpit.storage.evidence import get_evidence
from cockpit.storage.panel_people import list_panel_facts
from cockpit.storage.people import Person, get_person
from cockpit.storage.signals import list_signals
from scoring.evidence import Evidence, replay
from scoring.receipt import Counterfactual, Difference, Receipt, compare, counterfactuals, receipt

RANKED = 100  # places of Priority Leads that are told apart: below, a change is told in points


@dataclass(frozen=True, slots=True)
class Explanation:
    """One person's score at an instant, taken apart."""

    person: Person
    instant: datetime
    receipt: Receipt
    counterfactuals: tuple[Counterfactual, ...]
    place: int | None  # on Priority Leads, when it is among the first hundred
    next_lead: Difference | None  # what puts them above the one who follows


def explain(
    db: Database,
    workspace_id: WorkspaceId,
    who: str,
    *,
    now: datetime,
    as_of: datetime | None = None,
    scope: Scope | None = None,
) -> Explanation:
    """Take a score apart, now or at a past instant.

    Raises:
        NotFound: There is no such person.
    """
    with db.read(workspace_id, scope) as conn:
        person = get_person(conn, workspace_id, who, scope=scope)
    key = str(person.person_id)
    ranking = registry.rows(db, workspace_id, "priority_leads", now=now, as_of=as_of, limit=RANKED, scope=scope).rows
    place = next((number for number, row in enumerate(ranking) if row.person_id == key), None)
    after = None if place is None or place + 1 >= len(ranking) else ranking[place + 1].person_id
    with db.read(workspace_id, scope) as conn:
        case = _case(conn, workspace_id, [key] if after is None else [key, after], as_of=as_of, now=now)
    receipts = receipt(case.evidence, case.facts, case.setting.model, case.instant)
    return Explanation(
        person=person,
        instant=case.instant,
        receipt=receipts[key],
        counterfactuals=tuple(
            counterfactuals(*case.alone(key), case.setting.model, case.instant, _others(ranking, place))
        ),
        place=None if place is None else place + 1,
        next_lead=None if after is None else compare(receipts[key], receipts[after]),
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """What is known of some people at an instant."""

    setting: Setting
    instant: datetime
    facts: pl.DataFrame
    evidence: Evidence

    def alone(self, person_id: str) -> tuple[Evidence, pl.DataFrame]:
        """What is known of one of them."""
        own = pl.col("person_id") == person_id
        evidence = Evidence(self.evidence.people.filter(own), self.evidence.accumulators.filter(own))
        return evidence, self.facts.filter(own)


def _case(
    conn: Connection, workspace_id: WorkspaceId, ids: Sequence[str], *, as_of: datetime | None, now: datetime
) -> _Case:
    """What is kept of these people, or what was known of them before a past instant."""
    setting = get_setting(conn, workspace_id, as_of)
    facts = list_panel_facts(conn, workspace_id, ids)
    if as_of is None:
        return _Case(setting, now, facts, get_evidence(conn, workspace_id, ids))
    signals = list_signals(conn, workspace_id, ids, before=as_of)
    return _Case(setting, as_of, facts, replay(signals, setting.catalogue, as_of))


def _others(ranking: Sequence[PanelRow], place: int | None) -> list[float] | None:
    """The scores of everybody who could be overtaken; None for somebody too far down to name a place."""
    if place is None:
        return None
    return [row.score for number, row in enumerate(ranking) if number != place and row.score is not None]
