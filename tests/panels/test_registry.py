"""The registry: ten panels in the order of the product, each by its number, none with somebody else's people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from cockpit.bootstrap import Cockpit
from cockpit.errors import NotFound
from cockpit.ingestion.receive import receive
from cockpit.model.ids import WorkspaceId
from cockpit.model.panel import PanelRows, PanelTotal
from cockpit.panels.registry import PANELS, all_panels, panel_named, rows, totals
from cockpit.storage import panel_index
from cockpit.storage.database import Database
from cockpit.storage.panel_people import list_panel_facts
from scoring.phrases import MAX_WORDS
from tests.panels.population import populate, settle, store

ORDER = (
    *("priority_leads", "suggested_actions", "hot_leads", "follow_up_required", "stale_leads"),
    *("reconnect_recent", "reconnect_oldies", "recently_engaged", "team_activity", "automation_suggestions"),
)
Filled = Callable[..., dict[str, PanelRows]]


@pytest.fixture
def filled(db: Database, workspace: WorkspaceId, now: datetime) -> Filled:
    """A workspace with 80 people."""
    members = settle(db, workspace, now)
    store(db, workspace, populate(workspace, members, now, seed=3, people=80), now, seed=3)
    return lambda **options: all_panels(db, workspace, now=now, **options)


def test_ten_panels_in_the_order_of_the_product() -> None:
    assert tuple(PANELS) == ORDER
    assert all(panel.title and panel.description and panel.order and panel.empty_cause for panel in PANELS.values())


def test_an_unknown_panel_is_named_in_the_error() -> None:
    with pytest.raises(NotFound, match="warm_leads"):
        panel_named("warm_leads")


def test_an_empty_workspace_says_why(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    for slug, panel in all_panels(db, workspace, now=now).items():
        assert panel == PanelRows(slug, now, (), more=False, empty_cause=PANELS[slug].empty_cause)
    assert set(totals(db, workspace, now=now)) == {slug for slug in ORDER if PANELS[slug].key}


def test_rows(filled: Filled, db: Database, workspace: WorkspaceId, now: datetime) -> None:
    """Rows are ordered by their number, say why in twelve words, and one panel alone gives the same rows as all."""
    panels = filled()
    for slug, panel in panels.items():
        values = [row.rank_value for row in panel.rows]
        assert values == sorted(values, reverse=True), slug
        assert all(len(row.why.split()) <= MAX_WORDS for row in panel.rows if row.person_id)
        assert rows(db, workspace, slug, now=now) == panel
    blocked = [row for panel in panels.values() for row in panel.rows if row.suggested_action]
    assert {row.suggested_action.blocked_reason for row in blocked if row.suggested_action} >= {None, "No phone number"}


def test_who_must_not_be_contacted_is_on_no_panel(filled: Filled, db: Database, workspace: WorkspaceId) -> None:
    with db.read() as conn:
        facts = list_panel_facts(conn, workspace)
    refused = set(facts.filter("do_not_contact")["person_id"])
    assert refused
    shown = {row.person_id for panel in filled(limit=500).values() for row in panel.rows}
    assert not refused & shown


def test_one_card_per_person(filled: Filled) -> None:
    people = [row.person_id for row in filled(limit=500)["suggested_actions"].rows]
    assert len(people) == len(set(people))


def test_limit_and_more(filled: Filled) -> None:
    whole, short = filled(limit=500), filled(limit=2)
    for slug, panel in short.items():
        assert panel.rows == whole[slug].rows[:2]
        assert panel.more == (len(whole[slug].rows) > 2)


def test_owner_sees_own_people(filled: Filled, db: Database, workspace: WorkspaceId, now: datetime) -> None:
    everybody = filled(limit=500)
    owner = next(row.owner_id for row in everybody["priority_leads"].rows if row.owner_id)
    mine = filled(limit=500, owner_id=owner)
    for slug, panel in mine.items():
        expected = [row for row in everybody[slug].rows if row.owner_id == owner]
        if slug != "automation_suggestions":  # there the rows are rules
            assert list(panel.rows) == expected, slug
    assert filled(limit=500, owner_id=owner) == filled(limit=500, owner_id=owner, as_of=now)


def test_totals_count_what_the_panels_hold(filled: Filled, db: Database, workspace: WorkspaceId, now: datetime) -> None:
    panels = filled(limit=500)
    counted = totals(db, workspace, now=now)
    assert counted == {slug: PanelTotal(slug, len(panels[slug].rows), capped=False) for slug in counted}
    assert PanelTotal("x", 1000, capped=True).text == "1,000+"


def test_nobody_of_another_workspace(filled: Filled, db: Database, other_workspace: WorkspaceId, now: datetime) -> None:
    before = filled()
    members = settle(db, other_workspace, now)
    store(db, other_workspace, populate(other_workspace, members, now, seed=4, people=40), now, seed=4)
    assert filled() == before
    assert filled(as_of=now) == filled()


def test_as_of_shows_what_was_known_then(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    """A later signal is not seen by an earlier instant, and people who were not known then are not there."""
    call = {"source_event_id": "1", "type": "MISSED_CALL", "occurred_at": now - timedelta(days=3), "external_id": "x"}
    answer = {**call, "source_event_id": "2", "type": "CALL_COMPLETED", "occurred_at": now - timedelta(days=1)}
    receive(cockpit, workspace, [call, answer], now)
    waiting = [
        len(rows(cockpit.db, workspace, "follow_up_required", now=now, as_of=now - timedelta(days=days)).rows)
        for days in (4, 2, 0)
    ]
    assert waiting == [0, 1, 0]
    known = rows(cockpit.db, workspace, "priority_leads", now=now, as_of=now - timedelta(days=4))
    assert known.rows == ()


@pytest.mark.parametrize("crowd", [10, panel_index.CROWD])
def test_equal_numbers_are_ordered_by_external_id(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime, crowd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty people who did the same at the same instant: the first by external id, by index and by replay.

    Told apart in memory, or, where they are a crowd, in the database.
    """
    monkeypatch.setattr(panel_index, "CROWD", crowd)
    at = now - timedelta(hours=5)
    names = [f"{letter}{number}" for letter in "aBcÄ" for number in range(15)]
    sent = [{"source_event_id": n, "type": "MISSED_CALL", "occurred_at": at, "external_id": n} for n in names]
    receive(cockpit, workspace, sent, now)
    live = all_panels(cockpit.db, workspace, now=now, limit=7)
    assert live == all_panels(cockpit.db, workspace, now=now, as_of=now, limit=7)
    for slug in ("priority_leads", "suggested_actions", "follow_up_required", "recently_engaged"):
        assert [row.external_id for row in live[slug].rows] == sorted(names)[:7]
