"""Workspaces with a canary each: nobody is told anything of another one. The long form is a command."""

from __future__ import annotations

from collections import Counter
from random import Random
from uuid import UUID

from cockpit.bootstrap import Cockpit
from tests.campaigns.probe_workspaces import Told, plant, probe, probe_all


def test_no_probe_brings_back_another_canary(cockpit: Cockpit) -> None:
    told = probe_all(plant(cockpit, 12), 150, seed=1, seconds=60)
    assert told.foreign == Counter()
    assert told.own > told.probes / 10


def test_a_foreign_canary_is_noticed(cockpit: Cockpit) -> None:
    planted, told = plant(cockpit, 2), Told()
    probe(planted, "leak", lambda _: f"CANARY{UUID(int=1).hex}", Random(1), told)
    probe(planted, "id", lambda view: view.everybody, Random(1), told)
    assert told.foreign == {"leak": 1, "id": 1}
