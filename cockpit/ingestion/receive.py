"""The service the HTTP doors call: a batch in, one answer per item, all of it in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Protocol

import polars as pl

from cockpit.ingestion.columns import SIGNAL_COLUMNS
from cockpit.ingestion.counters import count_new
from cockpit.ingestion.normalise import normalise
from cockpit.ingestion.record import Item, Receipt, SignalIn
from cockpit.ingestion.restate import advance_people
from cockpit.ingestion.rule_signals import await_rules
from cockpit.ingestion.rulebook import Rulebook, get_rulebook, rulebook_of
from cockpit.ingestion.sources.batch import Reject
from cockpit.ingestion.sources.jsonl_file import rows_frame
from cockpit.ingestion.sources.text import row_of
from cockpit.ingestion.take import take
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection, Database
from cockpit.storage.ground import get_ground
from cockpit.storage.workspaces import replace_data_version

SOURCE = "api"
Signals = Sequence[SignalIn | Mapping[str, object]]


class WithDatabase(Protocol):
    """What ingestion needs of the opened cockpit."""

    @property
    def db(self) -> Database:
        """The database."""
        ...


def receive(
    cockpit: WithDatabase,
    workspace_id: WorkspaceId,
    signals: Signals,
    now: datetime,
    *,
    source: str = SOURCE,
) -> Receipt:
    """Take a batch of signals; when this returns, everything accepted is stored and scored."""
    checked = check([signals], now, source=source)
    with cockpit.db.write(workspace_id) as conn:
        return store(conn, workspace_id, checked, now)[0]


@dataclass(frozen=True, slots=True)
class Checked:
    """Signals of several callers as rows with types, and the answers to those that cannot be stored."""

    frame: pl.DataFrame
    rejected: Mapping[int, Item]  # by row; rows are numbered from 1 through all batches
    sizes: tuple[int, ...]


def check(batches: Sequence[Signals], now: datetime, *, source: str = SOURCE) -> Checked:
    """Read the signals of one or more callers; nothing is stored yet."""
    rows, rejects = _rows([signal for batch in batches for signal in batch])
    normal = normalise(rows, now, source=source)
    rejected = {reject.row: Item("rejected", reject.reason) for reject in (*rejects, *normal.rejects)}
    return Checked(normal.frame, rejected, tuple(len(batch) for batch in batches))


def store(conn: Connection, workspace_id: WorkspaceId, checked: Checked, now: datetime) -> tuple[Receipt, ...]:
    """Store checked signals and everything that follows; one receipt per caller, true once this transaction commits."""
    ground = get_ground(conn, workspace_id)
    items = dict(checked.rejected)
    if checked.frame.height:
        taken = take(conn, workspace_id, checked.frame, now, tray=ground.has_parked)
        follow(conn, workspace_id, taken.new, now, rulebook_of(ground.types, ground.model))
        items |= {row: _item(answer) for row, *answer in taken.answers.iter_rows()}
    numbers = iter(range(1, sum(checked.sizes) + 1))
    return tuple(Receipt(tuple(items[number] for number in islice(numbers, size))) for size in checked.sizes)


def follow(
    conn: Connection, workspace_id: WorkspaceId, new: pl.DataFrame, now: datetime, rulebook: Rulebook | None = None
) -> None:
    """Make scores, suggestions and counters follow from signals just stored in this transaction."""
    if new.is_empty():
        return
    before = advance_people(conn, workspace_id, new, rulebook or get_rulebook(conn, workspace_id), now)
    replace_data_version(conn, workspace_id, received_at=now)
    count_new(conn, workspace_id, new, before)
    await_rules(conn, workspace_id, new)  # behind the lock that the data version is: no rule is switched on meanwhile


def _rows(signals: Signals) -> tuple[pl.DataFrame, list[Reject]]:
    """The items as rows of text, and those that cannot be."""
    rows: dict[int, dict[str, str]] = {}
    rejects: list[Reject] = []
    for number, signal in enumerate(signals, start=1):
        try:
            record = signal.record() if isinstance(signal, SignalIn) else signal
            rows[number] = row_of(record, SIGNAL_COLUMNS)
        except (ValueError, RecursionError) as error:
            rejects.append(Reject(number, str(error)))
    return rows_frame(rows, SIGNAL_COLUMNS), rejects


def _item(answer: Sequence[str | None]) -> Item:
    status, reason, person_id, digest, stored_digest = answer
    return Item(status, reason, person_id, digest, stored_digest)  # type: ignore[arg-type]
