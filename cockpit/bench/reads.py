"""Ten panels from the index beside the same panels from raw signals, and a full rescore beside a column scan."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cockpit.bench.timing import ratio, repeated, watched
from cockpit.bootstrap import Cockpit
from cockpit.errors import CockpitError
from cockpit.ingestion.refresh import refresh_due
from cockpit.ingestion.rescore import rescore
from cockpit.model.ids import WorkspaceId
from cockpit.model.panel import PanelRows
from cockpit.panels import registry
from cockpit.storage.scratch import scan_signals

INDEXED_RUNS = 40
SCANS = 5


class DifferentPanels(CockpitError):
    """The index and the raw signals gave different panels: the measurement is void."""


def measure_panels(cockpit: Cockpit, workspace_id: WorkspaceId, now: datetime, *, raw_runs: int) -> dict[str, Any]:
    """Ten panels of 25 rows by index; the same from the raw signals; and that they are the same."""
    refresh_due(cockpit, workspace_id, now)
    live = registry.all_panels(cockpit.db, workspace_id, now=now)
    as_served()
    ours = repeated(lambda: registry.all_panels(cockpit.db, workspace_id, now=now), INDEXED_RUNS)
    result: dict[str, Any] = {**ours.as_json(), "rows": sum(len(panel.rows) for panel in live.values())}
    if raw_runs:
        raw = repeated(lambda: registry.all_panels(cockpit.db, workspace_id, now=now, as_of=now), raw_runs)
        check_same(live, registry.all_panels(cockpit.db, workspace_id, now=now, as_of=now))
        result |= {
            "raw": raw.as_json(),
            "raw_p50_over_indexed_p95": ratio(raw.percentile(50), ours.percentile(95)),
            "raw_p95_over_indexed_p95": ratio(raw.percentile(95), ours.percentile(95)),
        }
    return result


def as_served() -> None:
    """Leave what start-up made out of garbage collection, as the server does before its first visitor."""
    gc.collect()
    gc.freeze()


def check_same(live: Mapping[str, PanelRows], replayed: Mapping[str, PanelRows]) -> None:
    """Refuse to compare the times of different answers."""
    for slug, panel in live.items():
        ours, theirs = ([(row.person_id, row.name) for row in one.rows] for one in (panel, replayed[slug]))
        if ours != theirs:
            raise DifferentPanels(f"{slug} differs between the index and the raw signals: the measurement is void.")


def measure_rescore(cockpit: Cockpit, workspace_id: WorkspaceId, now: datetime) -> dict[str, Any]:
    """Every score of the workspace again, beside one look at every signal's columns."""
    with watched() as ours:
        rescore(cockpit, workspace_id, now)

    def scan() -> None:
        with cockpit.db.read(workspace_id) as conn:
            scan_signals(conn, workspace_id)

    best = repeated(scan, SCANS)
    return {
        "seconds": round(ours.seconds, 2),
        "peak_mb": ours.peak_mb,
        "column_scan_p50_ms": best.percentile(50),
        "times_column_scan": ratio(ours.seconds * 1000, best.percentile(50)),
    }
