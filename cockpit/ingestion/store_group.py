"""A group of requests in one transaction, each with its own receipt.

store_group(db, workspace_id, group, now) -> list[Receipt]      true once it returns: stored, scored, committed
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cockpit.ingestion.answered import Repeatable, as_answer, as_receipt, claim_all, keep_all
from cockpit.ingestion.receive import Signals, check, store
from cockpit.ingestion.record import Receipt
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Database

Group = Sequence[tuple[Signals, Repeatable | None]]


def store_group(db: Database, workspace_id: WorkspaceId, group: Group, now: datetime) -> list[Receipt]:
    """The receipts of a group that is committed; a key is in it once at most."""
    keys = [key for _, key in group if key]
    if not keys:
        checked = check([signals for signals, _ in group], now)
        with db.write(workspace_id) as conn:
            return list(store(conn, workspace_id, checked, now))
    with db.write(workspace_id) as conn:
        known = {key: as_receipt(one) for key, one in claim_all(conn, workspace_id, keys, now).items()}
        fresh = [(signals, key) for signals, key in group if key is None or key.key not in known]
        receipts = store(conn, workspace_id, check([signals for signals, _ in fresh], now), now)
        told = {key.key: one for (_, key), one in zip(fresh, receipts, strict=True) if key}
        keep_all(conn, workspace_id, {key: as_answer(one) for key, one in told.items()})
    new = iter(receipts)
    return [known[key.key] if key and key.key in known else next(new) for _, key in group]
