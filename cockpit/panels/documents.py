"""Panels in the shape that other programs rely on: the command line and the REST interface print this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from cockpit.model.instants import spelled
from cockpit.model.panel import PanelRows


def panels_document(workspace: str, instant: datetime, found: Mapping[str, PanelRows]) -> dict[str, Any]:
    """The rows of panels as one document."""
    rows = {slug: [asdict(row) for row in panel.rows] for slug, panel in found.items()}
    return {"workspace": workspace, "as_of": spelled(instant), "panels": rows}
