"""What the person wall is compared by in the report of a rule: whom it meant, and whom it left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cockpit.model.ids import WorkspaceId
from cockpit.storage import rule_report
from cockpit.storage.database import Connection
from cockpit.storage.holdouts import insert_holdout
from cockpit.storage.rule_report import count_executions
from tests.access.walled_runs import RUN_COUNTS, RUN_ROWS, counted, must_be_counted

__all__ = ["REST_ROWS", "RUN_COUNTS", "count_executions", "counted", "executions", "fill_left_alone", "must_be_counted"]

KEY = "call_back"
Row = tuple[str, object]


def fill_left_alone(conn: Connection, workspace_id: WorkspaceId, people: Iterable[str], now: datetime) -> None:
    """Some people whom the rule leaves alone."""
    for one in people:
        insert_holdout(conn, workspace_id, KEY, UUID(one), held_at=now)


def framed(view: Any, read: Callable[..., Any]) -> Iterator[Row]:
    """Whom a read of a rule names."""
    for row in view.ask(read, KEY).iter_rows(named=True):
        yield str(row["person_id"]), row["first_at"]


REST_ROWS: dict[Any, Callable[[Any], Iterable[Row]]] = {
    **RUN_ROWS,
    rule_report.list_meant: lambda v: framed(v, rule_report.list_meant),
    rule_report.list_left_alone: lambda v: framed(v, rule_report.list_left_alone),
}


def executions(view: Any) -> int:
    """How many executions of the rule there are."""
    counted = view.ask(count_executions, KEY, since=view.now - timedelta(days=400))
    return sum(one.count for one in counted)
