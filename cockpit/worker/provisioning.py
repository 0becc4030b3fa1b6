"""The worker's part of provisioning: takes up workspaces that were left unfinished, and calls the Hub about them.

resume_due(cockpit, now) -> int
call_due(cockpit, now) -> int
"""

from __future__ import annotations

from datetime import datetime

from cockpit.access import callbacks, workspace_states
from cockpit.bootstrap import Cockpit
from cockpit.ingestion.start import RULES

SECONDS = 2.0


def resume_due(cockpit: Cockpit, now: datetime) -> int:
    """Go on with the workspaces whose next attempt is due; answers how many."""
    return workspace_states.resume_due(cockpit.db, rules=RULES, now=now)


def call_due(cockpit: Cockpit, now: datetime) -> int:
    """Make the calls to the Hub that are due; answers how many."""
    return callbacks.send_due(cockpit.db, cockpit.settings.hub_callback, now)
