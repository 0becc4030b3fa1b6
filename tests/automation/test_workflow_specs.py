"""Definitions of workflows: what is refused, what is read back, and every kind of step."""

from __future__ import annotations

from datetime import datetime
from pkgutil import iter_modules
from typing import Any

import pytest

from cockpit.automation.workflows import steps as kinds
from cockpit.automation.workflows.reading import read_workflow, written
from cockpit.automation.workflows.steps.registry import STEPS
from cockpit.automation.workflows.versions import activate, deactivate, save_draft
from cockpit.errors import Conflict, Forbidden, InvalidInput, NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Viewer
from cockpit.presets import reading as presets
from cockpit.presets.applier import apply
from cockpit.storage.database import Database
from cockpit.storage.workflow_versions import get_workflow_head, list_workflow_heads, list_workflow_versions
from tests.automation.flows import ASK, ASKED, BULK, CALL, CREATED, HELLO, IS_LEAD, MANY, ONE, WAIT, make_flow, owner

FLOWS: list[dict[str, Any]] = [
    {"trigger": ONE, "steps": [ASK, ASKED]},
    {"trigger": ONE, "steps": [{**IS_LEAD, "otherwise": "call"}, WAIT, HELLO, CALL]},
    {"trigger": CREATED, "steps": [HELLO]},
    {"trigger": MANY, "steps": [IS_LEAD, WAIT, BULK]},
]
TEMPLATES = {
    "av_wf_manual_engage_person": "Engage Person (Aventora)",
    "av_wf_new_person_say_hello": "New Person: Say Hello (SMS)",
    "av_wf_new_person_qualify_call": "New Person: Qualify (Call)",
    "av_wf_bulk_sms_checkin": "Bulk SMS: Check Interest",
    "av_wf_bulk_reconnect": "Bulk SMS: Reconnect",
    "av_wf_bulk_booking_link": "Bulk SMS: Send Booking Link",
}


@pytest.mark.parametrize("flow", FLOWS)
def test_a_workflow_is_read_back_as_it_was_written(flow: dict[str, Any]) -> None:
    spec = read_workflow(flow)
    assert read_workflow(written(spec)) == spec


def test_every_kind_of_step_has_a_file_and_a_name_that_presets_know() -> None:
    helpers = {"registry", "step", "values", "engagement"}
    assert {one.name for one in iter_modules(kinds.__path__)} - helpers == {
        kind.__class__.__module__.rpartition(".")[2] for kind in STEPS.values()
    }
    assert set(STEPS) == set(presets.STEPS)
    tried = {step["type"] for flow in FLOWS for step in flow["steps"]}
    assert tried == set(STEPS)


@pytest.mark.parametrize("name", STEPS)
def test_every_kind_of_step_says_what_it_does_and_what_it_takes(name: str) -> None:
    kind = STEPS[name]
    assert kind.name == name
    assert kind.title
    assert set(kind.selections) <= {"one", "many"}
    flow = next(flow for flow in FLOWS if name in {step["type"] for step in flow["steps"]})
    spec = read_workflow(flow)
    for step in spec.steps:
        assert STEPS[step.type].told(step)
    strange = [{**step, "colour": "red"} if step["type"] == name else step for step in flow["steps"]]
    with pytest.raises(InvalidInput, match="cannot say colour"):
        read_workflow({**flow, "steps": strange})


REFUSED: list[tuple[dict[str, Any], list[Any], str]] = [
    (ONE, [], "needs steps"),
    (ONE, [HELLO, HELLO], "cannot have one key"),
    (ONE, [{**HELLO, "type": "SEND_FAX"}], "must be one of"),
    (ONE, [{**HELLO, "key": "a b"}], "needs a key"),
    (ONE, ["x"], "needs a key"),
    (ONE, [BULK], "is for one person"),
    (MANY, [HELLO], "is for many people"),
    ({"type": "MOON"}, [HELLO], "is set off by"),
    ({"type": "MANUAL", "selection": "few"}, [HELLO], "is set off by"),
    ({**CREATED, "selection": "many"}, [BULK], "is set off by"),
    (ONE, [{**HELLO, "action": "SING"}], "needs an action"),
    (ONE, [{**HELLO, "channel": "pigeon"}], "must be one of phone"),
    (ONE, [{**HELLO, "instruction": " "}], "must be a text"),
    (ONE, [ASKED], "no form before it asks for"),
    (ONE, [ASKED, ASK], "no form before it asks for"),
    (ONE, [ASK, {**ASKED, "channel": "{{ask.instruction}}"}], "must be one of phone"),
    (ONE, [{**WAIT, "minutes": 0}], "not for no time"),
    (ONE, [{**WAIT, "days": 400}], "at most 365 days"),
    (ONE, [{**WAIT, "minutes": "90"}], "whole numbers"),
    (ONE, [{"key": "wait", "type": "DELAY"}], "needs minutes, hours or days"),
    (ONE, [HELLO, {**IS_LEAD, "otherwise": "hello"}], "round for ever"),
    (ONE, [{**IS_LEAD, "otherwise": "lead"}, HELLO], "round for ever"),
    (ONE, [{**IS_LEAD, "otherwise": "nowhere"}, HELLO], "round for ever"),
    (MANY, [{**IS_LEAD, "otherwise": "each"}, BULK], "no other way"),
    (ONE, [{**IS_LEAD, "conditions": {}}], "asks for nothing"),
    (ONE, [{**IS_LEAD, "conditions": {"channels": ["sms"]}}], "there is no signal"),
    (ONE, [{**IS_LEAD, "conditions": {"bands": ["boiling"]}}], "can only be"),
    (ONE, [{**ASK, "fields": []}], "needs fields"),
    (ONE, [{**ASK, "fields": [{"name": "x", "type": "number"}]}], "must be one of text, choice"),
    (ONE, [{**ASK, "fields": [{"name": "x", "type": "choice"}]}], "needs choices"),
    (ONE, [{**ASK, "fields": [{"name": "x", "type": "text"}] * 2}], "one field twice"),
    (ONE, [{**ASK, "fields": [{"name": "a b", "type": "text"}]}], "needs a name"),
]


@pytest.mark.parametrize(("trigger", "steps", "why"), REFUSED)
def test_what_cannot_be_carried_out_is_refused(trigger: dict[str, Any], steps: list[Any], why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        read_workflow({"trigger": trigger, "steps": steps})


def test_the_six_templates_are_there_and_can_be_activated(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    with db.write(workspace) as conn:
        apply(conn, workspace, "real_estate", None, now)
    with db.read(workspace) as conn:
        found = {one.workflow_key: one for one in list_workflow_heads(conn, workspace)}
    assert {key: one.title for key, one in found.items()} == {
        key: f"[preset:{key}] {title}" for key, title in TEMPLATES.items()
    }
    assert {(one.status, one.active_since) for one in found.values()} == {("DRAFT", None)}
    for key in found:
        assert activate(db, owner(workspace), key, now) == 1


def test_versions(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    make_flow(db, workspace, now, HELLO)
    spec = read_workflow({"trigger": ONE, "steps": [WAIT, HELLO]})
    assert [save_draft(db, owner(workspace), "welcome", spec, now) for _ in range(2)] == [2, 2]
    assert states(db, workspace) == ("ACTIVE", 1, [(2, "draft"), (1, "active")])
    assert [activate(db, owner(workspace), "welcome", now) for _ in range(2)] == [2, 2]
    assert states(db, workspace) == ("ACTIVE", 2, [(2, "active"), (1, "retired")])
    assert [deactivate(db, owner(workspace), "welcome", now) for _ in range(2)] == [True, False]
    assert states(db, workspace)[0] == "DEACTIVATED"
    assert activate(db, owner(workspace), "welcome", now) == 2
    with pytest.raises(NotFound):
        save_draft(db, owner(workspace), "nobody", spec, now)
    with pytest.raises(NotFound):
        activate(db, owner(workspace), "nobody", now)
    for key, title in (("a b", "Title"), ("key", " ")):
        with pytest.raises(InvalidInput):
            save_draft(db, owner(workspace), key, spec, now, title=title)


def test_only_who_manages_rules_changes_workflows(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    make_flow(db, workspace, now, HELLO)
    member = Viewer(workspace, None, Role.MEMBER)
    for change in (activate, deactivate):
        with pytest.raises(Forbidden):
            change(db, member, "welcome", now)
    with pytest.raises(Forbidden):
        save_draft(db, member, "welcome", read_workflow(FLOWS[0]), now)


def test_nothing_to_activate(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    make_flow(db, workspace, now, HELLO)
    with db.write(workspace) as conn:
        head = get_workflow_head(conn, workspace, "welcome")
    assert head.active_since == now
    with pytest.raises((Conflict, NotFound)):
        activate(db, owner(workspace), "other", now)


def states(db: Database, workspace: WorkspaceId) -> tuple[str, int | None, list[tuple[int, str]]]:
    """The workflow's state, its version, and the versions."""
    with db.read(workspace) as conn:
        head = get_workflow_head(conn, workspace, "welcome")
        versions = list_workflow_versions(conn, workspace, "welcome")
    return head.status, head.version, [(one.version, one.status) for one in versions]
