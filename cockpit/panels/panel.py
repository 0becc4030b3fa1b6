"""What a panel is: who is on it, in which order, and what an empty one means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cockpit.model.panel import PanelRows
from cockpit.storage.database import Connection

Row = Mapping[str, Any]


def key_itself(row: Row, key: str, now: datetime) -> float:
    """The key as the number the panel is ordered by."""
    del now
    return round(float(row[key]), 2)


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel; `key` is the column it is ordered by, larger first, and None where its rows are no people."""

    slug: str
    title: str
    description: str
    order: str
    empty_cause: str
    key: str | None = None
    rank_value: Callable[[Row, str, datetime], float] = key_itself
    ties: tuple[str, ...] = ()  # what decides between equal keys before external id, name and id; larger first
    read: Callable[[Connection, Any], PanelRows] | None = None  # from a stage, where its rows are no people
