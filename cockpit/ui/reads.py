"""What the screens read, cached by workspace, viewer scope, data version and small scalars: never by a frame."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

import streamlit as st

from cockpit.automation.foresee import Foreseen, foresee
from cockpit.automation.wish import Wish
from cockpit.errors import Misconfigured, NotFound
from cockpit.hub.wiring import find_connection
from cockpit.model.ids import MemberId, PersonId, WorkspaceId
from cockpit.model.panel import PanelRow, PanelRows, PanelTotal, RuleOutlook
from cockpit.model.viewer import Scope, Viewer
from cockpit.panels import one_person, registry
from cockpit.panels.explanation import Explanation, explain
from cockpit.panels.histories import evenly
from cockpit.panels.histories import histories as replayed
from cockpit.panels.person import person_intelligence
from cockpit.panels.setting import get_setting
from cockpit.storage.attempts import About, Attempt, get_attempt, list_attempts
from cockpit.storage.signals import find_last_signal_at
from cockpit.storage.suggestions import list_suggestions
from cockpit.storage.timeline import Entry, list_timeline
from cockpit.ui import connection
from cockpit.ui.frame import Visit
from cockpit.ui.words import age
from scoring.actions.registry import ACTIONS

LIMIT = 25
STEP_SECONDS = 10  # how long one answer serves everybody; a write is seen at once, by the data version
KEPT_SECONDS = 900  # a past instant is read again and again, and dear: everybody's signals are replayed for it
HISTORY_POINTS = 16
log = logging.getLogger(__name__)

Found = Mapping[str, PanelRows | Exception]


def instant(visit: Visit) -> datetime:
    """The instant of this visit's answers: the visits of ten seconds share one, unless something has happened since."""
    if visit.as_of is not None:
        return visit.as_of
    shared = datetime.fromtimestamp(int(visit.now.timestamp()) // STEP_SECONDS * STEP_SECONDS, UTC)
    return max(shared, min(visit.now, visit.workspace.last_received_at or shared))


def panels(visit: Visit, owner_id: MemberId | None) -> Found:
    """All ten panels in one pass; when that fails, each by itself, and the error in the place of those that fail."""
    asked = (visit.workspace_id, visit.viewer.scope, owner_id, visit.workspace.data_version, instant(visit))
    try:
        return _all_panels(*asked, as_of=visit.as_of)
    except Exception:  # a page frame: whatever went wrong, nine panels must stay alive
        log.exception("the panels of %s, one by one", visit.workspace.subdomain)
    return {slug: _one(visit, owner_id, slug) for slug in registry.PANELS}


def panel(visit: Visit, slug: str) -> PanelRows | Exception:
    """One panel of everybody, or the error that came instead."""
    return _one(visit, None, slug)


def outlook(visit: Visit, rule_key: str) -> RuleOutlook | None:
    """What a rule would do now; None when that cannot be read."""
    found = panel(visit, "automation_suggestions")
    rows = () if isinstance(found, Exception) else found.rows
    return next((row.outlook for row in rows if row.outlook and row.outlook.rule_key == rule_key), None)


def _one(visit: Visit, owner_id: MemberId | None, slug: str) -> PanelRows | Exception:
    asked = (visit.workspace_id, visit.viewer.scope, owner_id, visit.workspace.data_version, instant(visit))
    try:
        return _panel(*asked, as_of=visit.as_of, slug=slug)
    except Exception as error:  # the panel says so in its own place
        log.exception("panel %s", slug)
        return error


@st.cache_data(show_spinner=False, max_entries=32, ttl=KEPT_SECONDS)
def _all_panels(
    workspace_id: WorkspaceId,
    scope: Scope | None,
    owner_id: MemberId | None,
    data_version: int,
    now: datetime,
    *,
    as_of: datetime | None,
) -> dict[str, PanelRows]:
    del data_version  # a part of the key
    return registry.all_panels(
        connection.cockpit().db, workspace_id, now=now, as_of=as_of, limit=LIMIT, owner_id=owner_id, scope=scope
    )


@st.cache_data(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def _panel(
    workspace_id: WorkspaceId,
    scope: Scope | None,
    owner_id: MemberId | None,
    data_version: int,
    now: datetime,
    *,
    as_of: datetime | None,
    slug: str,
) -> PanelRows:
    del data_version  # a part of the key
    return registry.rows(
        connection.cockpit().db, workspace_id, slug, now=now, as_of=as_of, limit=LIMIT, owner_id=owner_id, scope=scope
    )


def totals(visit: Visit, owner_id: MemberId | None) -> Mapping[str, PanelTotal]:
    """How many people each panel holds; empty when that cannot be read, as the panels themselves say why."""
    try:
        version, scope = visit.workspace.data_version, visit.viewer.scope
        return _totals(visit.workspace_id, scope, owner_id, version, instant(visit), as_of=visit.as_of)
    except Exception:  # the panels say what is wrong
        log.exception("the totals of %s", visit.workspace.subdomain)
        return {}


@st.cache_data(show_spinner=False, max_entries=32, ttl=KEPT_SECONDS)
def _totals(
    workspace_id: WorkspaceId,
    scope: Scope | None,
    owner_id: MemberId | None,
    data_version: int,
    now: datetime,
    *,
    as_of: datetime | None,
) -> dict[str, PanelTotal]:
    del data_version  # a part of the key
    db = connection.cockpit().db
    return registry.totals(db, workspace_id, now=now, as_of=as_of, owner_id=owner_id, scope=scope)


def histories(visit: Visit, person_ids: tuple[str, ...]) -> Mapping[str, list[float | None]]:
    """The last 30 days of the priority of each person; empty when that cannot be read, which costs only the lines."""
    try:
        last = visit.as_of or _hour(visit.now)
        version, scope = visit.workspace.data_version, visit.viewer.scope
        return _histories(visit.workspace_id, scope, version, last, visit.as_of, person_ids=person_ids)
    except Exception:  # a missing sparkline must not take a panel with it
        log.exception("the histories of %s", visit.workspace.subdomain)
        return {}


def _hour(now: datetime) -> datetime:
    """The last instant of a sparkline: one replay serves an hour."""
    return now.replace(minute=0, second=0, microsecond=0)


@st.cache_data(show_spinner=False, max_entries=32, ttl=3600)
def _histories(
    workspace_id: WorkspaceId,
    scope: Scope | None,
    data_version: int,
    now: datetime,
    as_of: datetime | None,
    *,
    person_ids: tuple[str, ...],
) -> dict[str, list[float | None]]:
    del data_version  # a part of the key
    db = connection.cockpit().db
    return replayed(db, workspace_id, person_ids, now=now, days=30, points=HISTORY_POINTS, as_of=as_of, scope=scope)


def explanation(visit: Visit, person_id: str) -> Explanation:
    """The receipt of a person at the instant of the visit.

    Raises:
        NotFound: there is no such person.
    """
    if visit.as_of is not None:
        return _then(visit.workspace_id, visit.viewer.scope, visit.workspace.data_version, visit.as_of, person_id)[0]
    return _explanation(visit.workspace_id, visit.viewer.scope, visit.workspace.data_version, instant(visit), person_id)


@st.cache_data(show_spinner=False, max_entries=256, ttl=KEPT_SECONDS)
def _explanation(
    workspace_id: WorkspaceId, scope: Scope | None, data_version: int, now: datetime, person_id: str
) -> Explanation:
    del data_version  # a part of the key
    return explain(connection.cockpit().db, workspace_id, person_id, now=now, scope=scope)


@st.cache_data(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def _then(
    workspace_id: WorkspaceId, scope: Scope | None, data_version: int, as_of: datetime, person_id: str
) -> tuple[Explanation, PanelRow]:
    """A person at a past instant: one replay for the receipt and the row."""
    del data_version  # a part of the key
    db = connection.cockpit().db
    found = person_intelligence(db, workspace_id, person_id, now=as_of, as_of=as_of, entries=1, scope=scope)
    return found.explanation, found.row


def titles(visit: Visit) -> Mapping[str, str]:
    """What the signal types of the workspace are called."""
    return _titles(visit.workspace_id, visit.workspace.data_version)


@st.cache_data(show_spinner=False, max_entries=32)
def _titles(workspace_id: WorkspaceId, data_version: int) -> dict[str, str]:
    del data_version  # a part of the key
    with connection.cockpit().db.read(workspace_id) as conn:
        return dict(get_setting(conn, workspace_id, None).titles)


def person_row(visit: Visit, person_id: str) -> PanelRow:
    """A person as a row, with the card to act on.

    Raises:
        NotFound: there is no such person.
    """
    if visit.as_of is not None:
        return _then(visit.workspace_id, visit.viewer.scope, visit.workspace.data_version, visit.as_of, person_id)[1]
    return _person_row(visit.workspace_id, visit.viewer.scope, visit.workspace.data_version, instant(visit), person_id)


@st.cache_data(show_spinner=False, max_entries=256, ttl=KEPT_SECONDS)
def _person_row(
    workspace_id: WorkspaceId, scope: Scope | None, data_version: int, now: datetime, person_id: str
) -> PanelRow:
    del data_version  # a part of the key
    return one_person.person_row(connection.cockpit().db, workspace_id, person_id, now=now, scope=scope)


def foreseen(visit: Visit, person_id: str, action_type: str) -> Foreseen:
    """What the guards would say of a click at this moment.

    Raises:
        NotFound: there is no such person.
    """
    asked = (visit.workspace_id, visit.viewer, visit.workspace.data_version, instant(visit))
    return _foreseen(*asked, person_id=person_id, action_type=action_type)


@st.cache_data(show_spinner=False, max_entries=512, ttl=STEP_SECONDS)
def _foreseen(
    workspace_id: WorkspaceId, viewer: Viewer, data_version: int, now: datetime, *, person_id: str, action_type: str
) -> Foreseen:
    del data_version  # a part of the key
    wish = Wish(person_id=PersonId(UUID(person_id)), action_type=action_type)
    with connection.cockpit().db.read(workspace_id) as conn:
        return foresee(conn, viewer, wish, now)


def hub_fault(visit: Visit) -> str | None:
    """Why nothing can be sent at all; None when a Hub is connected."""
    try:
        with visit.read() as conn:
            found = find_connection(conn, visit.workspace_id, visit.cockpit.settings)
    except Misconfigured as error:
        return error.message
    return None if found else "No Hub is connected: actions are suggested, and nothing is sent."


def executions(visit: Visit, person_id: str, limit: int) -> tuple[Attempt, ...]:
    """The newest executions for a person, newest first."""
    about = About(person_id=UUID(person_id))
    with visit.read() as conn:
        return list_attempts(conn, visit.workspace_id, about, scope=visit.viewer.scope, limit=limit)


def execution(visit: Visit, attempt_id: str) -> Attempt | None:
    """One execution as it is now; None when it is not on this side of the wall any more."""
    try:
        with visit.read() as conn:
            return get_attempt(conn, visit.workspace_id, UUID(attempt_id), scope=visit.viewer.scope)
    except NotFound:
        return None


def last_signal(visit: Visit) -> datetime | None:
    """When the newest signal before the instant of the visit occurred."""
    return _last_signal(visit.workspace_id, visit.viewer.scope, visit.workspace.data_version, instant(visit))


@st.cache_data(show_spinner=False, max_entries=32, ttl=KEPT_SECONDS)
def _last_signal(
    workspace_id: WorkspaceId, scope: Scope | None, data_version: int, before: datetime
) -> datetime | None:
    del data_version  # a part of the key
    with connection.cockpit().db.read(workspace_id, scope) as conn:
        return find_last_signal_at(conn, workspace_id, before, scope=scope)


def timeline(visit: Visit, person_id: str, limit: int) -> tuple[Entry, ...]:
    """The newest signals of a person."""
    with visit.read() as conn:
        return list_timeline(
            conn, visit.workspace_id, UUID(person_id), limit=limit, as_of=visit.as_of, scope=visit.viewer.scope
        )


def score_history(visit: Visit, person_id: str) -> tuple[list[datetime], list[float | None]]:
    """The last 90 days of one person's priority."""
    now = instant(visit)
    version, scope = visit.workspace.data_version, visit.viewer.scope
    told = _score_history(visit.workspace_id, scope, version, now, visit.as_of, person_id=person_id)
    return evenly(now, days=90, points=len(told)) if told else [], told


@st.cache_data(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def _score_history(
    workspace_id: WorkspaceId,
    scope: Scope | None,
    data_version: int,
    now: datetime,
    as_of: datetime | None,
    *,
    person_id: str,
) -> list[float | None]:
    del data_version  # a part of the key
    db = connection.cockpit().db
    found = replayed(db, workspace_id, [person_id], now=now, days=90, points=91, as_of=as_of, scope=scope)
    return found.get(person_id, [])


def cards(visit: Visit, person_id: str) -> list[dict[str, str]]:
    """Every suggestion for a person, newest first, as a person reads it."""
    with visit.read() as conn:
        found = list_suggestions(conn, visit.workspace_id, [person_id], scope=visit.viewer.scope)
    return [
        {
            "Action": ACTIONS[row["action_type"]].title if row["action_type"] in ACTIONS else row["action_type"],
            "State": row["state"].capitalize(),
            "Reason": (row["dismiss_reason"] or "").replace("_", " ").capitalize(),
            "Changed": age(row["changed_at"], visit.now),
        }
        for row in found.sort("changed_at", descending=True).iter_rows(named=True)
        if row["changed_at"] <= visit.now
    ]
