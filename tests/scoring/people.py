"""People by their signals, seen through the whole engine: `seen({"ana": [("MISSED_CALL", hours_ago)]}, now)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import polars as pl

from scoring.evidence import replay
from scoring.model import preset_model
from scoring.score import score
from scoring.signals import BUILT_IN, Catalogue
from scoring.suggest import people_frame

Told = Mapping[str, Sequence[tuple[object, ...]]]
INSTANT = pl.Datetime("us", "UTC")
FACTS = {
    "name": "Ana Ruiz",
    "external_id": "ana",
    "lifecycle": "lead",
    "do_not_contact": False,
    "value": None,
    "attributes": "{}",
    "time_zone": "Europe/Paris",
    "has_phone": True,
    "has_email": True,
    "owner_id": None,
}


def signals_of(told: Told, now: datetime) -> pl.DataFrame:
    """One row per (type, hours ago, hours ahead of a planned step or None)."""
    rows = [
        {
            "person_id": person,
            "type": signal[0],
            "occurred_at": now - timedelta(hours=signal[1]),  # type: ignore[arg-type]
            "value": None,
            "scheduled_for": now + timedelta(hours=signal[2]) if len(signal) > 2 else None,  # type: ignore[arg-type]
        }
        for person, signals in told.items()
        for signal in signals
    ]
    kinds = {"person_id": pl.String, "type": pl.String, "occurred_at": INSTANT, "value": pl.Float64}
    return pl.DataFrame(rows, schema=kinds | {"scheduled_for": INSTANT})


def facts_of(people: Sequence[str], now: datetime, **given: object) -> pl.DataFrame:
    """The facts of people, the same for all."""
    rows = [{"person_id": one, **FACTS, "created_at": now - timedelta(days=400), **given} for one in people]
    kinds = {
        "person_id": pl.String,
        "value": pl.Float64,
        "owner_id": pl.String,
        "created_at": INSTANT,
        "time_zone": pl.String,
    }
    frame = pl.DataFrame(rows, schema_overrides=kinds)
    return frame if rows else facts_of(["nobody"], now).clear()


def seen(told: Told, now: datetime, catalogue: Catalogue = BUILT_IN, **given: object) -> pl.DataFrame:
    """The people as the action engine sees them at an instant."""
    facts = facts_of(list(told), now, **given)
    return frame_at(signals_of(told, now), facts, now, catalogue)


def frame_at(
    signals: pl.DataFrame, facts: pl.DataFrame, now: datetime, catalogue: Catalogue = BUILT_IN
) -> pl.DataFrame:
    """The same from signals and facts, all signals counted."""
    evidence = replay(signals, catalogue)
    scores = score(evidence, facts, preset_model(catalogue), now, ahead=False)
    return people_frame(evidence.people, evidence.accumulators, scores, facts, lambda name: _channel(name, catalogue))


def _channel(name: str, catalogue: Catalogue) -> str | None:
    kind = catalogue.get(name)
    return None if kind is None else kind.channel
