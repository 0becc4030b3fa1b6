"""The action button: one click reserves and ends the card, undo takes both back; what blocks it is said in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from cockpit.api.hub_webhook import take
from cockpit.automation.execute import execute
from cockpit.automation.foresee import Foreseen, foresee
from cockpit.bootstrap import Cockpit
from cockpit.errors import NotFound
from cockpit.hub.signatures import Genuine
from cockpit.hub.wiring import Wiring, connect, disconnect
from cockpit.ingestion.receive import receive
from cockpit.ingestion.record import SignalIn
from cockpit.model.ids import PersonId, WorkspaceId, person_id_of
from cockpit.model.principals import member_principal
from cockpit.model.viewer import whole_workspace
from cockpit.presets.applier import apply
from cockpit.storage.action_mappings import delete_action_mappings
from cockpit.storage.attempts import Attempt, list_attempts
from cockpit.storage.automation_tables import attempt as attempt_table
from cockpit.storage.database import Connection
from cockpit.storage.schema import person as person_table
from cockpit.storage.suggestions import list_suggestions
from cockpit.ui import state
from tests.automation.ground import CALL, click, prepare, refuse, set_guards
from tests.hub.asked import PATHS, fake_hub
from tests.pages.conftest import Run
from tests.pages.test_objects import html, words
from tests.pages.test_settings import join
from tests.worker.test_dispatch import SetClock, dispatching, work_off

UNDO, EXECUTE = "undo", "do_execute"
AT_ANY_HOUR = {"off": ["quiet_hours"]}
SECOND = timedelta(seconds=1)
LATER = datetime(2030, 1, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    yield
    st.cache_data.clear()


@dataclass(frozen=True, slots=True)
class Floor:
    """Two people who called in vain, in a workspace with a Hub."""

    cockpit: Cockpit
    workspace: WorkspaceId
    people: list[PersonId]

    @property
    def first(self) -> str:
        return str(self.people[0])

    def attempts(self) -> tuple[Attempt, ...]:
        with self.cockpit.db.read(self.workspace) as conn:
            return list_attempts(conn, self.workspace)

    def states(self) -> list[str]:
        return sorted(one.state for one in self.attempts())

    def cards(self, person: str) -> list[str]:
        """The states of the cards that call them."""
        with self.cockpit.db.read(self.workspace) as conn:
            found = list_suggestions(conn, self.workspace, [person])
        return [row["state"] for row in found.iter_rows(named=True) if row["action_type"] == CALL]

    def decided(self, person: str) -> list[str]:
        """The states of all their cards."""
        with self.cockpit.db.read(self.workspace) as conn:
            return list_suggestions(conn, self.workspace, [person])["state"].to_list()

    def store(self, change: Callable[..., object], *given: Any, **named: Any) -> None:
        with self.cockpit.db.write(self.workspace) as conn:
            change(conn, self.workspace, *given, **named)

    def becomes(self, **values: Any) -> None:
        """What a worker or the Hub made of every execution."""
        with self.cockpit.db.write(self.workspace) as conn:
            conn.execute(update(attempt_table).where(attempt_table.c.workspace_id == self.workspace).values(**values))


@pytest.fixture
def floor(cockpit: Cockpit, workspace: WorkspaceId) -> Floor:
    now = datetime.now(UTC)
    people = prepare(cockpit.db, workspace, now, people=2)
    made = Floor(cockpit, workspace, people)
    made.store(set_guards, AT_ANY_HOUR)
    for place, person in enumerate(people):
        signal = SignalIn("MISSED_CALL", now - timedelta(minutes=9 - place), person_id=str(person))
        assert receive(cockpit, workspace, [signal], now).items[0].status == "accepted"
    return made


def person_page(run: Run, floor: Floor) -> AppTest:
    at = run("person.py", id=floor.first)
    assert not at.exception
    return at


def toasts(at: AppTest) -> str:
    return " ".join(one.value for one in at.toast).replace("\\", "")


def said(at: AppTest) -> str:
    """The words of the page as they are read."""
    headers = " ".join(str(one.value) for one in at.header)
    return f"{headers} {words(at)} {html(at)}".replace("\\", "")


def test_what_is_for_a_colleague_is_done_by_hand(run: Run, floor: Floor) -> None:
    """Nothing is sent, and the card can still be ended and opened again."""
    now = datetime.now(UTC)
    angry = SignalIn("NEGATIVE_SENTIMENT", now - timedelta(minutes=2), external_id="angry", name="Ann Angry")
    assert receive(floor.cockpit, floor.workspace, [angry], now).items[0].status == "accepted"
    ann = str(person_id_of(floor.workspace, "angry"))
    at = run("person.py", id=ann)
    assert not at.exception
    assert at.button(key=EXECUTE).label.replace("\\", "").startswith("Escalate to sales: mark as done")
    assert "nothing is sent" in said(at)
    at.button(key=EXECUTE).click().run()
    assert not at.exception
    assert floor.attempts() == ()
    assert floor.decided(ann) == ["EXECUTED"]
    at.button(key=UNDO).click().run()
    assert not at.exception
    assert floor.decided(ann) == ["OPEN"]


def test_a_click_speaks_the_language_of_the_person(run: Run, floor: Floor) -> None:
    floor.store(delete_action_mappings, [CALL], source="sync")
    floor.store(apply, "mortgage", None, datetime.now(UTC))
    floor.store(prefer, floor.people[0], "ar")
    at = person_page(run, floor)
    at.button(key=EXECUTE).click().run()
    assert not at.exception
    (made,) = floor.attempts()
    assert made.instruction.startswith("اتصل بشخص")
    assert made.request == {"language": "ar"}


def prefer(conn: Connection, workspace_id: WorkspaceId, person_id: PersonId, language: str) -> None:
    here = person_table.c.workspace_id == workspace_id
    mine = update(person_table).where(here, person_table.c.person_id == person_id)
    conn.execute(mine.values(attributes={"preferred_language": language}))


@pytest.mark.parametrize("page", ["cockpit.py", "person.py"])
def test_one_click_reserves_and_ends_the_card_and_undo_takes_both_back(run: Run, floor: Floor, page: str) -> None:
    at = run(page, id=floor.first)
    assert not at.exception
    assert at.button(key=EXECUTE).label.startswith("Call lead")
    assert not at.button(key=EXECUTE).disabled
    at.button(key=EXECUTE).click().run()
    assert not at.exception
    assert floor.states() == ["RESERVED"]
    made = floor.attempts()[0]
    assert (made.action_type, made.channel, made.origin) == (CALL, "phone", "manual")
    assert made.execute_after == made.created_at + 10 * SECOND
    person = str(made.person_id)
    assert floor.cards(person) == ["EXECUTED"]
    assert "goes out in" in said(at)
    at.button(key=UNDO).click().run()
    assert not at.exception
    assert floor.states() == ["CANCELLED"]
    assert floor.cards(person) == ["OPEN"]
    assert "goes out in" not in said(at)
    again = run(page, id=floor.first)
    again.button(key=EXECUTE).click().run()
    assert floor.states() == ["CANCELLED", "RESERVED"]


def test_the_queue_moves_on_and_the_card_is_gone(run: Run, floor: Floor) -> None:
    at = run()
    who = at.header[0].value
    at.button(key=EXECUTE).click().run()
    assert at.header[0].value != who
    at.button(key=UNDO).click().run()
    assert at.header[0].value == who


def test_two_clicks_are_one_outreach(run: Run, floor: Floor) -> None:
    """Two tabs that show the same card."""
    one, other = person_page(run, floor), person_page(run, floor)
    one.button(key=EXECUTE).click().run()
    other.button(key=EXECUTE).click().run()
    assert not other.exception
    assert floor.states().count("RESERVED") == 1
    assert other.toast or "Too soon" in said(other)


def test_a_double_click_does_not_reach_the_next_lead(run: Run, floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "DOUBLE_CLICK", timedelta(minutes=1))  # however slow the machine is
    at = run()
    at.button(key=EXECUTE).click().run()
    at.button(key=EXECUTE).click().run()
    assert floor.states() == ["RESERVED"]


def test_undo_comes_too_late(run: Run, floor: Floor) -> None:
    at = person_page(run, floor)
    at.button(key=EXECUTE).click().run()
    floor.becomes(state="SENDING")
    at.button(key=UNDO).click().run()
    assert "too late" in toasts(at)
    assert (floor.states(), floor.cards(floor.first)) == (["SENDING"], ["EXECUTED"])


def test_do_not_contact(run: Run, floor: Floor) -> None:
    floor.store(refuse, floor.people[0])
    button = person_page(run, floor).button(key=EXECUTE)
    assert (button.label, button.disabled) == ("Do not contact", True)


def test_a_refusal_between_the_page_and_the_click(run: Run, floor: Floor) -> None:
    """What the button promised counts less than what is true in the transaction that reserves."""
    at = person_page(run, floor)
    floor.store(refuse, floor.people[0])
    at.button(key=EXECUTE).click().run()
    assert "Do not contact" in toasts(at)
    assert (floor.states(), floor.cards(floor.first)) == (["BLOCKED"], ["OPEN"])


@pytest.mark.parametrize(
    ("guards", "reason"),
    [
        ({"quiet_hours": {"weekdays": [(datetime.now(UTC).weekday() + 3) % 7]}}, "quiet hours until"),
        ({**AT_ANY_HOUR, "paused": "all"}, "paused"),
        ({**AT_ANY_HOUR, "consent_needed": "always"}, None),
    ],
)
def test_the_guard_that_blocks_says_why(run: Run, floor: Floor, guards: dict[str, Any], reason: str | None) -> None:
    floor.store(set_guards, guards)
    button = person_page(run, floor).button(key=EXECUTE)
    assert button.disabled == (reason is not None)
    assert (reason or "call lead") in button.label.casefold()


def test_a_second_call_has_to_wait(run: Run, floor: Floor) -> None:
    now = datetime.now(UTC)
    viewer = whole_workspace(floor.workspace)
    assert execute(floor.cockpit.db, viewer, click(floor.people[0]), now - timedelta(hours=1)).runs
    button = person_page(run, floor).button(key=EXECUTE)
    assert button.disabled
    assert "Too soon after the last" in button.label.replace("\\", "")


def test_a_missing_mapping_is_named(run: Run, floor: Floor) -> None:
    floor.store(delete_action_mappings, [CALL], source="sync")
    button = person_page(run, floor).button(key=EXECUTE)
    assert button.disabled
    assert "No mapping says how the Hub carries out CALL_LEAD" in button.label.replace("\\", "")


def test_without_a_hub_an_admin_is_shown_where_to_connect_one(run: Run, floor: Floor) -> None:
    floor.store(disconnect)
    at = person_page(run, floor)
    assert (at.button(key=EXECUTE).label, at.button(key=EXECUTE).disabled) == ("No Hub connected", True)
    assert "No Hub is connected" in said(at)
    assert at.button(key="do_connect").label == "Connect a Hub"


@pytest.mark.parametrize(
    ("role", "label", "disabled"), [("member", "call lead", False), ("read_only", "call lead", True)]
)
def test_who_may(run: Run, floor: Floor, role: str, label: str, disabled: bool) -> None:
    who = join(floor.cockpit, floor.workspace, "Ben Member", role)
    at = run("person.py", signed_in=False, id=floor.first)
    at.user = {"principal": member_principal(floor.workspace, who), "mode": "sso"}
    at.run()
    assert at.button(key=EXECUTE).disabled == disabled
    assert "Call lead" in at.button(key=EXECUTE).label
    if not disabled:
        at.button(key=EXECUTE).click().run()
        assert [one.requested_by for one in floor.attempts()] == [who]
        assert "by Ben Member" in said(at)


def test_a_member_without_a_hub_is_shown_no_settings(run: Run, floor: Floor) -> None:
    floor.store(disconnect)
    who = join(floor.cockpit, floor.workspace, "Ben Member", "member")
    at = run("person.py", signed_in=False, id=floor.first)
    at.user = {"principal": member_principal(floor.workspace, who), "mode": "sso"}
    at.run()
    assert at.button(key=EXECUTE).label == "No Hub connected"
    assert "do_connect" not in [one.key for one in at.button]


@pytest.mark.parametrize(
    ("values", "words_of_it"),
    [
        ({"state": "SENDING"}, "Sending"),
        ({"state": "ACCEPTED", "engagement_id": "eng-7"}, "eng-7"),
        ({"state": "COMPLETED", "outcome": "no_answer"}, "no answer"),
        ({"state": "UNKNOWN", "reason": "It may have gone out: who knows."}, "It may have gone out: who knows."),
        ({"state": "FAILED_NOT_SENT", "reason": "The Hub refused it."}, "The Hub refused it."),
        ({"state": "BLOCKED", "reason": "Do not contact"}, "Do not contact"),
        (
            {"state": "RESERVED", "held_until": LATER, "reason": "Quiet hours"},
            "Held until",
        ),
        ({"state": "RESERVED", "reason": "The Hub is away."}, "Next try"),
        ({"state": "COMPLETED", "outcome": "<img src=x>"}, "&lt;img src=x&gt;"),
    ],
)
def test_how_it_stands_is_on_the_page_of_the_person(
    run: Run, floor: Floor, values: dict[str, Any], words_of_it: str
) -> None:
    at = person_page(run, floor)
    assert "Outreach" not in said(at)
    at.button(key=EXECUTE).click().run()
    ended = values["state"] in ("COMPLETED", "FAILED_NOT_SENT", "BLOCKED")
    floor.becomes(**{"execute_after": None if ended else LATER, **values})
    at.run()
    assert not at.exception
    assert "Outreach" in said(at)
    assert words_of_it in said(at)


def test_what_did_not_leave_is_suggested_again(run: Run, floor: Floor) -> None:
    person_page(run, floor).button(key=EXECUTE).click().run()
    floor.becomes(state="FAILED_NOT_SENT", execute_after=None, reason="The Hub refused it.")
    at = person_page(run, floor)
    at.button(key="suggest_again").click().run()
    assert not at.exception
    assert floor.cards(floor.first) == ["OPEN"]
    assert "suggest_again" not in [one.key for one in at.button]


def test_what_is_held_can_be_taken_back_later(run: Run, floor: Floor) -> None:
    person_page(run, floor).button(key=EXECUTE).click().run()
    at = person_page(run, floor)  # another tab, without the bar
    at.button(key=f"take_back_{floor.attempts()[0].attempt_id}").click().run()
    assert not at.exception
    assert (floor.states(), floor.cards(floor.first)) == (["CANCELLED"], ["OPEN"])


def test_a_click_goes_all_the_way(run: Run, floor: Floor) -> None:
    """Clicked, called by a worker, told by the Hub: the outcome moves the score and is on the receipt."""
    db, workspace, now = floor.cockpit.db, floor.workspace, datetime.now(UTC)
    with fake_hub() as server:
        wiring = Wiring(base_url=server.url, api_key="key", domain_name="acme", inside=True, paths=PATHS)
        floor.store(connect, floor.cockpit.settings, wiring, now)
        at = person_page(run, floor)
        before = score_of(at)
        at.button(key=EXECUTE).click().run()
        clicked_at = floor.attempts()[0].created_at
        for seconds, requests in ((9, 0), (10, 1)):
            with dispatching(db, SetClock(clicked_at + seconds * SECOND)) as worker:
                work_off(worker)
            assert server.hub.requests == requests
        taken = server.hub.engagements.list()
        assert [one.request["phone_number"] for one in taken] == ["+33600000000"]
        assert "Accepted by the Hub" in said(person_page(run, floor))
        ended = server.hub.engagements.change(taken[0].engagement_id, "completed", "booked", datetime.now(UTC))
    assert ended is not None
    body = json.dumps(ended.event("engagement.updated", datetime.now(UTC))).encode()
    take(floor.cockpit, workspace, Genuine(None), body, datetime.now(UTC))
    assert floor.states() == ["COMPLETED"]
    at = person_page(run, floor)
    assert "booked" in said(at)
    assert "Appointment booked" in receipt_of(at)
    assert score_of(at) > before


def test_the_watch_tells_what_became_of_it(run: Run, floor: Floor) -> None:
    at = person_page(run, floor)
    at.button(key=EXECUTE).click().run()
    assert not at.toast
    floor.becomes(state="ACCEPTED", engagement_id="eng-7", execute_after=None)
    assert "Accepted by the Hub" in toasts(at.run())
    assert not at.run().toast
    floor.becomes(state="COMPLETED", outcome="no_answer")
    assert "Completed: no answer" in toasts(at.run())
    assert not at.run().toast


def test_many_at_once(run: Run, floor: Floor) -> None:
    """Who would be skipped, and why, is said before the click; one undo takes back all of them."""
    ana, ben = (str(one) for one in floor.people)
    at = run()
    floor.store(refuse, floor.people[1])
    at.button(key="bulk_suggested_actions").click().run()
    assert not at.exception
    assert "**1 will run, 1 skipped**, because" in said(at)
    assert "1: Do not contact" in said(at)
    assert floor.attempts() == ()
    at.button(key="bulk_do_suggested_actions").click().run()
    assert not at.exception
    assert floor.states() == ["BLOCKED", "RESERVED"]
    assert (floor.cards(ana), floor.cards(ben)) == (["EXECUTED"], ["OPEN"])
    assert "1 outreach, 1 skipped, goes out in" in said(at)
    at.button(key=UNDO).click().run()
    assert floor.states() == ["BLOCKED", "CANCELLED"]
    assert floor.cards(ana) == ["OPEN"]
    assert "1 taken back" in toasts(at)


def test_many_at_once_for_those_who_may(run: Run, floor: Floor) -> None:
    who = join(floor.cockpit, floor.workspace, "Ben Member", "read_only")
    at = run(signed_in=False)
    at.user = {"principal": member_principal(floor.workspace, who), "mode": "sso"}
    assert not [one.key for one in at.run().button if one.key and one.key.startswith("bulk_")]
    floor.store(disconnect)
    assert not [one.key for one in run().button if one.key and one.key.startswith("bulk_")]


def test_what_waits_is_listed_with_why_and_when(run: Run, floor: Floor) -> None:
    assert "Waiting to go out" not in said(run())
    at = run()
    at.button(key=EXECUTE).click().run()
    assert "Waiting to go out" in said(at)
    assert "Can still be undone" in said(at)
    floor.becomes(held_until=LATER, execute_after=LATER, reason="Quiet hours until Wednesday 10:00")
    later = run()
    assert not later.exception
    for told in ("Held by a guard", "Quiet hours until Wednesday 10:00", "2 Jan 2030, 10:00 CET", "Call lead"):
        assert told in said(later)


def receipt_of(at: AppTest) -> str:
    return next(one.body for one in at.get("html") if "Points that add up" in one.body)


def score_of(at: AppTest) -> float:
    return float(receipt_of(at).rsplit('class="points">', 1)[1].split("<", 1)[0])


def test_what_is_foreseen_is_what_comes(cockpit: Cockpit, floor: Floor) -> None:
    viewer, now = whole_workspace(floor.workspace), datetime.now(UTC)
    ana, ben = floor.people
    with cockpit.db.read(floor.workspace) as conn:
        assert foresee(conn, viewer, click(ana), now) == Foreseen()
        with pytest.raises(NotFound):
            foresee(conn, viewer, click(PersonId(floor.workspace)), now)
    floor.store(refuse, ben)
    for person in (ana, ana, ben):
        with cockpit.db.read(floor.workspace) as conn:
            expected = foresee(conn, viewer, click(person), now)
        assert execute(cockpit.db, viewer, click(person), now).reason == expected.reason
