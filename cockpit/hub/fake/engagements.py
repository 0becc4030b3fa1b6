"""What the fake Hub has taken: each of them is an outreach that a real Hub would have made."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any

from cockpit.model.instants import spelled

FINAL = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Engagement:
    """One outreach."""

    engagement_id: str
    request: Mapping[str, Any]
    key: str | None
    status: str
    outcome: str | None
    started_at: datetime
    completed_at: datetime | None = None
    events: int = 0

    @property
    def reference(self) -> str | None:
        """How the one who asked calls it."""
        return self.request.get("client_reference")

    def event(self, kind: str, sent_at: datetime) -> dict[str, Any]:
        """The webhook that tells of it."""
        asked = self.request
        told = f"Outcome: {self.outcome}" if self.outcome else f"Status: {self.status}."
        return {
            "event_type": kind,
            "delivery_type": "webhook",
            "engagement_id": self.engagement_id,
            "person_id": asked.get("person_id"),
            "status": self.status,
            "outcome": self.outcome,
            "summary": told,
            "started_at": spelled(self.started_at),
            "completed_at": self.completed_at and spelled(self.completed_at),
            "history": [],
            "transcript": [],
            "channel": asked.get("channel"),
            "type": asked.get("type"),
            "contact_identifier": asked.get("phone_number") or asked.get("email_address"),
            "direction": "outbound",
            "call_sid": f"CA{self.engagement_id[-12:]}",
            "domain_name": asked.get("domain_name"),
            "client_reference": self.reference,
            "sent_at": spelled(sent_at),
        }

    def document(self) -> dict[str, Any]:
        """It as JSON."""
        return {
            "engagement_id": self.engagement_id,
            "status": self.status,
            "outcome": self.outcome,
            "started_at": spelled(self.started_at),
            "completed_at": self.completed_at and spelled(self.completed_at),
            "idempotency_key": self.key,
            "client_reference": self.reference,
            "request": dict(self.request),
        }


class Engagements:
    """The engagements, in the order in which they were taken."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = Lock()
        self._all: dict[str, Engagement] = {}
        self._by_key: dict[str, str] = {}
        self._taken = 0

    def take(self, request: Mapping[str, Any], key: str | None, now: datetime, *, honours_key: bool) -> Engagement:
        """Take an outreach; a Hub that honours keys takes each key once."""
        with self._lock:
            if honours_key and key and key in self._by_key:
                return self._all[self._by_key[key]]
            self._taken += 1
            name = hashlib.sha256(f"{self._taken}:{now.timestamp()}".encode()).hexdigest()[:20]
            made = Engagement(f"eng_{name}", dict(request), key, "accepted", None, now)
            self._all[made.engagement_id] = made
            if key:
                self._by_key.setdefault(key, made.engagement_id)
            return made

    def find(self, engagement_id: str) -> Engagement | None:
        """The engagement of this name."""
        with self._lock:
            return self._all.get(engagement_id)

    def find_reference(self, reference: str) -> Engagement | None:
        """The first engagement that was asked for under this name."""
        with self._lock:
            return next((one for one in self._all.values() if one.reference == reference), None)

    def list(self) -> tuple[Engagement, ...]:
        """All of them."""
        with self._lock:
            return tuple(self._all.values())

    def change(self, engagement_id: str, status: str, outcome: str | None, now: datetime) -> Engagement | None:
        """Let an engagement go on; one that is over stays as it is."""
        with self._lock:
            known = self._all.get(engagement_id)
            if known is None or known.status in FINAL:
                return None
            completed = now if status in FINAL else None
            changed = replace(known, status=status, outcome=outcome, completed_at=completed, events=known.events + 1)
            self._all[engagement_id] = changed
            return changed

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._all.clear()
            self._by_key.clear()
