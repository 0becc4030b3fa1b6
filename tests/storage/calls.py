"""A call of every query function, to be made in a workspace beside another one that holds the same keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection

from cockpit.model.ids import PersonId, WorkspaceId, member_id_of
from cockpit.model.places import Place
from cockpit.model.viewer import Scope
from cockpit.storage import (
    action_mappings,
    activity,
    api_keys,
    attempts,
    avatar_wishes,
    avatars,
    breakers,
    callbacks,
    clock,
    companies_page,
    demo,
    engagements,
    evidence,
    exports,
    ground,
    guard_chain,
    guard_facts,
    guard_notes,
    guard_reads,
    guard_windows,
    hub_connections,
    idempotency,
    imports,
    ledger,
    login_tokens,
    matching,
    members,
    memberships,
    models,
    opportunities_page,
    outbox,
    panel_index,
    panel_pages,
    panel_people,
    pending,
    people,
    people_list,
    people_page,
    preset_artifacts,
    rules,
    scores,
    scratch,
    sessions,
    signals,
    standings,
    suggestions,
    timeline,
    unmatched,
    work_due,
    workflow_runs,
    workflows,
    workspace_changes,
    workspace_states,
    workspaces,
)
from tests.storage.calls_of_workflows import WORKFLOW_CALLS
from tests.storage.rows import (
    ACTION,
    ANA,
    ATTEMPT,
    BEN,
    COMPANY,
    DEAL,
    NOW,
    attempt_of,
    card_row,
    evidence_of,
    frame_of,
    person_row,
    score_row,
    signal_frame,
    signal_row,
)
from tests.storage.rule_calls import RULE_CALLS, RULES_ABOVE_WORKSPACES

LATER = NOW + timedelta(days=1)
DAY = date(2026, 3, 1)
PARKED = pl.DataFrame({"source": ["crm"], "source_event_id": ["9"]})
COMPANY_ROW = {"company_id": str(BEN), "external_id": "d", "name": "New", "created_at": NOW}
ENGAGEMENT = engagements.Engagement("eng_1", LATER, summary="newer")
PEOPLE_ASKED = people_page.PeopleAsked(search="n")

Call = Callable[[Connection, WorkspaceId], Any]


def reach(workspace_id: WorkspaceId, now: datetime = NOW - timedelta(days=1)) -> panel_index.Reach:
    """A panel's look at a workspace, before its rows are due."""
    return panel_index.Reach(workspace_id, now, 1, {"hot_key": 0.0, "stale_key": 0.1, "rank_key": 0.0})


def owner_scope(workspace_id: WorkspaceId) -> Scope:
    """The wall around the member who owns Ana."""
    return Scope(member_id_of(workspace_id, "owner@example.com"))


def member_day(conn: Connection, workspace_id: WorkspaceId) -> int:
    """A day of the member there is."""
    member = members.list_members(conn, workspace_id)[0]
    day = {"member_id": str(member.member_id), "day": DAY, "actions": 9, "replies": 9, "bookings": 9}
    return activity.upsert_member_days(conn, workspace_id, frame_of({**day, "response_minutes": "{}"}))


def own_avatar(conn: Connection, workspace_id: WorkspaceId) -> bytes | None:
    """The picture of the member there is."""
    user_id = members.list_members(conn, workspace_id)[0].user_id
    assert user_id is not None
    avatars.replace_avatar(conn, user_id, b"own", digest="d", now=NOW)
    return avatars.find_avatar(conn, workspace_id, "d")


def former_members(conn: Connection, workspace_id: WorkspaceId) -> tuple[members.Member, ...]:
    """The member there is, once they have left."""
    who = members.list_members(conn, workspace_id)[0].member_id
    workspace_changes.replace_left(conn, workspace_id, who, now=NOW)
    return members.list_former_members(conn, workspace_id)


def standings_of(conn: Connection, workspace_id: WorkspaceId) -> list[Any]:
    """All that is kept of the people there are."""
    found = standings.get_standings(conn, workspace_id, [str(ANA), str(BEN)])
    return [found.evidence, found.cards]


def waiting(workspace_id: WorkspaceId) -> callbacks.Waiting:
    """The call that `fill` has asked for."""
    return callbacks.Waiting(workspace_id, "own", 0, NOW, "north")


def plain_hub(hub: hub_connections.StoredHub | None) -> Any:
    """A Hub with what its repr hides."""
    return hub and asdict(hub)


GROUPS = (("own_CALL", "CANARY_CALL"), ("SMS_REPLIED",))

CALLS: dict[Any, Call] = {
    action_mappings.list_action_mappings: action_mappings.list_action_mappings,
    action_mappings.find_action_mapping: lambda c, w: action_mappings.find_action_mapping(c, w, "CALL_LEAD"),
    action_mappings.upsert_action_mappings: lambda c, w: action_mappings.upsert_action_mappings(
        c, w, [action_mappings.ActionMapping("CALL_LEAD", "changed", "phone")], now=LATER
    ),
    action_mappings.delete_action_mappings: lambda c, w: action_mappings.delete_action_mappings(
        c, w, ["CALL_LEAD"], source="sync"
    ),
    api_keys.insert_api_key: lambda c, w: api_keys.insert_api_key(
        c, w, key_id=BEN, name="n", prefix="ck", digest="d", scopes=["s"], created_by=None, now=NOW
    ),
    api_keys.find_api_key: lambda c, w: api_keys.find_api_key(c, w, "digest"),
    api_keys.list_api_keys: api_keys.list_api_keys,
    api_keys.replace_key_used: lambda c, w: api_keys.replace_key_used(c, w, ANA, now=LATER),
    api_keys.replace_key_revoked: lambda c, w: api_keys.replace_key_revoked(c, w, ANA, now=LATER),
    ground.get_ground: lambda c, w: ground.get_ground(c, w).types,
    standings.list_locked_facts: lambda c, w: standings.list_locked_facts(c, w, [str(ANA), str(BEN)]),
    standings.get_standings: standings_of,
    standings.upsert_standings: lambda c, w: standings.upsert_standings(
        c, w, standings.Changes(frame_of(card_row("own")), frame_of(score_row(ANA, "own"))), evidence_of("own")
    ),
    matching.list_all_matches: lambda c, w: matching.list_all_matches(
        c, w, {"external_id": pl.Series(["crm-1", "crm-7"]), "email": pl.Series([None], dtype=pl.String)}
    ),
    idempotency.insert_claims: lambda c, w: idempotency.insert_claims(c, w, {"new": "d"}, now=NOW),
    idempotency.find_answered: lambda c, w: idempotency.find_answered(c, w, "1"),
    idempotency.replace_answer: lambda c, w: idempotency.replace_answer(c, w, "1", status=200, answer={}),
    idempotency.replace_answers: lambda c, w: idempotency.replace_answers(c, w, {"1": {"a": 1}}, status=200),
    callbacks.find_callback: lambda c, w: callbacks.find_callback(c, w, "own"),
    callbacks.replace_callback_done: lambda c, w: callbacks.replace_callback_done(c, waiting(w), now=NOW, error=None),
    callbacks.replace_callback_failed: lambda c, w: callbacks.replace_callback_failed(
        c, waiting(w), due_at=LATER, error="own"
    ),
    callbacks.replace_callback_taken: lambda c, w: callbacks.replace_callback_taken(c, waiting(w), due_at=LATER),
    callbacks.upsert_callback: lambda c, w: callbacks.upsert_callback(c, w, "own", due_at=LATER, now=NOW),
    idempotency.delete_old_answers: lambda c, w: idempotency.delete_old_answers(c, w, before=LATER, limit=1_000),
    attempts.insert_attempt: lambda c, w: attempts.insert_attempt(c, w, attempt_of("own", UUID(int=99))),
    attempts.get_attempt: lambda c, w: attempts.get_attempt(c, w, ATTEMPT),
    attempts.find_attempt: lambda c, w: attempts.find_attempt(c, w, ATTEMPT),
    attempts.find_attempt_of: lambda c, w: attempts.find_attempt_of(
        c, w, client_reference="reference", engagement_id="engagement"
    ),
    attempts.list_attempts: lambda c, w: attempts.list_attempts(c, w, attempts.About(person_id=ANA)),
    attempts.count_attempts: lambda c, w: ["own", attempts.count_attempts(c, w, since=NOW)],
    attempts.count_waiting: lambda c, w: [str(attempts.count_waiting(c, w, attempts.About()))],
    attempts.replace_waiting: lambda c, w: attempts.replace_waiting(c, w, attempts.About(), {"reason": "own"}),
    attempts.replace_tries: lambda c, w: attempts.replace_tries(c, w, attempts.About(), why="own", now=LATER),
    attempts.replace_attempt: lambda c, w: attempts.replace_attempt(
        c, w, ATTEMPT, attempts.Expect(("RESERVED",), "own", 0), {"state": "CANCELLED"}
    ),
    attempts.replace_refused: lambda c, w: attempts.replace_refused(c, w, [ANA], now=LATER),
    engagements.get_engagement_locked: lambda c, w: engagements.get_engagement_locked(c, w, ENGAGEMENT, now=LATER),
    engagements.replace_engagement: lambda c, w: engagements.replace_engagement(c, w, ENGAGEMENT, now=LATER),
    engagements.find_engagement: lambda c, w: engagements.find_engagement(c, w, "eng_1"),
    engagements.list_engagements: lambda c, w: engagements.list_engagements(c, w, ANA),
    hub_connections.find_hub: lambda c, w: plain_hub(hub_connections.find_hub(c, w)),
    hub_connections.upsert_hub: lambda c, w: hub_connections.upsert_hub(
        c, w, hub_connections.StoredHub("https://new.example", "k", "new"), now=LATER
    ),
    hub_connections.replace_webhook_mode: lambda c, w: hub_connections.replace_webhook_mode(c, w, "signed", now=LATER),
    hub_connections.delete_hub: hub_connections.delete_hub,
    breakers.find_breaker: breakers.find_breaker,
    breakers.replace_breaker: lambda c, w: breakers.replace_breaker(c, w, breakers.Breaker(3, LATER)),
    guard_chain.get_head: guard_chain.get_head,
    guard_chain.find_head: guard_chain.find_head,
    guard_chain.insert_entries: lambda c, w: guard_chain.insert_entries(
        c, w, [guard_chain.Entry(2, "own", "own", "own")]
    ),
    guard_chain.list_entries: guard_chain.list_entries,
    guard_facts.get_person_locked: lambda c, w: guard_facts.get_person_locked(c, w, ANA),
    guard_facts.get_person_row: lambda c, w: guard_facts.get_person_row(c, w, ANA),
    guard_facts.find_conversation: lambda c, w: ["own", guard_facts.find_conversation(c, w, ANA)],
    guard_reads.get_facts: lambda c, w: guard_reads.get_facts(
        c, w, guard_facts.get_person_locked(c, w, ANA), guard_reads.Subject(ANA, "call_back", "CALL_LEAD"), GROUPS
    ),
    guard_reads.get_facts_locked: lambda c, w: guard_reads.get_facts_locked(
        c, w, guard_reads.Subject(ANA, "welcome"), GROUPS
    ),
    guard_reads.get_facts_first: lambda c, w: guard_reads.get_facts_first(c, w, guard_reads.Subject(ANA), GROUPS),
    guard_facts.insert_consent: lambda c, w: guard_facts.insert_consent(
        c, w, BEN, ANA, guard_facts.ConsentRow("sms", "own", NOW)
    ),
    guard_facts.list_stops: guard_facts.list_stops,
    guard_facts.upsert_stop: lambda c, w: guard_facts.upsert_stop(c, w, guard_facts.Stop("person:x", "own", None, NOW)),
    guard_facts.delete_stop: lambda c, w: guard_facts.delete_stop(c, w, "workspace"),
    guard_facts.find_rule: lambda c, w: ["own", guard_facts.find_rule(c, w, "call_back")],
    guard_facts.replace_rule_pause: lambda c, w: guard_facts.replace_rule_pause(
        c, w, "call_back", paused_at=NOW, why="own"
    ),
    **RULE_CALLS,
    guard_windows.upsert_window: lambda c, w: guard_windows.upsert_window(
        c, w, guard_windows.Window(ANA, "call_back", ATTEMPT, LATER, LATER)
    ),
    guard_windows.replace_window_until: lambda c, w: guard_windows.replace_window_until(c, w, ATTEMPT, LATER),
    guard_windows.delete_windows: lambda c, w: guard_windows.delete_windows(c, w, [ATTEMPT]),
    guard_windows.find_window: lambda c, w: guard_windows.find_window(c, w, ANA, "call_back"),
    ledger.find_ledger: lambda c, w: ledger.find_ledger(
        c,
        w,
        ledger.Counted(
            now=NOW,
            person_id=ANA,
            sends_since=NOW - timedelta(days=1),
            member_id=None,
            rule_key="call_back",
            limits=ledger.Limits(1, 1, 1),
            itself=(BEN, LATER),
        ),
    ),
    guard_notes.delete_guard_notes: lambda c, w: guard_notes.delete_guard_notes(c, w, 5),
    outbox.replace_leases: lambda c, w: outbox.replace_leases(c, w, outbox.Lease("own", LATER), now=LATER, limit=5),
    outbox.replace_lease_given_back: lambda c, w: outbox.replace_lease_given_back(c, w, "own"),
    outbox.list_expired: lambda c, w: outbox.list_expired(c, w, LATER),
    outbox.count_due: lambda c, w: outbox.count_due(c, w, LATER),
    people.list_visible: lambda c, w: people.list_visible(c, w, [ANA, BEN], scope=None),
    avatars.find_avatar: own_avatar,
    activity.list_member_days: lambda c, w: activity.list_member_days(c, w, since=DAY, until=DAY),
    activity.upsert_member_days: member_day,
    activity.delete_member_days: lambda c, w: activity.delete_member_days(
        c, w, activity.list_member_days(c, w, since=DAY, until=DAY)
    ),
    activity.list_chosen_days: lambda c, w: activity.list_chosen_days(
        c, w, activity.list_member_days(c, w, since=DAY, until=DAY)
    ),
    activity.list_owned_signals: lambda c, w: activity.list_owned_signals(c, w, None, 10),
    activity.list_visible_signals: lambda c, w: activity.list_visible_signals(c, w, scope=owner_scope(w)),
    activity.list_told_signals: lambda c, w: activity.list_told_signals(c, w, [ANA]),
    activity.replace_member_days: lambda c, w: activity.replace_member_days(
        c, w, activity.list_member_days(c, w, since=DAY, until=DAY).drop("name")
    ),
    demo.count_demo_people: demo.count_demo_people,
    demo.delete_demo: lambda c, w: demo.delete_demo(c, w, [ANA]),
    evidence.get_evidence: lambda c, w: evidence.get_evidence(c, w, [ANA, BEN]),
    evidence.upsert_evidence: lambda c, w: evidence.upsert_evidence(c, w, evidence_of("own")),
    evidence.replace_evidence: lambda c, w: evidence.replace_evidence(c, w, [ANA], evidence_of("new")),
    exports.insert_export: lambda c, w: exports.insert_export(c, w, exports.Export(ANA, None, "a", "csv", 1, "b", NOW)),
    exports.list_exports: exports.list_exports,
    imports.find_import_run: lambda c, w: imports.find_import_run(c, w, "digest"),
    imports.upsert_import_run: lambda c, w: imports.upsert_import_run(
        c, w, imports.ImportRun("digest", "file", "people", 9, 9, 0, 0, 0, NOW, LATER)
    ),
    login_tokens.delete_old_login_tokens: lambda c, w: login_tokens.delete_old_login_tokens(c, w, before=LATER),
    login_tokens.find_login_token: lambda c, w: login_tokens.find_login_token(c, w, "digest"),
    login_tokens.insert_login_token: lambda c, w: login_tokens.insert_login_token(
        c, w, "new", member_id=ANA, host="own", page=None, now=NOW, expires_at=LATER
    ),
    login_tokens.replace_login_token: lambda c, w: login_tokens.replace_login_token(
        c, w, "digest", host="own", now=NOW - timedelta(seconds=1)
    ),
    matching.list_matches: lambda c, w: matching.list_matches(c, w, "external_id", pl.Series(["crm-1", "crm-7"])),
    matching.insert_new_people: lambda c, w: matching.insert_new_people(c, w, frame_of(person_row(UUID(int=3), "own"))),
    matching.list_raw_phone_matches: lambda c, w: matching.list_raw_phone_matches(c, w, pl.Series(["0612345678"])),
    matching.replace_external_ids: lambda c, w: matching.replace_external_ids(
        c, w, pl.DataFrame({"person_id": [str(ANA)], "external_id": ["crm-7"]})
    ),
    members.list_members: members.list_members,
    members.list_former_members: former_members,
    members.upsert_member: lambda c, w: members.upsert_member(c, w, email="b@example.com", name="B", now=NOW),
    memberships.list_members_by_phone: lambda c, w: (
        memberships.replace_engagement_phone(c, w, members.list_members(c, w)[0].member_id, "+15551234567"),
        [str(w), "own", memberships.list_members_by_phone(c, w, "+15551234567")],
    ),
    memberships.replace_engagement_phone: lambda c, w: memberships.replace_engagement_phone(
        c, w, members.list_members(c, w)[0].member_id, "+15551234567"
    ),
    memberships.replace_membership_left: lambda c, w: memberships.replace_membership_left(
        c, w, members.list_members(c, w)[0].member_id, now=NOW
    ),
    models.find_published_model: lambda c, w: models.find_published_model(c, w, LATER),
    models.insert_model: lambda c, w: models.insert_model(c, w, spec={}, note="two", now=NOW),
    models.list_models: models.list_models,
    models.list_signal_types: models.list_signal_types,
    models.upsert_signal_types: lambda c, w: models.upsert_signal_types(c, w, {"SHOWROOM_VISIT": {}, "TEST_DRIVE": {}}),
    panel_index.count_members: lambda c, w: panel_index.count_members(c, reach(w)),
    panel_index.find_lines: lambda c, w: panel_index.find_lines(c, reach(w)),
    panel_index.list_candidates: lambda c, w: panel_index.list_candidates(c, reach(w)),
    panel_index.list_causes: lambda c, w: panel_index.list_causes(
        c, reach(w), [(f"{mark}_CALL_LEAD", f"{mark}_CALL") for mark in ("own", "CANARY")]
    ),
    panel_index.list_due: lambda c, w: panel_index.list_due(c, reach(w, now=NOW)),
    panel_pages.count_steady: lambda c, w: panel_pages.count_steady(c, reach(w), "hot_key"),
    panel_pages.list_pages: lambda c, w: list(panel_pages.list_pages(c, reach(w), "hot_key", page_rows=1)),
    panel_people.list_decisions: lambda c, w: panel_people.list_decisions(c, w, before=LATER),
    panel_people.list_history: lambda c, w: panel_people.list_history(c, w, before=LATER),
    panel_people.list_panel_facts: lambda c, w: panel_people.list_panel_facts(c, w, [ANA]),
    pending.count_pending: pending.count_pending,
    pending.delete_pending: lambda c, w: pending.delete_pending(c, w, [ANA]),
    pending.insert_everybody: pending.insert_everybody,
    pending.list_pending_among: lambda c, w: pending.list_pending_among(c, w, [ANA, BEN]),
    pending.list_pending: lambda c, w: pending.list_pending(c, w, 10),
    pending.upsert_pending: lambda c, w: pending.upsert_pending(c, w, [ANA, BEN]),
    people.count_people: people.count_people,
    people.find_person: lambda c, w: people.find_person(c, w, "crm-1"),
    people.get_person: lambda c, w: people.get_person(c, w, str(ANA)),
    people.list_facts: lambda c, w: people.list_facts(c, w, [ANA]),
    people.list_locked: lambda c, w: people.list_locked(c, w, [ANA, BEN]),
    people.list_people: lambda c, w: people.list_people(c, w, [ANA, BEN]),
    people.list_person_ids_after: lambda c, w: people.list_person_ids_after(c, w, None, 10),
    people.replace_is_system: lambda c, w: people.replace_is_system(c, w, PersonId(ANA), created_at=NOW),
    people.upsert_companies: lambda c, w: people.upsert_companies(c, w, frame_of(COMPANY_ROW)),
    people.upsert_people: lambda c, w: people.upsert_people(c, w, frame_of(person_row(ANA, "own"))),
    companies_page.find_company: lambda c, w: companies_page.find_company(c, w, COMPANY),
    companies_page.list_companies_page: lambda c, w: companies_page.list_companies_page(
        c, w, search="n", after=Place("", COMPANY)
    ),
    opportunities_page.find_opportunity: lambda c, w: opportunities_page.find_opportunity(c, w, DEAL),
    opportunities_page.list_opportunities_page: lambda c, w: opportunities_page.list_opportunities_page(
        c, w, search="n", after=Place("2026-01-01", COMPANY)
    ),
    opportunities_page.list_stages: opportunities_page.list_stages,
    people_list.count_people: people_list.count_people,
    people_page.count_people_found: lambda c, w: people_page.count_people_found(c, w, PEOPLE_ASKED, at_most=10),
    people_page.list_people_page: lambda c, w: [
        people_page.list_people_page(c, w, replace(PEOPLE_ASKED, sort=sort), after=after, limit=1)
        for sort in people_page.ORDERS
        for after in (None, Place(None, UUID(int=0)))
    ],
    people_list.stream_people: lambda c, w: list(people_list.stream_people(c, w)),
    panel_people.list_panel_people: lambda c, w: panel_people.list_panel_people(c, w, [ANA]),
    evidence.list_accumulators: lambda c, w: evidence.list_accumulators(c, w, [str(ANA)], ["CANARY_CALL", "own_CALL"]),
    preset_artifacts.find_artifact: lambda c, w: preset_artifacts.find_artifact(c, w, "label", "person"),
    preset_artifacts.list_artifacts: preset_artifacts.list_artifacts,
    preset_artifacts.upsert_artifacts: lambda c, w: preset_artifacts.upsert_artifacts(
        c, w, [preset_artifacts.StoredArtifact("label", "person", "own")], now=NOW
    ),
    rules.insert_missing_rules: lambda c, w: rules.insert_missing_rules(
        c, w, [rules.Rule("r", "a", "b", "c")], now=NOW
    ),
    rules.list_rules: rules.list_rules,
    scores.list_due: lambda c, w: scores.list_due(c, w, NOW),
    scores.list_scores: lambda c, w: scores.list_scores(c, w, [ANA, BEN]),
    scores.replace_owners: lambda c, w: scores.replace_owners(
        c, w, pl.DataFrame({"person_id": [str(ANA)], "owner_id": [str(BEN)]})
    ),
    scores.upsert_scores: lambda c, w: scores.upsert_scores(c, w, frame_of(score_row(ANA, "own"))),
    scratch.read_signals: scratch.read_signals,
    scratch.scan_signals: scratch.scan_signals,
    sessions.delete_old_sessions: lambda c, w: sessions.delete_old_sessions(c, w, before=LATER),
    sessions.find_session: lambda c, w: sessions.find_session(c, w, "digest", NOW - timedelta(seconds=1)),
    sessions.insert_session: lambda c, w: sessions.insert_session(
        c, w, "new", member_id=ANA, mode="full", origin="own", now=NOW, expires_at=LATER
    ),
    sessions.replace_ended: lambda c, w: sessions.replace_ended(c, w, "digest", now=NOW),
    sessions.replace_ended_of_member: lambda c, w: sessions.replace_ended_of_member(
        c, w, members.list_members(c, w)[0].member_id, now=NOW
    ),
    sessions.replace_ended_of_workspace: lambda c, w: sessions.replace_ended_of_workspace(c, w, now=NOW),
    signals.append_new: lambda c, w: signals.append_new(c, w, signal_frame(signal_row("3", "own"))),
    signals.list_digests: lambda c, w: signals.list_digests(c, w, PARKED.with_columns(source_event_id=pl.lit("1"))),
    signals.count_signals: signals.count_signals,
    signals.insert_new: lambda c, w: signals.insert_new(c, w, signal_frame(signal_row("1", "own"))).rows,
    signals.list_signals: lambda c, w: signals.list_signals(c, w, [ANA], before=LATER),
    signals.find_last_signal_at: lambda c, w: signals.find_last_signal_at(c, w, LATER),
    suggestions.get_suggestion: lambda c, w: suggestions.get_suggestion(c, w, ACTION),
    suggestions.list_suggestions: lambda c, w: suggestions.list_suggestions(c, w, [ANA]),
    suggestions.list_woken: lambda c, w: suggestions.list_woken(c, w, LATER),
    suggestions.replace_state: lambda c, w: suggestions.replace_state(c, w, ACTION, state="DISMISSED", changed_at=NOW),
    suggestions.upsert_suggestions: lambda c, w: suggestions.upsert_suggestions(c, w, frame_of(card_row("own"))),
    timeline.list_timeline: lambda c, w: timeline.list_timeline(c, w, ANA, before=(LATER, "", ""), as_of=LATER),
    unmatched.count_unmatched: unmatched.count_unmatched,
    unmatched.delete_unmatched: lambda c, w: unmatched.delete_unmatched(c, w, PARKED),
    unmatched.insert_unmatched: lambda c, w: unmatched.insert_unmatched(
        c, w, unmatched.list_unmatched(c, w, limit=1).with_columns(source_event_id=pl.lit("10"))
    ),
    unmatched.list_unmatched: lambda c, w: unmatched.list_unmatched(c, w, limit=5, after=("a", "")),
    unmatched.list_unmatched_digests: lambda c, w: unmatched.list_unmatched_digests(c, w, PARKED),
    unmatched.list_unmatched_for: lambda c, w: unmatched.list_unmatched_for(c, w, ["email:x@example.com"]),
    **WORKFLOW_CALLS,
    workflows.insert_missing_workflows: lambda c, w: workflows.insert_missing_workflows(
        c, w, [workflows.StoredWorkflow("new", "own", "DRAFT", {})], now=NOW
    ),
    workflows.list_workflows: workflows.list_workflows,
    workspace_changes.list_roles: lambda c, w: list(workspace_changes.list_roles(c, w).values()),
    workspace_changes.replace_left: lambda c, w: workspace_changes.replace_left(
        c, w, members.list_members(c, w)[0].member_id, now=NOW
    ),
    workspace_changes.replace_role: lambda c, w: workspace_changes.replace_role(
        c, w, members.list_members(c, w)[0].member_id, "admin"
    ),
    workspace_changes.replace_workspace_name: lambda c, w: workspace_changes.replace_workspace_name(
        c, w, name="Other", time_zone="UTC"
    ),
    workspace_changes.replace_workspace_settings: lambda c, w: workspace_changes.replace_workspace_settings(
        c, w, {"join_policy": "open"}
    ),
    workspace_states.get_locked_workspace: workspace_states.get_locked_workspace,
    workspace_states.replace_attempt: lambda c, w: workspace_states.replace_attempt(c, w, attempts=2, retry_at=LATER),
    workspace_states.replace_ready: lambda c, w: workspace_states.replace_ready(c, w, "own"),
    workspace_states.replace_setback: lambda c, w: workspace_states.replace_setback(c, w, error="own", retry_at=None),
    workspace_states.replace_step: lambda c, w: workspace_states.replace_step(c, w, "own"),
    workspaces.delete_workspace: workspaces.delete_workspace,
    workspaces.get_workspace_by_id: workspaces.get_workspace_by_id,
    workspaces.replace_data_version: lambda c, w: workspaces.replace_data_version(c, w, received_at=NOW),
}
# These answer for all workspaces: that is what they are for.
ABOVE_WORKSPACES = {
    *(avatars.find_any_avatar, avatars.replace_avatar),  # a login is not a workspace's
    *(avatar_wishes.find_wish, avatar_wishes.upsert_wish, avatar_wishes.count_wishes_due),
    *(avatar_wishes.replace_wishes_taken, avatar_wishes.replace_wish_done),
    clock.get_database_time,
    outbox.list_due_workspaces,
    guard_notes.list_workspaces_with_guard_notes,
    *RULES_ABOVE_WORKSPACES,
    workflow_runs.list_workspaces_with_due_runs,
    work_due.list_workspaces_with_work,
    work_due.list_workspaces_with_old_answers,
    scratch.append_bare,
    scratch.create_bare_signals,
    scratch.drop_bare,
    memberships.get_login,
    memberships.find_login,
    memberships.list_memberships,
    memberships.list_addresses,
    memberships.replace_login_deleted,
    memberships.delete_no_memberships,
    memberships.insert_audit,
    callbacks.list_due_callbacks,
    workspace_states.insert_pending_workspace,
    workspace_states.list_unfinished,
    workspaces.insert_workspace,
    workspaces.get_workspace,
    workspaces.find_workspace,
    workspaces.list_workspaces,
    workspaces.find_workspace_with,
    workspaces.list_workspace_page,
    workspaces.list_workspaces_named,
}
