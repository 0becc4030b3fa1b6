"""Row security on PostgreSQL: a transaction sees the rows of the workspace that it named when it began.

`protect(table)` belongs into every migration that makes a table with a workspace_id. A table that is forced to keep
its policy shows nothing to a transaction that named nothing, not even to the owner of the table.
"""

from __future__ import annotations

from alembic import op

POLICY = "one_workspace"
# An unset setting is null or, after a transaction that set it, empty: neither is an id, and no row is seen.
# Both are looked up once per statement: as subqueries, not for every row.
NAMED = "(SELECT nullif(current_setting('cockpit.workspace', true), '')::uuid)"
EVERY = "(SELECT coalesce(current_setting('cockpit.all_workspaces', true), '') = 'on')"
# Whom the wall leaves, where the transaction is for somebody behind it. A CASE, which a planner takes for half of the
# rows: for `... IS NULL OR owner_id = ...` it would expect next to none, and choose its plans by that.
BEHIND = "(SELECT nullif(current_setting('cockpit.people_of', true), '')::uuid)"
WITH_SYSTEM = "(SELECT coalesce(current_setting('cockpit.with_system', true), '') <> 'False')"


def wall_off(table: str, *, system: str | None = None) -> None:
    """Hide the rows of others from a transaction for somebody behind the wall; `system` names the column, if any."""
    if op.get_bind().dialect.name != "postgresql":
        return
    less = f" AND ({WITH_SYSTEM} OR {system} IS NOT TRUE)" if system else ""
    seen = f"CASE WHEN {BEHIND} IS NULL THEN true ELSE owner_id = {BEHIND}{less} END"
    op.execute(f"CREATE POLICY person_wall ON {table} AS RESTRICTIVE FOR SELECT USING ({seen})")


def protect(table: str) -> None:
    """Give a table its policy, where the server knows policies."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    seen = f"workspace_id = {NAMED} OR {EVERY}"
    op.execute(f"CREATE POLICY {POLICY} ON {table} USING ({seen}) WITH CHECK ({seen})")
