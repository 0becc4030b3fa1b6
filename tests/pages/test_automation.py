"""Automation: rules on and off, edited, rehearsed, stopped; what each did; and who may only look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from cockpit.access.pages import flat_path
from cockpit.automation import rehearsal_runs, rule_changes, stops
from cockpit.automation.rule_spec import Conditions, spec_of
from cockpit.automation.stops import Target
from cockpit.bootstrap import Cockpit
from cockpit.model.ids import MemberId, PersonId, WorkspaceId
from cockpit.model.principals import member_principal
from cockpit.model.viewer import Scope, Viewer, whole_workspace
from cockpit.storage.attempts import About, count_waiting, insert_attempt
from cockpit.storage.rehearsal_runs import list_runs
from cockpit.storage.rule_versions import StoredRule, get_stored_rule, list_rule_versions, list_stored_rules
from cockpit.storage.rules import Rule, insert_missing_rules
from cockpit.storage.schema import person
from cockpit.ui import frame
from cockpit.ui.automation.tabs import EDITOR, GUARD_LOG, HELD, REHEARSAL, REPORT, RULES
from cockpit.ui.automation_page import TABS
from tests.automation.ground import RULE, prepare, start_rule
from tests.pages.conftest import Run
from tests.pages.test_execute import toasts
from tests.pages.test_objects import HOSTILE, html, words
from tests.pages.test_settings import join
from tests.storage.rows import attempt_of

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    yield
    st.cache_data.clear()


@dataclass(frozen=True, slots=True)
class Office:
    """A workspace with one rule, three people, and one outreach that waits."""

    cockpit: Cockpit
    workspace: WorkspaceId
    people: list[PersonId]

    @property
    def boss(self) -> Viewer:
        return whole_workspace(self.workspace)

    def rule(self, key: str = RULE) -> StoredRule:
        with self.cockpit.db.read(self.workspace) as conn:
            return get_stored_rule(conn, self.workspace, key)

    def versions(self) -> list[tuple[int, str]]:
        with self.cockpit.db.read(self.workspace) as conn:
            return [(one.version, one.status) for one in list_rule_versions(conn, self.workspace, RULE)]

    def waiting(self) -> int:
        with self.cockpit.db.read(self.workspace) as conn:
            return count_waiting(conn, self.workspace, About())

    def becomes(self, **changes: Any) -> None:
        """Another state of the rule."""
        with self.cockpit.db.write(self.workspace) as conn:
            start_rule(conn, self.workspace, NOW, **changes)


@pytest.fixture
def office(cockpit: Cockpit, workspace: WorkspaceId) -> Office:
    people = prepare(cockpit.db, workspace, NOW, people=3)
    made = Office(cockpit, workspace, people)
    made.becomes(status="DRAFT", enabled=False, auto_execute=False, rehearsed_rate=None)
    with cockpit.db.write(workspace) as conn:
        held = {"execute_after": NOW + timedelta(hours=3), "held_until": NOW + timedelta(hours=3), "lease_owner": None}
        waits = {"person_id": people[0], "rule_key": RULE, "created_at": NOW, "reason": "Quiet hours until 09:00"}
        insert_attempt(conn, workspace, attempt_of("CALL_LEAD", people[0], **waits, **held))
    return made


def opened(run: Run, tab: str = RULES, **query: str) -> AppTest:
    at = run("automation.py", tab=tab, rule=RULE, **query)
    assert not at.exception
    return at


def switch(at: AppTest, name: str) -> Any:
    """One of the two switches of the rule."""
    return next(one for one in at.toggle if one.key and one.key.startswith(f"{name}_{RULE}"))


def seen(at: AppTest) -> str:
    """The words of the page as they are read."""
    headers = " ".join(str(one.value) for one in (*at.header, *at.subheader))
    errors = " ".join(str(one.value) for one in (*at.error, *at.success, *at.warning, *at.caption))
    return f"{headers} {words(at)} {html(at)} {errors}".replace("\\", "")


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_is_drawn(run: Run, office: Office, tab: str) -> None:
    at = opened(run, tab)
    assert [one.value for one in at.title] == ["Automation"]
    assert "<img" not in html(at)


def test_a_rule_is_switched_on_and_that_is_taken_back(run: Run, office: Office) -> None:
    at = opened(run)
    assert "DRAFT" in seen(at)
    assert switch(at, "auto").disabled
    switch(at, "enabled").set_value(True).run()
    assert (office.rule().enabled, office.rule().status) == (True, "ACTIVE")
    assert "is switched on" in seen(at)
    at.button(key="undo").click().run()
    assert not office.rule().enabled
    assert not at.exception


def test_it_acts_by_itself_only_after_a_rehearsal_and_a_word(run: Run, office: Office) -> None:
    office.becomes(auto_execute=False, rehearsed_rate=None)
    at = opened(run)
    switch(at, "auto").set_value(True).run()
    assert "Rehearse it first" in seen(at)
    assert not office.rule().auto_execute
    office.becomes(auto_execute=False, rehearsed_rate=51.0)
    at = opened(run)
    switch(at, "auto").set_value(True).run()
    assert "51" in seen(at)
    assert "Call back." in " ".join(one.value for one in at.text)  # what the mapping says
    assert at.button(key="auto_yes").disabled
    at.text_input(key="auto_typed").input(RULE).run()
    at.button(key="auto_yes").click().run()
    assert office.rule().auto_execute


def test_it_is_rehearsed_from_its_card(run: Run, office: Office) -> None:
    at = opened(run)
    at.button(key=f"rehearse_{RULE}").click().run()
    assert at.session_state["tab"] == REHEARSAL
    with office.cockpit.db.read(office.workspace) as conn:
        (asked,) = list_runs(conn, office.workspace, RULE)
    assert (asked.state, asked.days) == ("waiting", 90)
    assert "You may leave this page" in seen(at)
    at.button(key="cancel_rehearsal").click().run()
    at = opened(run, REHEARSAL)
    assert "It was cancelled" in " ".join(one.value for one in at.info)
    at.button(key="start_rehearsal").click().run()
    rehearsal_runs.work_off(office.cockpit.db, office.workspace, lambda: NOW)
    at = opened(run, REHEARSAL)
    assert "What would have happened" in seen(at)
    assert office.rule().rehearsed_rate == 0.0


def test_a_draft_is_written_compared_published_and_taken_back(run: Run, office: Office) -> None:
    at = opened(run, EDITOR)
    form = next(one.key.removeprefix("title_") for one in at.text_input if one.key and one.key.startswith("title_"))
    at.text_input(key=f"title_{form}").input(HOSTILE)
    at.multiselect(key=f"bands_{form}").set_value(["hot"])
    at.text_area(key=f"fields_{form}").input("city = Paris, Lyon")
    at.number_input(key=f"daily_{form}").set_value(2)
    at.button(key="save_rule").click().run()
    assert not at.exception
    assert office.versions() == [(2, "draft"), (1, "active")]
    assert "What the draft changes" in seen(at)
    at.button(key="publish_rule").click().run()
    said = spec_of(office.rule())
    assert (said.title, said.daily_max) == (HOSTILE.strip(), 2)
    assert said.conditions == Conditions(bands=("hot",), fields={"city": ("Paris", "Lyon")})
    assert "<img" not in html(at)
    at.button(key="undo").click().run()
    assert office.versions() == [(2, "draft"), (1, "active")]
    assert spec_of(office.rule()).daily_max is None
    at = opened(run, EDITOR)
    at.button(key="discard_rule").click().run()
    assert office.versions()[0] == (2, "discarded")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "  ", "Give the rule a name."),
        ("signals", [], "Choose at least one signal"),
        ("fields", "city Paris", "A field reads like city = Paris, Lyon"),
        ("fields", "city = Paris\ncity = Lyon", "is named twice"),
    ],
)
def test_a_mistake_is_a_sentence(run: Run, office: Office, field: str, value: Any, sentence: str) -> None:
    at = opened(run, EDITOR)
    form = next(one.key.removeprefix("title_") for one in at.text_input if one.key and one.key.startswith("title_"))
    found = {"title": at.text_input, "signals": at.multiselect, "fields": at.text_area}[field]
    found(key=f"{field}_{form}").set_value(value)
    at.button(key="save_rule").click().run()
    assert sentence in seen(at)
    assert [status for _, status in office.versions()] in ([], ["active"])


def test_a_rule_is_made(run: Run, office: Office) -> None:
    at = opened(run)
    at.button(key="new_rule").click().run()
    at.text_input(key="title_new").input("Welcome")
    at.multiselect(key="signals_new").set_value(["FORM_SUBMITTED"])
    at.button(key="save_rule").click().run()
    assert not at.exception
    made = office.rule("own_welcome")
    assert (made.status, made.enabled, made.signal_type) == ("DRAFT", False, "FORM_SUBMITTED")


def test_the_levers_say_how_many_before_they_are_pulled(run: Run, office: Office) -> None:
    office.becomes()
    at = opened(run)
    assert "1 outreach waits to go out" in seen(at)
    at.button(key=f"stop_new_{RULE}").click().run()
    assert office.rule().paused_at is not None
    assert "PAUSED" in seen(at)
    assert office.waiting() == 1
    at.button(key=f"go_on_here_{RULE}").click().run()
    assert office.rule().paused_at is None
    at.button(key=f"recall_{RULE}").click().run()
    assert (office.waiting(), "1 outreach was taken back" in seen(at)) == (0, True)
    at.button(key="pause_all").click().run()
    with office.cockpit.db.read(office.workspace) as conn:
        assert [target for target, _ in stops.list_stopped(conn, office.workspace)] == [Target()]
    assert "All auto-run is paused since" in seen(at)
    at.button(key="undo").click().run()
    with office.cockpit.db.read(office.workspace) as conn:
        assert stops.list_stopped(conn, office.workspace) == ()


def test_what_waits_is_taken_back_from_the_tray(run: Run, office: Office) -> None:
    at = opened(run, HELD)
    assert "Quiet hours until 09:00" in html(at)
    at.multiselect(key="held_chosen").set_value([str(office.people[0])]).run()
    at.button(key="take_back_held").click().run()
    assert not at.exception
    assert office.waiting() == 0
    assert "1 outreach was taken back" in seen(at)


def test_the_log_tells_what_was_done(run: Run, office: Office) -> None:
    rule_changes.switch(office.cockpit.db, office.boss, RULE, NOW, enabled=True)
    at = opened(run, GUARD_LOG)
    assert "Rule switched" in html(at)
    assert "cockpit audit verify" in words(at)


def visitor(run: Run, office: Office, role: str, tab: str) -> AppTest:
    who = join(office.cockpit, office.workspace, "Ben Member", role)
    at = run("automation.py", signed_in=False, tab=tab, rule=RULE)
    at.user = {"principal": member_principal(office.workspace, who), "mode": "sso"}
    return at.run()


@pytest.mark.parametrize("tab", TABS)
def test_others_look_and_are_told_why(run: Run, office: Office, tab: str) -> None:
    at = visitor(run, office, "member", tab)
    assert not at.exception
    assert "only admins change rules" in seen(at)
    keys = {one.key for one in at.button}
    changing = ("save_rule", "new_rule", "pause_all", "start_rehearsal", f"stop_new_{RULE}", f"edit_{RULE}")
    assert keys.isdisjoint(changing)
    assert all(one.disabled for one in at.toggle if one.key and one.key != "single_keys")


@pytest.mark.parametrize("tab", TABS)
def test_behind_the_wall_only_own_people_are_named(
    run: Run, office: Office, tab: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = MemberId(office.workspace)
    with office.cockpit.db.write(office.workspace) as conn:
        own = update(person).where(person.c.workspace_id == office.workspace, person.c.person_id == office.people[1])
        conn.execute(own.values(owner_id=mine))
    walled = Viewer(office.workspace, mine, whole_workspace(office.workspace).role, Scope(mine))
    monkeypatch.setattr(frame, "viewer_of", lambda *_: walled)
    at = opened(run, tab)
    assert "Somebody 0" not in seen(at)
    if tab == REHEARSAL:
        assert "behind the person wall there is none" in seen(at)
    if tab == GUARD_LOG:
        assert "it is not shown" in seen(at)
    if tab == HELD:
        assert "Nothing waits" in seen(at)
    if tab == RULES:
        assert "0 sent, 0 blocked" in seen(at)
        assert f"rehearse_{RULE}" not in {one.key for one in at.button}
    assert toasts(at) == ""


def test_the_report_says_that_there_is_too_little(run: Run, office: Office) -> None:
    at = opened(run, REPORT)
    assert html(at).count("Too few to compare") >= 3
    assert "are left alone" in seen(at)


def test_without_rules_it_says_how_they_come(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    with cockpit.db.read(workspace) as conn:
        assert list_stored_rules(conn, workspace) == ()
    for tab in (RULES, REHEARSAL, REPORT):
        assert "No preset rules" in seen(opened(run, tab))


def test_the_past_changes_nothing(run: Run, office: Office) -> None:
    at = opened(run, as_of=(NOW - timedelta(days=2)).isoformat())
    assert switch(at, "enabled").disabled
    assert "pause_all" not in {one.key for one in at.button}


def test_many_rules_are_shown_a_part_at_a_time(run: Run, office: Office) -> None:
    with office.cockpit.db.write(office.workspace) as conn:
        more = [Rule(f"own_{number:02d}", f"Rule {number}", "MISSED_CALL", "CALL_LEAD") for number in range(26)]
        insert_missing_rules(conn, office.workspace, more, now=NOW)
    at = opened(run)
    assert "Show all 27 rules" in {one.label for one in at.button}


def test_a_host_reaches_it_by_a_path_of_the_settings() -> None:
    assert flat_path("/settings/automation") == ("/automation", {})
