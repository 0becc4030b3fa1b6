"""Every preset with every profile: applied, changed by the workspace, applied again; nothing of its own is lost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, update

from cockpit.access import workspace_states
from cockpit.access.mappings import read_mappings, sync_mappings
from cockpit.access.workspace_states import NewWorkspace
from cockpit.errors import Conflict, NotFound
from cockpit.ingestion.start import RULES
from cockpit.model.ids import WorkspaceId
from cockpit.presets.applier import Applied, add_mappings, apply, check_profile, diff, reapply
from cockpit.presets.difference import ADD, CHANGED, OLDER, OWN, REMOVED, REPLACE, SAME
from cockpit.presets.kept import keep, list_kept, take_away
from cockpit.presets.loader import get_preset, list_presets
from cockpit.presets.preset import FIELD, FIT, KINDS, LABEL, MAPPING, RULE, SIGNAL, TEMPLATE, VIEW, WORKFLOW, Artifact
from cockpit.storage.action_mappings import ActionMapping, list_action_mappings, upsert_action_mappings
from cockpit.storage.automation_tables import action_mapping, workflow
from cockpit.storage.database import Connection, Database
from cockpit.storage.models import insert_model, list_models, list_signal_types, upsert_signal_types
from cockpit.storage.pending import count_pending
from cockpit.storage.rules import list_rules
from cockpit.storage.schema import metadata, rule
from cockpit.storage.workflows import list_workflows
from cockpit.storage.workspaces import get_workspace_by_id, insert_workspace
from scoring.model import preset_model
from scoring.signals import BUILT_IN

PROFILES = [(one.key, profile.key) for one in list_presets() for profile in one.profiles]
KEPT = (LABEL, FIELD, FIT, TEMPLATE, VIEW)


@contextmanager
def writes(conn: Connection) -> Iterator[list[str]]:
    """The statements that change anything meanwhile."""
    seen: list[str] = []

    def note(_conn: Any, statement: Any, *_: Any) -> None:
        if getattr(statement, "is_dml", False):
            seen.append(str(statement))

    event.listen(conn, "before_execute", note)
    yield seen
    event.remove(conn, "before_execute", note)


def made(db: Database, subdomain: str, now: datetime) -> WorkspaceId:
    with db.write() as conn:
        return insert_workspace(conn, subdomain=subdomain, name=subdomain, time_zone="UTC", now=now)


def change_some(conn: Connection, workspace_id: WorkspaceId, chance: random.Random, now: datetime) -> dict[str, Any]:
    """What a workspace may do with what a preset brought; answers how it wants to find it again."""
    for kind in chance.sample(KEPT, 2):
        there = list_kept(conn, workspace_id, kind)
        keys = sorted(there)
        changed, removed = chance.sample(keys, 2) if len(keys) > 2 else (keys[0], keys[-1])
        body = dict(there[changed])
        keep(conn, workspace_id, Artifact(kind, changed, {**body, "note": "ours"} if kind != FIT else body), now)
        take_away(conn, workspace_id, kind, removed, now)
        if kind != FIT:
            keep(conn, workspace_id, Artifact(kind, "of_our_own", {"note": "ours"}), now)
    types = list_signal_types(conn, workspace_id)
    mine = {"SHOWROOM_VISIT": {"weight": 1.5}, **{name: {**types[name], "weight": 0.25} for name in sorted(types)[:1]}}
    upsert_signal_types(conn, workspace_id, mine)
    mappings = list_action_mappings(conn, workspace_id)
    ours, gone = chance.sample(mappings, 2)
    edited = ActionMapping(ours.action_type, "informational", "phone", "Our way.", source="edited")
    upsert_action_mappings(conn, workspace_id, [edited], now=now)
    here = action_mapping.c.workspace_id == workspace_id
    conn.execute(delete(action_mapping).where(here, action_mapping.c.action_type == gone.action_type))
    key = chance.choice(list_rules(conn, workspace_id)).rule_key
    same = (rule.c.workspace_id == workspace_id, rule.c.rule_key == key)
    conn.execute(update(rule).where(*same).values(enabled=True, status="ACTIVE", title="Ours"))
    flow = chance.choice(list_workflows(conn, workspace_id)).workflow_key
    same = (workflow.c.workspace_id == workspace_id, workflow.c.workflow_key == flow)
    conn.execute(update(workflow).where(*same).values(status="ACTIVE"))
    return everything(conn, workspace_id)


def everything(conn: Connection, workspace_id: WorkspaceId) -> dict[str, Any]:
    """What the workspace sees of presets."""
    seen: dict[str, Any] = {kind: list_kept(conn, workspace_id, kind) for kind in KEPT}
    seen[SIGNAL] = list_signal_types(conn, workspace_id)
    seen[MAPPING] = list_action_mappings(conn, workspace_id)
    seen[RULE], seen[WORKFLOW] = list_rules(conn, workspace_id), list_workflows(conn, workspace_id)
    return seen


def test_nothing_of_the_workspace_is_lost_and_twice_is_once(db: Database, now: datetime) -> None:
    chance, later = random.Random(db.engine_name), now + timedelta(hours=1)
    for preset, profile in PROFILES:
        here = made(db, f"{preset}-{profile}".replace("_", "-"), now)
        with db.write(here) as conn:
            first = apply(conn, here, preset, profile, now)
            with writes(conn) as written:
                again = apply(conn, here, preset, profile, later)
            assert written == [], (preset, profile)
            assert first.count(ADD) == len(first.changes) == again.count(SAME)
            wanted = change_some(conn, here, chance, later)
            with writes(conn) as written:
                reapply(conn, here, later)
                last = apply(conn, here, preset, profile, later)
            assert (written, everything(conn, here)) == ([], wanted), (preset, profile)
            assert last.count(CHANGED) >= 3
            assert last.count(REMOVED) == 3


def test_a_workspace_that_changes_its_preset_keeps_what_it_touched(db: Database, now: datetime) -> None:
    chance, here = random.Random(7), made(db, "many", now)
    for preset, profile in [*PROFILES, *chance.sample(PROFILES, 5)]:
        with db.write(here) as conn:
            label = {"one": {"en": "Patron", "ar": "راعٍ"}}
            keep(conn, here, Artifact(LABEL, "person", label), now)
            apply(conn, here, preset, profile, now)
            assert list_kept(conn, here, LABEL)["person"] == label
            with writes(conn) as written:
                apply(conn, here, preset, profile, now + timedelta(days=1))
            assert written == []
            settings = get_workspace_by_id(conn, here).settings
            assert (settings["industry_preset"], settings["industry_profile"]) == (preset, profile)
            stage = get_preset(preset).artifacts(profile)
            wanted = next(one.body for one in stage if (one.kind, one.key) == (LABEL, "stage_customer"))
            assert list_kept(conn, here, LABEL)["stage_customer"] == wanted, "what nobody touched is the new preset's"


def test_reapply_adds_what_is_missing_and_replaces_nothing(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    with db.write(workspace) as conn:
        apply(conn, workspace, "mortgage", "loan_officer", now)
        old = dict(list_kept(conn, workspace, LABEL)["person"])
        forget(conn, workspace, VIEW, "preapproved")
        set_applied(conn, workspace, LABEL, "person", {"one": {"en": "Debtor", "ar": "مدين"}})
        done = reapply(conn, workspace, now)
        assert whats(done) == {(VIEW, "preapproved"): ADD, (LABEL, "person"): OLDER}
        assert list_kept(conn, workspace, LABEL)["person"]["one"]["en"] == "Debtor"
        assert "preapproved" in list_kept(conn, workspace, VIEW)
        assert whats(apply(conn, workspace, "mortgage", "loan_officer", now)) == {(LABEL, "person"): REPLACE}
        assert list_kept(conn, workspace, LABEL)["person"] == old


def test_the_difference_is_shown_and_writes_nothing(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    with db.write(workspace) as conn:
        mine = ActionMapping("CALL_LEAD", "informational", "phone", "Ours.", source="edited")
        upsert_action_mappings(conn, workspace, [mine], now=now)
        with writes(conn) as written:
            shown = diff(conn, workspace, "insurance", None)
        assert (shown.profile, shown.writes, written) == ("personal_lines", True, [])
        assert shown.count(OWN) == 1
        assert {one.artifact.kind for one in shown.changes} == set(KINDS)
        done = apply(conn, workspace, "insurance", None, now)
        assert [one.what for one in done.changes] == [one.what for one in shown.changes]
        assert mine in list_action_mappings(conn, workspace)


def test_scores_follow_unless_the_workspace_has_a_model_of_its_own(
    db: Database, workspace: WorkspaceId, now: datetime
) -> None:
    with db.write(workspace) as conn:
        assert apply(conn, workspace, "real_estate", "buyer_agent", now).model_version == 1
        assert "fit:financing_approved" in str(list_models(conn, workspace)[0].spec)
        assert apply(conn, workspace, "mortgage", None, now).model_version == 2
        spec = preset_model(BUILT_IN).to_dict()
        insert_model(conn, workspace, spec=spec, note="Ours", now=now, status="published", valid_from=now)
        assert apply(conn, workspace, "insurance", None, now).model_version is None
        assert len(list_models(conn, workspace)) == 3
        assert count_pending(conn, workspace) == 0


def test_mappings_alone(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    with db.write(workspace) as conn:
        assert add_mappings(conn, workspace, now) == 10
        assert add_mappings(conn, workspace, now) == 0
        conn.execute(delete(action_mapping).where(action_mapping.c.workspace_id == workspace))
        assert add_mappings(conn, workspace, now) == 0, "what somebody took away stays away"


def test_a_push_that_ends_leaves_what_the_preset_said(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    with db.write(workspace) as conn:
        apply(conn, workspace, "insurance", None, now)
        before = list_action_mappings(conn, workspace)
        pushed = read_mappings({"CALL_LEAD": "confirmational", "ESCALATE_TO_SALES": "conversational"})
        assert sync_mappings(conn, workspace, pushed, now).written == 2
        assert not reapply(conn, workspace, now).writes
        assert sync_mappings(conn, workspace, (), now).removed == 2
        assert list_action_mappings(conn, workspace) == before
        assert not sync_mappings(conn, workspace, (), now).changed


def test_provisioning_applies_the_preset_that_is_asked_for(db: Database, now: datetime) -> None:
    asked = {"industry_preset": "financial_advisor", "industry_profile": "tax_planner"}
    wanted = NewWorkspace("acme", "Acme", "a@acme.com", "Ann", settings=asked)
    with db.write() as conn:
        here = workspace_states.begin(conn, wanted, now)
    assert workspace_states.finish(db, here, rules=RULES, now=now, mine=True).status == "ready"
    with db.write(here) as conn, writes(conn) as written:
        assert (len(list_workflows(conn, here)), list_rules(conn, here)) == (6, RULES)
        assert not reapply(conn, here, now).writes
    assert written == []


def test_what_there_is_not(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    with db.write(workspace) as conn:
        with pytest.raises(Conflict, match="no preset: apply one first"):
            reapply(conn, workspace, now)
        with pytest.raises(NotFound, match="There is no preset pizza"):
            apply(conn, workspace, "pizza", None, now)
        with pytest.raises(NotFound, match="no profile baker: it is one of personal_lines"):
            check_profile("insurance", "baker")
        with pytest.raises(NotFound):
            take_away(conn, workspace, VIEW, "hot", now)
        # A host may name a profile that we have no file for: it gets what the preset brings everybody.
        assert apply(conn, workspace, "insurance", "crop_advisor", now).profile == "crop_advisor"


def whats(applied: Applied) -> dict[tuple[str, str], str]:
    """What is not simply there already."""
    return {(one.artifact.kind, one.artifact.key): one.what for one in applied.changes if one.what != SAME}


def forget(conn: Connection, workspace_id: WorkspaceId, kind: str, key: str) -> None:
    """As if the preset had been applied before this was in its file."""
    table = metadata.tables["preset_artifact"]
    conn.execute(
        delete(table).where(table.c.workspace_id == workspace_id, table.c.kind == kind, table.c.artifact_key == key)
    )


def set_applied(conn: Connection, workspace_id: WorkspaceId, kind: str, key: str, body: dict[str, Any]) -> None:
    """As if an earlier file had said this."""
    table = metadata.tables["preset_artifact"]
    same = (table.c.workspace_id == workspace_id, table.c.kind == kind, table.c.artifact_key == key)
    conn.execute(update(table).where(*same).values(body=body, applied=body))
