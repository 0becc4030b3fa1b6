"""The worker's part of rules: signals that wait for one are looked at, in every workspace.

fire_rules(cockpit, now) -> int
"""

from __future__ import annotations

from datetime import datetime

from cockpit.automation.rules import fire_due
from cockpit.bootstrap import Cockpit
from cockpit.storage.rule_signals import list_workspaces_with_rule_signals

SECONDS = 1.0


def fire_rules(cockpit: Cockpit, now: datetime) -> int:
    """Look at what waits; answers how many signals were decided on."""
    # all workspaces: the worker works for each of them
    with cockpit.db.read() as conn:
        ids = list_workspaces_with_rule_signals(conn)
    return sum(fire_due(cockpit.db, workspace_id, now) for workspace_id in ids)
