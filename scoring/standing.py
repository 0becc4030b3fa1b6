"""Standing: the key by which a person is ranked on each panel, and until when it holds.

A key may drift from what it would be now by at most MARGIN before `due_at`; membership never changes before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from scoring.accumulate import HEAT, HEAT_HALF_LIFE_DAYS
from scoring.bands import NAMES
from scoring.decay import DAY, Flags, Floats, Ints
from scoring.inputs import Source
from scoring.model import ScoreModel
from scoring.reconnect import OLDIES_DAYS, RECENT_DAYS, Return, oldies_key, recent_key, returns
from scoring.staleness import Silence, overdue_at, planned, silence
from scoring.values import NEVER, instants

MARGIN: Mapping[str, float] = MappingProxyType(
    {
        "priority": 0.5,
        "hot": 0.0,
        "follow_up": 0.0,
        "stale": 0.1,
        "reconnect_recent": 0.02,
        "reconnect_oldies": 0.02,
        "recent": 0.0,
    }
)
OPEN = ("lead", "mql", "sql")
HEATLESS = -1e6  # hot without any heat: below everybody with some
SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What the keys of all panels are computed from; nothing in it depends on the instant."""

    reachable: Flags  # not do-not-contact, not opted out
    open_lead: Flags
    planned_at: Ints
    overdue_at: Ints
    inbound_at: Ints
    heat: Floats
    silence: Silence
    back: Return

    def keys(self, t: Ints, total: Floats, band: Ints, reconnect: Floats) -> dict[str, Floats]:
        """The key of every person on every panel; NaN: not on it."""
        on = self.members(t, band)
        on["priority"] &= ~np.isnan(total)
        values = {
            "priority": total,
            "hot": self.heat,
            "follow_up": -_seconds(self.overdue_at),
            "stale": self.silence.key(t),
            "reconnect_recent": recent_key(reconnect),
            "reconnect_oldies": oldies_key(reconnect, self.back),
            "recent": _seconds(self.inbound_at),
        }
        return {panel: np.where(on[panel], value, np.nan) for panel, value in values.items()}

    def members(self, t: Ints, band: Ints) -> dict[str, Flags]:
        """Who is on which panel."""
        lead, unplanned = self.reachable & self.open_lead, self.reachable & ~(self.planned_at > t)
        return {
            "priority": lead.copy(),
            "hot": lead & (band == NAMES.index("hot")),
            "follow_up": self.reachable & (self.overdue_at != NEVER),
            "stale": lead & unplanned & (self.silence.stale_at != NEVER) & (t >= self.silence.stale_at),
            "reconnect_recent": unplanned & self.back.window(t, RECENT_DAYS),
            "reconnect_oldies": unplanned & self.back.window(t, OLDIES_DAYS),
            "recent": self.reachable & (self.inbound_at != NEVER),
        }

    def boundaries(self) -> list[Ints]:
        """The instants at which somebody may enter or leave a panel by time alone."""
        known = self.back.since != NEVER
        days = (*RECENT_DAYS, OLDIES_DAYS[1])
        edges = [np.where(known, np.where(known, self.back.since, 0) + day * DAY, NEVER) for day in days]
        return [*edges, self.silence.stale_at, self.planned_at]


def _seconds(instant: Ints) -> Floats:
    return instant / SECOND


def standing(source: Source, model: ScoreModel) -> Standing:
    """The standing of every person."""
    people, facts = source.people, source.facts
    both = zip(people["lifecycle"].to_list(), _fact(facts, "lifecycle"), strict=True)
    states = [told or given or "lead" for told, given in both]
    refused = _flags(_fact(facts, "do_not_contact")) | (instants(people["opted_out_at"]) != NEVER)
    return Standing(
        reachable=~refused,
        open_lead=_flags(state in OPEN for state in states),
        planned_at=planned(people),
        overdue_at=overdue_at(people, model),
        inbound_at=instants(people["last_inbound_at"]),
        heat=_heat(source),
        silence=silence(source, model),
        back=returns(source, _flags(state == "customer" for state in states)),
    )


def _fact(facts: pl.DataFrame, name: str) -> list[Any]:
    return facts[name].to_list() if name in facts.columns else [None] * facts.height


def _flags(values: Iterable[bool | None]) -> Flags:
    return np.array([bool(value) for value in values], dtype=np.bool_)


def _heat(source: Source) -> Floats:
    """log2(S) + t/h: the order of heat, the same at every instant."""
    heat = np.full(source.size, HEATLESS)
    for sums in source.of([HEAT]):
        with np.errstate(divide="ignore"):
            key = np.log2(sums.amount) + sums.last / (HEAT_HALF_LIFE_DAYS * DAY)
        heat[sums.rows] = np.where(sums.amount > 0, np.round(key, 9), HEATLESS)
    return heat
