"""Workspaces with a canary each: nobody is told anything of another one. The long form is a command."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from uuid import UUID

import pytest

from cockpit.bootstrap import Cockpit
from tests.campaigns.planted import plant
from tests.campaigns.probe_doors import EXPORTS, HOSTS, SUMMARY
from tests.campaigns.probe_reads import Probe
from tests.campaigns.probe_workspaces import Told, everything, probe, probe_all

MOST = {"read": 25, "file": 10, "page": 2, "route": 0}


def test_no_probe_brings_back_another_canary(cockpit: Cockpit) -> None:
    chance = Random(1)
    planted = plant(cockpit, 12)
    with everything(planted, chance) as tried:
        some = {name: tried[name] for kind, most in MOST.items() for name in sample(tried, kind, most, chance)}
        told = probe_all(planted, some, chance, len(some), seconds=60)
        for name in [name for name in tried if SUMMARY in name or EXPORTS in name] * 3:
            probe(planted, name, tried[name], chance, told)
    assert not told.foreign
    assert all(told.own[kind] for kind in ("read", "file", "route", "page")), str(told)


def sample(tried: Mapping[str, Probe], kind: str, most: int, chance: Random) -> list[str]:
    """Some probes of a kind; with routes, every one of them at some host."""
    names = [name for name in tried if name.startswith(f"{kind} ")]
    paths = {name.partition(" at ")[0] for name in names} if kind == "route" else ()
    return [f"{path} at {chance.choice(HOSTS)}" for path in sorted(paths)] or chance.sample(names, most)


@pytest.mark.parametrize("engine_name", ["duckdb"])  # it is the campaign that is tried
def test_a_foreign_canary_is_noticed(cockpit: Cockpit) -> None:
    planted, told = plant(cockpit, 2), Told()
    probe(planted, "route leak", lambda _: f"x CANARY{UUID(int=1).hex} y".encode(), Random(1), told)
    probe(planted, "file cookie", lambda asker: f"set-cookie: a=cs_{asker.there.hex}_b".encode(), Random(1), told)
    probe(planted, "read nothing", lambda asker: f"canary{asker.here.hex}".encode(), Random(1), told)
    assert told.foreign == {"route leak": 1, "file cookie": 1}
    assert told.own == {"route": 0, "file": 0, "read": 1}
