"""One call of each storage function about rules and their rehearsals, as `calls.py` has them of all others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.storage import (
    holdouts,
    rehearsal_reads,
    rehearsal_runs,
    rule_report,
    rule_signals,
    rule_versions,
)
from tests.storage.rows import ANA, BEN, NOW, REHEARSAL, rehearsal_of, waiting_frame

LATER = NOW + timedelta(days=1)

RULE_CALLS: dict[Any, Callable[[Connection, WorkspaceId], Any]] = {
    holdouts.insert_holdout: lambda c, w: holdouts.insert_holdout(c, w, "call_back", BEN, held_at=NOW),
    holdouts.list_holdouts: lambda c, w: holdouts.list_holdouts(c, w, "call_back"),
    rehearsal_reads.list_triggers: lambda c, w: rehearsal_reads.list_triggers(
        c, w, ["own_CALL", "CANARY_CALL"], since=NOW - timedelta(days=9), until=LATER
    ),
    rehearsal_reads.list_moments: lambda c, w: [
        "own",
        rehearsal_reads.list_moments(
            c, w, [str(ANA)], ["own_CALL", "CANARY_CALL"], since=NOW - timedelta(days=9), until=LATER
        ).rows(),
    ],
    rehearsal_reads.list_reached: lambda c, w: rehearsal_reads.list_reached(c, w, [str(ANA)]),
    rehearsal_reads.list_agreed: lambda c, w: rehearsal_reads.list_agreed(c, w, [str(ANA)]),
    rehearsal_reads.list_sent: lambda c, w: [
        "own",
        rehearsal_reads.list_sent(c, w, since=NOW - timedelta(days=9), until=LATER, but_rule="x").rows(),
    ],
    rehearsal_runs.insert_run: lambda c, w: rehearsal_runs.insert_run(c, w, rehearsal_of("own", BEN)),
    rehearsal_runs.find_run: lambda c, w: rehearsal_runs.find_run(c, w, REHEARSAL),
    rehearsal_runs.list_runs: lambda c, w: rehearsal_runs.list_runs(c, w, "call_back"),
    rehearsal_runs.find_due_run: lambda c, w: rehearsal_runs.find_due_run(c, w, LATER),
    rehearsal_runs.replace_run: lambda c, w: rehearsal_runs.replace_run(
        c, w, REHEARSAL, rehearsal_runs.RunIs(("waiting",)), {"state": "own"}
    ),
    rehearsal_runs.delete_old_runs: lambda c, w: rehearsal_runs.delete_old_runs(c, w, "call_back", keep=5),
    rule_report.count_executions: lambda c, w: rule_report.count_executions(c, w, "call_back", since=NOW),
    rule_report.list_meant: lambda c, w: ["own", rule_report.list_meant(c, w, "call_back").rows()],
    rule_report.list_left_alone: lambda c, w: ["own", rule_report.list_left_alone(c, w, "call_back").rows()],
    rule_report.list_answers: lambda c, w: rule_report.list_answers(
        c, w, [str(ANA)], ["own_CALL", "CANARY_CALL"], since=NOW - timedelta(days=9)
    ),
    rule_signals.upsert_rule_signals: lambda c, w: rule_signals.upsert_rule_signals(c, w, waiting_frame("own")),
    rule_signals.list_rule_signals: lambda c, w: rule_signals.list_rule_signals(c, w, 5),
    rule_signals.delete_rule_signal: lambda c, w: rule_signals.delete_rule_signal(
        c, w, rule_signals.RuleSignal("call_back", "crm", "1", PersonId(ANA), "own", None, NOW)
    ),
    rule_signals.count_rule_signals: rule_signals.count_rule_signals,
    rule_versions.list_stored_rules: rule_versions.list_stored_rules,
    rule_versions.list_armed_rules: lambda c, w: ["own", rule_versions.list_armed_rules(c, w)],
    rule_versions.get_stored_rule: lambda c, w: rule_versions.get_stored_rule(c, w, "call_back"),
    rule_versions.replace_rule: lambda c, w: rule_versions.replace_rule(c, w, "call_back", {"title": "own"}),
    rule_versions.list_rule_versions: lambda c, w: rule_versions.list_rule_versions(c, w, "call_back"),
    rule_versions.insert_rule_version: lambda c, w: rule_versions.insert_rule_version(
        c, w, "call_back", rule_versions.RuleVersion(2, "draft", {"title": "own"}, None, NOW)
    ),
    rule_versions.replace_rule_version: lambda c, w: rule_versions.replace_rule_version(
        c, w, "call_back", 1, {"status": "own"}
    ),
}
RULES_ABOVE_WORKSPACES = {
    rehearsal_runs.list_workspaces_with_runs,
    rule_signals.list_workspaces_with_rule_signals,
}
