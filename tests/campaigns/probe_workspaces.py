"""Plant a canary in each of many workspaces, then ask everything there is and look for the canary of another one.

python -m tests.campaigns.probe_workspaces --workspaces 10000 --probes 100000 --engine duckdb|postgresql [--seconds 600]

Probes are every read and count of storage and panels, every export in every format, every route over HTTP with a
session and a key, and every page. On PostgreSQL the program connects as an ordinary role, so that row security holds
for panels, routes and pages; the reads of storage are tried without it, by their own conditions.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

import streamlit as st

from cockpit.ui import connection
from tests.campaigns.databases import a_cockpit
from tests.campaigns.planted import Planted, found_in, plant
from tests.campaigns.probe_doors import door_probes, served
from tests.campaigns.probe_pages import page_probes
from tests.campaigns.probe_reads import Probe, read_probes

EACH = 3


@dataclass(slots=True)
class Told:
    """What the probes brought back, by kind: read, file, route, page."""

    probes: Counter[str] = field(default_factory=Counter)
    own: Counter[str] = field(default_factory=Counter)  # those that brought the canary of their own: they do look
    foreign: Counter[str] = field(default_factory=Counter)  # by probe

    def __str__(self) -> str:
        """One line."""
        kinds = ", ".join(f"{count:,} {kind}s ({self.own[kind]:,} own)" for kind, count in self.probes.items())
        return f"{self.probes.total():,} probes: {kinds}; {self.foreign.total()} saw another's canary"


@contextmanager
def everything(planted: Planted, chance: Random) -> Iterator[Mapping[str, Probe]]:
    """All probes, while a server and the pages are there for them."""
    st.cache_data.clear()
    with served(planted, chance) as (site, app), connection.shared(planted.cockpit):
        yield {**read_probes(), **door_probes(site, app), **page_probes(planted, chance)}
    st.cache_data.clear()


def probe_all(planted: Planted, tried: Mapping[str, Probe], chance: Random, count: int, seconds: float) -> Told:
    """So many probes, each by somebody of another workspace, until the time is over.

    Every kind has its turn a few times; from then on those that take long come more rarely.
    """
    told = Told()
    took = dict.fromkeys(tried, 0.0)
    names, ends, coming = list(tried), time.monotonic() + seconds, list[str]()
    while told.probes.total() < count and time.monotonic() < ends:
        turn = told.probes.total() < EACH * len(names)
        if not turn and not coming:
            coming = chance.choices(names, [EACH / max(took[name], 0.001) for name in names], k=100)
        name = names[told.probes.total() % len(names)] if turn else coming.pop()
        began = time.monotonic()
        probe(planted, name, tried[name], chance, told)
        took[name] += time.monotonic() - began if turn else 0.0
    return told


def probe(planted: Planted, name: str, ask: Probe, chance: Random, told: Told) -> None:
    """One question, and whether its answer holds anything of another workspace."""
    asker, kind = planted.asker(chance), name.partition(" ")[0]
    found = found_in(ask(asker))
    told.probes[kind] += 1
    told.own[kind] += asker.here.hex in found
    if found - {asker.here.hex}:
        told.foreign[name] += 1


def main() -> None:
    """Plant, probe, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspaces", type=int, default=10_000)
    parser.add_argument("--probes", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=3_600)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--engine", choices=("duckdb", "postgresql"), default="duckdb")
    asked = parser.parse_args()
    chance = Random(asked.seed)
    logging.disable(logging.WARNING)
    with a_cockpit(asked.engine) as cockpit:
        began = time.monotonic()
        planted = plant(cockpit, asked.workspaces)
        print(f"{asked.workspaces:,} workspaces planted in {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
        began = time.monotonic()
        with everything(planted, chance) as tried:
            told = probe_all(planted, tried, chance, asked.probes, asked.seconds)
    lasted = time.monotonic() - began
    print(f"{asked.engine}: {told}, {len(tried)} kinds in {lasted:.0f} s {dict(told.foreign)}")  # noqa: T201
    raise SystemExit(1 if told.foreign else 0)


if __name__ == "__main__":
    main()
