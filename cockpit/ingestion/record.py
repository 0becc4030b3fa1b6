"""What goes into ingestion and what comes back: one answer per item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

Status = Literal["accepted", "duplicate", "rejected", "unmatched"]


@dataclass(frozen=True, slots=True)
class SignalIn:
    """One signal as a caller hands it in; the person is whoever an id, external id, e-mail or phone names."""

    type: str
    occurred_at: datetime | str
    source_event_id: str | None = None  # without one the content is the id
    source: str | None = None
    person_id: str | None = None
    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    value: float | None = None
    channel: str | None = None
    direction: str | None = None
    scheduled_for: datetime | str | None = None
    payload: Mapping[str, object] | None = None

    def record(self) -> dict[str, object]:
        """The fields by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one item; `digest` is the SHA-256 of its canonical body."""

    status: Status
    reason: str | None = None
    person_id: str | None = None
    digest: str | None = None
    stored_digest: str | None = None  # of the signal that has the id already, when that is the conflict


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answers to a batch, in its order."""

    items: tuple[Item, ...]

    @property
    def tally(self) -> Tally:
        """How many of each."""
        counts = Counter(item.status for item in self.items)
        return Tally(counts["accepted"], counts["duplicate"], counts["rejected"], counts["unmatched"])


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows were accepted, duplicate, rejected, unmatched; together they are all rows."""

    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    unmatched: int = 0

    @property
    def rows(self) -> int:
        """All rows."""
        return self.accepted + self.duplicate + self.rejected + self.unmatched

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(
            self.accepted + other.accepted,
            self.duplicate + other.duplicate,
            self.rejected + other.rejected,
            self.unmatched + other.unmatched,
        )
