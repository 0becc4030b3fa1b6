"""One row or two in every table of a workspace; the other workspace gets the same keys and marked values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, insert

from cockpit.model.ids import MemberId, PersonId, WorkspaceId
from cockpit.storage import (
    action_mappings,
    activity,
    api_keys,
    attempts,
    callbacks,
    engagements,
    evidence,
    exports,
    guard_chain,
    guard_facts,
    guard_windows,
    holdouts,
    idempotency,
    imports,
    login_tokens,
    members,
    models,
    pending,
    people,
    preset_artifacts,
    rehearsal_runs,
    rule_signals,
    rule_versions,
    rules,
    scores,
    sessions,
    signals,
    suggestions,
    unmatched,
    workflow_runs,
    workflow_steps,
)
from cockpit.storage.automation_tables import guard_note, hub_connection, workflow, workflow_version
from cockpit.storage.frames import bulk_insert, in_workspace
from cockpit.storage.schema import opportunity
from scoring.evidence import Evidence

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
ANA, BEN = UUID(int=1), UUID(int=2)
COMPANY, ACTION, SNOOZED, EXPORT, DEAL = (UUID(int=number) for number in range(11, 16))
ATTEMPT, LOST_ATTEMPT = UUID(int=21), UUID(int=22)
REHEARSAL = UUID(int=41)
RUN, BULK_RUN = UUID(int=31), UUID(int=32)
INSTANT = pl.Datetime("us", "UTC")
TIMES = {"created_at": NOW, "updated_at": NOW}


def frame_of(*rows: dict[str, Any]) -> pl.DataFrame:
    """Rows as a frame whose instants keep their zone."""
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.with_columns(pl.col(name).cast(pl.Int32) for name, kind in frame.schema.items() if kind == pl.Int64)


def person_row(identity: UUID, mark: str, **more: Any) -> dict[str, Any]:
    """A person; name and e-mail carry the mark."""
    return {
        "person_id": str(identity),
        "external_id": f"crm-{identity.int}",
        "name": f"{mark} {identity.int}",
        "email": f"{identity.int}@example.com",
        "phone": f"+3312345678{identity.int}",
        "phone_raw": mark,
        "company_id": str(COMPANY),
        "owner_id": None,
        "lifecycle": "lead",
        "do_not_contact": False,
        "time_zone": "Europe/Paris",
        "country": mark,
        "value": 0.1 + 0.2,
        "attributes": f'{{"mark": "{mark}"}}',
        "is_demo": False,
        "created_at": NOW,
        "updated_at": NOW,
        **more,
    }


def signal_row(event: str, mark: str, identity: UUID = ANA, **more: Any) -> dict[str, Any]:
    """A signal; channel and digest carry the mark."""
    return {
        "source": "crm",
        "source_event_id": event,
        "person_id": str(identity),
        "type": f"{mark}_CALL",
        "occurred_at": NOW,
        "received_at": NOW,
        "value": 1 / 3,
        "channel": mark,
        "direction": "inbound",
        "scheduled_for": None,
        "payload": f'{{"mark": "{mark}"}}',
        "digest": f"{mark}-{event}",
        **more,
    }


SIGNAL_SCHEMA = {"scheduled_for": INSTANT}


def signal_frame(*rows: dict[str, Any]) -> pl.DataFrame:
    """Signals as a frame."""
    return pl.DataFrame(rows, schema_overrides=SIGNAL_SCHEMA, infer_schema_length=None)


def card_row(mark: str, **more: Any) -> dict[str, Any]:
    """A suggested action."""
    return {
        "action_id": str(ACTION),
        "person_id": str(ANA),
        "action_type": f"{mark}_CALL_LEAD",
        "state": "OPEN",
        "rank_key": 5.5,
        "urgency": 1.0,
        "effect": 1.0,
        "effort": 1.0,
        "channel": mark,
        "evidence_type": f"{mark}_CALL",
        "evidence_at": NOW,
        "created_at": NOW,
        "expires_at": NOW,
        "changed_at": NOW,
        **more,
    }


def score_row(identity: UUID, mark: str, **more: Any) -> dict[str, Any]:
    """A stored score; the band carries the mark."""
    keys = ("priority", "hot", "follow_up", "stale", "reconnect_recent", "reconnect_oldies", "recent")
    return {
        "person_id": str(identity),
        "priority": 51.25,
        "band": f"{mark} band",
        "computed_at": NOW,
        "due_at": NOW,
        "crosses_at": NOW,
        "crosses_to": mark,
        "model_version": 1,
        **{f"{key}_key": float(identity.int) for key in keys},
        **more,
    }


def evidence_of(mark: str) -> Evidence:
    """What is kept of Ana."""
    state = {
        "person_id": str(ANA),
        "last_at": NOW,
        "last_type": mark,
        "contact_days": 1,
        "inbound_days": 1,
        "turn": "us",
        "waiting_since": NOW,
        "waiting_type": mark,
        "signals": 1,
    }
    amount = {
        "person_id": str(ANA),
        "type": f"{mark}_CALL",
        "amount": 1 / 3,
        "last_at": NOW,
        "day_count": 1,
        "total": 1,
        "value_amount": 0.1,
    }
    return Evidence(frame_of(state), frame_of(amount))


def attempt_of(mark: str, identity: UUID, **more: Any) -> attempts.Attempt:
    """An outreach to Ana that is due; action and reason carry the mark."""
    row = {
        "attempt_id": identity,
        "person_id": PersonId(ANA),
        "origin": "rule",
        "rule_key": "call_back",
        "action_type": mark,
        "channel": mark,
        "hub_type": mark,
        "instruction": mark,
        "guard_window": "call_back",
        "state": "RESERVED",
        "reason": mark,
        "execute_after": NOW,
        "lease_owner": "own",
        "idempotency_key": mark,
        "client_reference": "reference",
        "engagement_id": "engagement",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return attempts.Attempt(**{**row, **more})


def waiting_frame(mark: str) -> pl.DataFrame:
    """A signal that waits for a rule."""
    row = {"rule_key": "call_back", "source": "crm", "source_event_id": "1", "person_id": str(ANA)}
    return frame_of({**row, "type": mark, "channel": mark, "occurred_at": NOW})


def run_of(mark: str, run_id: UUID, person_id: UUID | None) -> workflow_runs.Run:
    """A run that is due."""
    whom = None if person_id is None else PersonId(person_id)
    return workflow_runs.Run(run_id, "welcome", 1, "MANUAL", whom, "RUNNING", NOW, context={"mark": mark}, due_at=NOW)


def rehearsal_of(mark: str, identity: UUID = REHEARSAL) -> rehearsal_runs.Run:
    """A rehearsal that waits."""
    said = {"what": mark, "spec": {"mark": mark}, "days": 90, "asked_at": NOW}
    return rehearsal_runs.Run(run_id=identity, rule_key="call_back", **said)


def fill_automation(conn: Connection, workspace_id: WorkspaceId, mark: str) -> None:
    """Rows of the tables of automation."""
    attempts.insert_attempt(conn, workspace_id, attempt_of(mark, ATTEMPT))
    lost = attempt_of(mark, LOST_ATTEMPT, state="SENDING", lease_until=NOW, client_reference="2", engagement_id="2")
    attempts.insert_attempt(conn, workspace_id, lost)
    guard_windows.upsert_window(conn, workspace_id, guard_windows.Window(ANA, "call_back", ATTEMPT, NOW, NOW))
    holdouts.insert_holdout(conn, workspace_id, "call_back", ANA, held_at=NOW)
    rule_signals.upsert_rule_signals(conn, workspace_id, waiting_frame(mark))
    rehearsal_runs.insert_run(conn, workspace_id, rehearsal_of(mark))
    first = rule_versions.RuleVersion(1, "active", {"title": mark}, None, NOW)
    rule_versions.insert_rule_version(conn, workspace_id, "call_back", first)
    guard_chain.get_head(conn, workspace_id)
    guard_chain.insert_entries(conn, workspace_id, [guard_chain.Entry(1, mark, mark, mark)])
    guard_facts.insert_consent(conn, workspace_id, ANA, ANA, guard_facts.ConsentRow("sms", mark, NOW))
    guard_facts.upsert_stop(conn, workspace_id, guard_facts.Stop("workspace", mark, None, NOW))
    key = {"workspace_id": workspace_id}
    note = {"event": mark, "state": mark, "reason": mark, "noted_at": NOW}
    conn.execute(insert(guard_note).values(**key, attempt_id=LOST_ATTEMPT, **note))
    on = {"status": "ACTIVE", "version": 1, "active_since": NOW}
    conn.execute(insert(workflow).values(**key, workflow_key="welcome", title=mark, **on, **TIMES))
    version = {"version": 1, "status": mark, "spec": {"mark": mark}, "created_at": NOW}
    conn.execute(insert(workflow_version).values(**key, workflow_key="welcome", **version))
    workflow_runs.insert_run(conn, workspace_id, run_of(mark, RUN, ANA))
    workflow_runs.insert_run(conn, workspace_id, run_of(mark, BULK_RUN, None))
    workflow_steps.insert_run_people(conn, workspace_id, BULK_RUN, [ANA, BEN])
    workflow_steps.replace_run_person(conn, workspace_id, BULK_RUN, ANA, {"reason": mark})
    workflow_steps.insert_step(conn, workspace_id, RUN, workflow_steps.StepRun(0, "hello", mark, NOW))
    conn.execute(
        insert(hub_connection).values(
            **key,
            base_url=mark,
            key_sealed=mark,
            domain_name=mark,
            idempotency="none",
            webhook_mode="static",
            failures=1,
            **TIMES,
        )
    )


def fill(conn: Connection, workspace_id: WorkspaceId, mark: str) -> None:
    """Put rows into every table of a workspace."""
    member_id = members.upsert_member(conn, workspace_id, email="owner@example.com", name=mark, role=mark, now=NOW)
    fill_people(conn, workspace_id, mark, member_id)
    fill_signals(conn, workspace_id, mark)
    fill_scores(conn, workspace_id, mark)
    fill_work(conn, workspace_id, mark, member_id)
    fill_doors(conn, workspace_id, mark, member_id)
    fill_automation(conn, workspace_id, mark)


def fill_people(conn: Connection, workspace_id: WorkspaceId, mark: str, member_id: MemberId) -> None:
    """Who there is."""
    people.upsert_companies(
        conn, workspace_id, frame_of({"company_id": str(COMPANY), "external_id": "c", "name": mark, "created_at": NOW})
    )
    people.upsert_people(
        conn,
        workspace_id,
        frame_of(
            person_row(ANA, mark, owner_id=str(member_id)),
            person_row(BEN, mark, is_demo=True, phone_raw="06 12 34 56 78"),
        ),
    )
    deal = {"opportunity_id": str(DEAL), "name": mark, "person_id": str(ANA), "stage": mark, "created_at": NOW}
    bulk_insert(conn, opportunity, in_workspace(frame_of(deal), workspace_id))


def fill_signals(conn: Connection, workspace_id: WorkspaceId, mark: str) -> None:
    """What happened to them, and what nobody could be found for."""
    signals.insert_new(conn, workspace_id, signal_frame(signal_row("1", mark), signal_row("2", mark, BEN)))
    parked = {
        "source": "crm",
        "source_event_id": "9",
        "reason": mark,
        "match_key": "email:x@example.com",
        "body": f'{{"mark": "{mark}"}}',
        "digest": f"{mark}-9",
        "received_at": NOW,
    }
    unmatched.insert_unmatched(conn, workspace_id, frame_of(parked))


def fill_scores(conn: Connection, workspace_id: WorkspaceId, mark: str) -> None:
    """What is made of it."""
    evidence.upsert_evidence(conn, workspace_id, evidence_of(mark))
    scores.upsert_scores(conn, workspace_id, frame_of(score_row(ANA, mark), score_row(BEN, mark)))
    snoozed = card_row(mark, action_id=str(SNOOZED), person_id=str(BEN), state="SNOOZED", rank_key=None)
    suggestions.upsert_suggestions(conn, workspace_id, frame_of(card_row(mark), {**snoozed, "snoozed_until": NOW}))
    models.insert_model(conn, workspace_id, spec={"mark": mark}, note=mark, now=NOW, valid_from=NOW)
    models.upsert_signal_types(conn, workspace_id, {"SHOWROOM_VISIT": {"mark": mark}})


def fill_work(conn: Connection, workspace_id: WorkspaceId, mark: str, member_id: MemberId) -> None:
    """What members and programs have done and set."""
    day = {"member_id": str(member_id), "day": date(2026, 3, 1), "actions": 1, "replies": 2, "bookings": 3}
    activity.upsert_member_days(conn, workspace_id, frame_of({**day, "response_minutes": f'{{"{mark}": 1}}'}))
    rules.insert_missing_rules(conn, workspace_id, [rules.Rule("call_back", mark, mark, mark)], now=NOW)
    imports.upsert_import_run(conn, workspace_id, imports.ImportRun("digest", mark, "signals", 1, 1, 0, 0, 0, NOW))
    exports.insert_export(conn, workspace_id, exports.Export(EXPORT, member_id, mark, "csv", 1, mark, NOW))
    pending.upsert_pending(conn, workspace_id, [ANA])
    told = engagements.Engagement("eng_1", NOW, person_id=ANA, summary=mark, signals=(mark,), body={"mark": mark})
    engagements.get_engagement_locked(conn, workspace_id, told, now=NOW)
    kept = preset_artifacts.StoredArtifact("label", "person", mark, mark, {"mark": mark}, {"mark": mark})
    preset_artifacts.upsert_artifacts(conn, workspace_id, [kept], now=NOW)
    mapping = action_mappings.ActionMapping("CALL_LEAD", mark, mark, mark, {"en": mark})
    action_mappings.upsert_action_mappings(conn, workspace_id, [mapping], now=NOW)


def fill_doors(conn: Connection, workspace_id: WorkspaceId, mark: str, member_id: MemberId) -> None:
    """Keys, sessions, and what is told to hosts."""
    api_keys.insert_api_key(
        conn,
        workspace_id,
        key_id=ANA,
        name=mark,
        prefix=mark,
        digest="digest",
        scopes=[mark],
        created_by=member_id,
        now=NOW,
    )
    idempotency.insert_claims(conn, workspace_id, {"1": mark}, now=NOW)
    callbacks.upsert_callback(conn, workspace_id, mark, due_at=NOW, now=NOW)
    login_tokens.insert_login_token(
        conn, workspace_id, "digest", member_id=member_id, host=mark, page=mark, now=NOW, expires_at=NOW
    )
    sessions.insert_session(
        conn, workspace_id, "digest", member_id=member_id, mode="full", origin=mark, now=NOW, expires_at=NOW
    )
