"""No read goes around the person wall: it takes a scope or says nothing of people, and doors always hand it on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from inspect import getmembers, isfunction, signature
from pkgutil import iter_modules
from typing import Any

import pytest

from cockpit import panels, storage
from tests.access.walled import COUNTS, ROWS, name_of
from tests.house.source import Source, dotted, sources

READS = ("get_", "find_", "list_", "stream_", "count_")
# What says nothing of people: everybody in the workspace may know it, or a permission guards it.
ABOUT_NOBODY = {
    *("workspaces", "members", "models", "ground", "rules", "imports", "health", "sessions", "login_tokens"),
    "api_keys",
    *("idempotency", "callbacks", "audit", "avatars", "workspace_changes", "memberships"),
    *("workspace_states", "hub_connections", "action_mappings", "breakers", "preset_artifacts", "workflows"),
    "rule_versions",
    "workflow_versions",
}
# What works on people whom something above has chosen, or for the whole workspace: no screen and no route may call it.
BENEATH = {
    "activity.list_chosen_days",
    "activity.list_owned_signals",
    "activity.list_told_signals",
    "attempts.count_attempts",
    "attempts.count_waiting",
    "attempts.find_attempt",
    "attempts.find_attempt_of",
    "demo.count_demo_people",
    "engagements.find_engagement",
    "engagements.get_engagement_locked",
    "engagements.list_engagements",
    "evidence.get_evidence",
    "evidence.list_accumulators",
    "guard_chain.find_head",
    "guard_chain.get_head",
    "guard_chain.list_entries",
    "guard_facts.find_conversation",
    "guard_facts.find_rule",
    "guard_facts.get_person_locked",
    "guard_facts.list_stops",
    "guard_reads.get_facts",
    "guard_reads.get_facts_first",
    "guard_reads.get_facts_locked",
    "guard_windows.find_window",
    "holdouts.list_holdouts",
    "ledger.find_ledger",
    "matching.list_all_matches",
    "matching.list_matches",
    "matching.list_raw_phone_matches",
    "outbox.count_due",
    "outbox.list_expired",
    "pending.count_pending",
    "pending.list_pending",
    "pending.list_pending_among",
    "people.list_facts",
    "people.list_locked",
    "people.list_people",
    "people.list_person_ids_after",
    "rehearsal_reads.list_agreed",
    "rehearsal_reads.list_moments",
    "rehearsal_reads.list_reached",
    "rehearsal_reads.list_sent",
    "rehearsal_reads.list_triggers",
    "rehearsal_runs.find_due_run",
    "rehearsal_runs.find_run",
    "rehearsal_runs.list_runs",
    "rule_report.list_answers",
    "rule_signals.count_rule_signals",
    "rule_signals.list_rule_signals",
    "scores.list_due",
    "scores.list_scores",
    "signals.list_digests",
    "standings.get_standings",
    "standings.list_locked_facts",
    "suggestions.list_woken",
    "unmatched.count_unmatched",
    "unmatched.list_unmatched",
    "unmatched.list_unmatched_digests",
    "unmatched.list_unmatched_for",
    "workflow_runs.count_starts",
    "workflow_runs.find_run_locked",
    "workflow_runs.list_running",
    "workflow_steps.find_step",
    "workflow_steps.list_next_people",
    "workflow_steps.list_steps",
}
# These hand the scope on to reads that are compared; what they make is compared as the panels.
HANDED_ON = {"stage.live", "stage.reach", "stage.replayed", "panel_index.steady", "panel_index.key_and_people"}
# A key is the workspace's own: what a program reads with one has no wall.
OF_KEYS = "cockpit/api/machine"
DOORS = ("cockpit/ui", "cockpit/api", "pages", "app.py")


def functions_of(package: Any) -> Iterator[Any]:
    """The public functions of a package's modules."""
    for place in iter_modules(package.__path__):
        if place.name == "migrations":
            continue
        module = import_module(f"{package.__name__}.{place.name}")
        for name, function in getmembers(module, isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield function


def takes_scope(function: Any) -> bool:
    """Whether it asks who is asking."""
    return bool({"scope", "reach"} & set(signature(function).parameters))


SCOPED = {name_of(one): one for package in (storage, panels) for one in functions_of(package) if takes_scope(one)}


def test_reads_of_storage_know_the_wall() -> None:
    reads = {
        name_of(one)
        for one in functions_of(storage)
        if one.__name__.startswith(READS) and "workspace_id" in signature(one).parameters
    }
    outside = {name for name in reads if name.partition(".")[0] in ABOUT_NOBODY}
    assert reads - outside - set(SCOPED) - BENEATH == set(), "give the read a scope, or say here why it needs none"
    assert BENEATH - reads == set(), "reads that are gone"
    assert BENEATH & set(SCOPED) == set()


def test_whatever_opens_the_database_for_a_panel_knows_the_wall() -> None:
    open_it = {name_of(one) for one in functions_of(panels) if {"db", "workspace_id"} <= set(signature(one).parameters)}
    assert open_it - set(SCOPED) == set()


def test_every_scoped_read_is_compared() -> None:
    compared = {name_of(one) for one in (*ROWS, *COUNTS)}
    named = {name for name in SCOPED if not name.startswith(("wall.", "opportunities_page._"))}
    assert named - compared - HANDED_ON == set(), "new reads: add them to tests/access/walled.py"


def calls_without_scope(source: Source) -> Iterator[str]:
    """Calls of scoped reads that do not say whose people they may show."""
    names = {name.partition(".")[2] for name in SCOPED}
    for node in source.nodes:
        if not isinstance(node, ast.Call) or dotted(node.func).rpartition(".")[2] not in names:
            continue
        if dotted(node.func).startswith(("exports.", "st.", "self.")) or "scope" in {one.arg for one in node.keywords}:
            continue
        if is_read(source, node.func):
            yield f"{source.name}:{node.lineno} {dotted(node.func)}"


def is_read(source: Source, function: ast.expr) -> bool:
    """Whether the name comes from storage or panels, and not from the file itself or the screens."""
    head = dotted(function).partition(".")[0]
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom) and node.module and head in {one.asname or one.name for one in node.names}:
            return node.module.startswith(("cockpit.storage", "cockpit.panels"))
    return False


def transactions_for_everybody(source: Source) -> Iterator[str]:
    """Reads begun by what knows a scope, or by a screen, without telling the server of the scope."""
    for function in (node for node in source.nodes if isinstance(node, ast.FunctionDef)):
        known = "scope" in {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
        for node in ast.walk(function):
            called = dotted(node.func) if isinstance(node, ast.Call) else ""
            if not called.endswith(("db.read", "db.snapshot")) or not isinstance(node, ast.Call):
                continue
            if (known and len(node.args) < 2) or called.startswith("visit."):
                yield f"{source.name}:{node.lineno} {called}"


def test_the_server_is_told_who_is_behind_the_wall() -> None:
    faults = [fault for source in sources("cockpit") for fault in transactions_for_everybody(source)]
    assert faults == [], "db.read(workspace_id, scope); in screens visit.read()"


def test_a_transaction_that_forgets_is_noticed() -> None:
    text = "def one(db, w, scope):\n    db.read(w)\n    db.read(w, scope)\n\n"
    text += "def two(visit):\n    visit.cockpit.db.read(1)\n"
    source = Source(sources("app.py")[0].path, text)
    assert [fault.split()[1] for fault in transactions_for_everybody(source)] == ["db.read", "visit.cockpit.db.read"]


def test_doors_say_whose_people_they_show() -> None:
    doors = [source for source in sources(*DOORS) if not source.name.startswith(OF_KEYS)]
    assert [fault for source in doors for fault in calls_without_scope(source)] == []


def test_a_door_that_forgets_is_noticed() -> None:
    text = "from cockpit.panels import registry\nfrom cockpit.storage.people import get_person\n"
    text += "registry.rows(db, w, 'x', now=n)\nget_person(c, w, x)\nget_person(c, w, x, scope=s)\n"
    source = Source(sources("app.py")[0].path, text)
    assert [fault.split()[1] for fault in calls_without_scope(source)] == ["registry.rows", "get_person"]


@pytest.mark.parametrize("door", DOORS)
def test_doors_leave_what_is_beneath_alone(door: str) -> None:
    names = {name.partition(".")[2] for name in BENEATH}
    faults = [
        f"{source.name}:{node.lineno} {one.name}"
        for source in sources(door)
        for node in source.nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cockpit.storage")
        for one in node.names
        if one.name in names
    ]
    assert faults == []


def test_orders_of_exports_are_made_for_a_viewer() -> None:
    makers = [
        source.name
        for source in sources("cockpit/api", "cockpit/ui")
        for node in source.nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cockpit.exports")
        if "Order" in {one.name for one in node.names}
    ]
    assert makers == [], "use cockpit.exports.order.order_of"
