"""Receipts of requests with a key of the caller's own: kept, so that a repeat is told the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cockpit.errors import Conflict
from cockpit.ingestion.record import Item, Receipt
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.idempotency import find_answered, insert_claims, replace_answers

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
    return claim_all(conn, workspace_id, [asked], now).get(asked.key)


def claim_all(
    conn: Connection, workspace_id: WorkspaceId, asked: Sequence[Repeatable], now: datetime
) -> dict[str, Mapping[str, Any]]:
    """Claim several keys, each different; the stored answers of those that were claimed before.

    Raises:
        Conflict: one was claimed for something else.
    """
    claimed = insert_claims(conn, workspace_id, {one.key: one.digest for one in asked}, now=now) if asked else ()
    return {one.key: _answer(conn, workspace_id, one) for one in asked if one.key not in claimed}


def _answer(conn: Connection, workspace_id: WorkspaceId, asked: Repeatable) -> Mapping[str, Any]:
    before = find_answered(conn, workspace_id, asked.key)
    if before is None or before.digest != asked.digest:
        raise Conflict("This Idempotency-Key was used for another request: give every request a key of its own.")
    return before.answer


def keep(conn: Connection, workspace_id: WorkspaceId, asked: Repeatable, answer: Mapping[str, Any]) -> None:
    """Keep the answer to a claimed key."""
    keep_all(conn, workspace_id, {asked.key: answer})


def keep_all(conn: Connection, workspace_id: WorkspaceId, answers: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep the answers to claimed keys."""
    if answers:
        replace_answers(conn, workspace_id, answers, status=STORED)


def as_answer(receipt: Receipt) -> dict[str, Any]:
    """A receipt as it is kept."""
    return {"items": [asdict(item) for item in receipt.items]}


def as_receipt(answer: Mapping[str, Any]) -> Receipt:
    """The receipt that was kept."""
    return Receipt(tuple(Item(**item) for item in answer["items"]))
