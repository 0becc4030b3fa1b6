"""Receipts of requests with a key of the caller's own: kept, so that a repeat is told the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cockpit.errors import Conflict
from cockpit.ingestion.record import Item, Receipt
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.idempotency import find_answered, insert_claims, replace_answer

STORED = 200


@dataclass(frozen=True, slots=True)
class Repeatable:
    """The key a caller gave a request, and the digest of what was asked under it."""

    key: str
    digest: str


def claim(conn: Connection, workspace_id: WorkspaceId, asked: Repeatable, now: datetime) -> Mapping[str, Any] | None:
    """Claim a key for this transaction; the stored answer when it was claimed before.

    Raises:
        Conflict: it was claimed for something else.
    """
    if asked.key in insert_claims(conn, workspace_id, {asked.key: asked.digest}, now=now):
        return None
    before = find_answered(conn, workspace_id, asked.key)
    if before is None or before.digest != asked.digest:
        raise Conflict("This Idempotency-Key was used for another request: give every request a key of its own.")
    return before.answer


def keep(conn: Connection, workspace_id: WorkspaceId, asked: Repeatable, answer: Mapping[str, Any]) -> None:
    """Keep the answer to a claimed key."""
    replace_answer(conn, workspace_id, asked.key, status=STORED, answer=answer)


def as_answer(receipt: Receipt) -> dict[str, Any]:
    """A receipt as it is kept."""
    return {"items": [asdict(item) for item in receipt.items]}


def as_receipt(answer: Mapping[str, Any]) -> Receipt:
    """The receipt that was kept."""
    return Receipt(tuple(Item(**item) for item in answer["items"]))
