"""New signals of rules that act by themselves: a row for each of the two, in the transaction that stores the signal.

await_rules(conn, workspace_id, new) -> int        how many wait now because of these
"""

from __future__ import annotations

import polars as pl

from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.rule_signals import upsert_rule_signals
from cockpit.storage.rule_versions import StoredRule, list_armed_rules
from scoring.plans import carried_out

WAITS = ("rule_key", "source", "source_event_id", "person_id", "type", "channel", "occurred_at")


def await_rules(conn: Connection, workspace_id: WorkspaceId, new: pl.DataFrame) -> int:
    """Let signals wait for the rules they concern; of what happened before a rule was switched on, none does."""
    rules = () if new.is_empty() else list_armed_rules(conn, workspace_id)
    if not rules:
        return 0
    waits = carried_out(pl.concat([_concerned(new.lazy(), rule) for rule in rules]))
    return upsert_rule_signals(conn, workspace_id, waits)


def _concerned(new: pl.LazyFrame, rule: StoredRule) -> pl.LazyFrame:
    meant = pl.col("type").is_in(rule.signal_types) & (pl.col("occurred_at") >= rule.enabled_at)
    return new.filter(meant).with_columns(rule_key=pl.lit(rule.rule_key)).select(WAITS)
