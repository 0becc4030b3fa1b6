"""The demo: every panel has somebody, it comes once, and it goes without a trace of anything real."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
from sqlalchemy import func, select

from cockpit.bootstrap import Cockpit
from cockpit.errors import Conflict
from cockpit.ingestion.demo.cast import draw_demo
from cockpit.ingestion.demo.seed import clear_demo, seed_demo
from cockpit.ingestion.receive import receive
from cockpit.ingestion.start import start_workspace
from cockpit.model.ids import WorkspaceId
from cockpit.model.whereabouts import whereabouts
from cockpit.panels import registry
from cockpit.storage.members import list_members
from cockpit.storage.rules import list_rules
from cockpit.storage.schema import metadata
from cockpit.storage.workspaces import get_workspace_by_id
from scoring.guards.policy import QuietHours
from scoring.quiet_hours import is_open
from tests.ingestion.stored import assert_same, state_of

# Kept free for fiction: 555-01xx in North America, and what Ofcom, the Bundesnetzagentur, ARCEP and ACMA name.
RESERVED = r"^\+(1[0-9]{3}55501[0-9]{2}|442079460[0-9]{3}|493023125[0-9]{3}|3319900[0-9]{4}|6125550[0-9]{4})$"


def test_the_demo_has_what_a_team_meets(now: datetime) -> None:
    demo = draw_demo(now, 7, ["a@example.com", "b@example.com"])
    people = demo.people
    assert people.height >= 500
    assert people["email"].str.ends_with("@example.com").all()
    assert people["phone"].drop_nulls().str.contains(RESERVED).all()
    assert people.filter(pl.col("do_not_contact") == "true").height == 1
    assert people.filter(pl.col("phone").is_null()).height >= 1
    assert people.filter(pl.col("time_zone").is_null()).height == 1
    assert people.filter(pl.len().over("email") > 1).height == 2
    scripts = {"latin": "[a-z]", "arabic": r"\p{Arabic}", "cyrillic": r"\p{Cyrillic}", "han": r"\p{Han}"}
    assert all(people["name"].str.contains(script).any() for script in scripts.values())
    assert draw_demo(now, 7, ["a@example.com", "b@example.com"]).signals.equals(demo.signals)
    assert not draw_demo(now, 8, ["a@example.com", "b@example.com"]).people.equals(people)


def test_every_panel_has_rows_and_a_second_seed_adds_nothing(cockpit: Cockpit, now: datetime) -> None:
    seeded = seed_demo(cockpit, now)
    assert seeded.people >= 500
    panels = registry.all_panels(cockpit.db, seeded.workspace_id, now=now)
    assert [slug for slug, panel in panels.items() if not panel.rows] == []
    assert len(panels) == 10
    with cockpit.db.read() as conn:
        rules = list_rules(conn, seeded.workspace_id)
        assert get_workspace_by_id(conn, seeded.workspace_id).is_demo
        assert len(list_members(conn, seeded.workspace_id)) == 3
    assert [(rule.rule_key, rule.status, rule.enabled) for rule in rules] == [
        ("av_cockpit_missed_call", "DRAFT", False),
        ("av_cockpit_no_reply", "DRAFT", False),
    ]
    before = state_of(cockpit.db, seeded.workspace_id)
    again = seed_demo(cockpit, now + timedelta(days=1))
    assert (again.people, again.signals) == (0, 0)
    assert_same(before, state_of(cockpit.db, seeded.workspace_id))


def test_clearing_leaves_what_is_real(cockpit: Cockpit, now: datetime) -> None:
    with cockpit.db.write() as conn:
        real = start_workspace(conn, subdomain="real", name="Real", time_zone="UTC", now=now)
    signal = {"type": "MISSED_CALL", "occurred_at": now - timedelta(hours=1), "external_id": "x1"}
    receive(cockpit, real, [signal], now)
    before, rows = state_of(cockpit.db, real), counts(cockpit, real)
    seed_demo(cockpit, now, subdomain="real")
    assert counts(cockpit, real)["person"] > 500
    assert clear_demo(cockpit, real) > 500
    assert_same(before, state_of(cockpit.db, real))
    assert counts(cockpit, real) == rows


def test_the_demo_refuses_to_touch_a_real_person(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    signal = {"type": "MISSED_CALL", "occurred_at": now - timedelta(hours=1), "email": "lead001@example.com"}
    receive(cockpit, workspace, [signal], now)
    before = counts(cockpit, workspace)
    with pytest.raises(Conflict, match="real person"):
        seed_demo(cockpit, now, subdomain="north")
    assert counts(cockpit, workspace) == before


@pytest.mark.parametrize("hour", ["2026-03-02T01:00", "2026-03-02T11:00", "2026-03-07T17:00", "2026-03-08T09:00"])
def test_at_any_hour_somebody_can_be_called(hour: str) -> None:
    """Who sees the demo for the first time can click on one of the first cards."""
    now = datetime.fromisoformat(f"{hour}+00:00")
    people = draw_demo(now, 7, ["a@example.com"])
    missed = people.signals.filter(pl.col("type") == "MISSED_CALL")["external_id"].to_list()
    callers = people.people.filter(pl.col("external_id").is_in(missed), pl.col("phone").is_not_null())
    places = [
        whereabouts(one["phone"], one["time_zone"], one["country"], "UTC").places
        for one in callers.iter_rows(named=True)
        if one["time_zone"]
    ]
    assert len(places) > 20
    assert all(len(place) == 1 for place in places), "the number and the zone on file agree"
    assert all(is_open(now, place, QuietHours(), "phone") for place in places)


def counts(cockpit: Cockpit, workspace_id: WorkspaceId) -> dict[str, int]:
    tables = [table for table in metadata.sorted_tables if "workspace_id" in table.c]
    with cockpit.db.read() as conn:
        return {
            table.name: conn.execute(
                select(func.count()).select_from(table).where(table.c.workspace_id == workspace_id)
            ).scalar_one()
            for table in tables
        }
