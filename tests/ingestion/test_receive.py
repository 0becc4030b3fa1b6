"""One transaction per batch, one answer per item."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from cockpit.bootstrap import Cockpit
from cockpit.errors import NotFound
from cockpit.ingestion.receive import receive
from cockpit.ingestion.record import Item, SignalIn
from cockpit.ingestion.unmatched import sweep_tray
from cockpit.model.ids import WorkspaceId, workspace_id_of
from cockpit.storage.evidence import get_evidence
from cockpit.storage.people import count_people, find_person, get_person
from cockpit.storage.scores import list_scores
from cockpit.storage.signals import count_signals, list_signals
from cockpit.storage.unmatched import count_unmatched, list_unmatched
from cockpit.storage.workspaces import get_workspace_by_id


def call(now: datetime, event: str = "e1", **changes: object) -> dict[str, object]:
    signal = {"source_event_id": event, "type": "MISSED_CALL", "occurred_at": now - timedelta(hours=1)}
    return {**signal, "external_id": "x1", **changes}


def answers(cockpit: Cockpit, workspace: WorkspaceId, now: datetime, *signals: dict[str, object]) -> list[Item]:
    return list(receive(cockpit, workspace, signals, now).items)


def statuses(cockpit: Cockpit, workspace: WorkspaceId, now: datetime, *signals: dict[str, object]) -> list[str]:
    return [item.status for item in answers(cockpit, workspace, now, *signals)]


def test_unknown_person_is_created_and_scored(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    signal = SignalIn("MISSED_CALL", now - timedelta(hours=1), "e1", external_id="x1", name="Ana Ruiz")
    receipt = receive(cockpit, workspace, [signal], now)
    assert receipt.tally.accepted == 1
    with cockpit.db.read() as conn:
        person = get_person(conn, workspace, "x1")
        scores = list_scores(conn, workspace, [person.person_id])
        version = get_workspace_by_id(conn, workspace)
    assert (person.name, str(person.person_id)) == ("Ana Ruiz", receipt.items[0].person_id)
    assert scores["follow_up_key"][0] is not None
    assert version.data_version == 2
    assert version.last_received_at == now


def test_one_bad_item_never_loses_the_good_ones(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    ahead = now + timedelta(minutes=6)
    items = answers(
        cockpit,
        workspace,
        now,
        call(now, "e1"),
        call(now, "e2", occurred_at=ahead),
        call(now, "e3", value=float("nan")),
        call(now, "e4", colour="red"),
        call(now, "e5", payload={"a": "\ud800"}),
        call(now, "e6", payload={"a": "x" * 10_000_000}),
        call(now, "e7", external_id="a\0b"),
        call(now, "e8", type="NEVER_HEARD_OF"),
    )
    assert [item.status for item in items] == ["accepted", *["rejected"] * 6, "accepted"]
    assert all(item.reason for item in items[1:7])
    assert "future" in str(items[1].reason)
    with cockpit.db.read() as conn:
        assert count_signals(conn, workspace) == 2


def test_unknown_type_is_stored_and_scores_nothing(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    [item] = answers(cockpit, workspace, now, call(now, type="NEVER_HEARD_OF"))
    with cockpit.db.read() as conn:
        scores = list_scores(conn, workspace, [str(item.person_id)])
        assert list_signals(conn, workspace, [str(item.person_id)])["type"].to_list() == ["NEVER_HEARD_OF"]
    assert scores["band"].to_list() == ["no data"]


def test_same_id_again_is_a_duplicate_and_changes_nothing(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime
) -> None:
    first = answers(cockpit, workspace, now, call(now), call(now))
    assert [item.status for item in first] == ["accepted", "duplicate"]
    assert statuses(cockpit, workspace, now, call(now)) == ["duplicate"]
    with cockpit.db.read() as conn:
        evidence = get_evidence(conn, workspace, [str(first[0].person_id)])
        assert get_workspace_by_id(conn, workspace).data_version == 2
    assert evidence.people["signals"].to_list() == [1]


def test_same_id_with_another_body_is_a_conflict_that_names_both(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime
) -> None:
    first, second = answers(cockpit, workspace, now, call(now), call(now, type="SMS_REPLIED", external_id="stranger"))
    [third] = answers(cockpit, workspace, now, call(now, type="SMS_REPLIED"))
    for item in (second, third):
        assert item.status == "rejected"
        assert item.stored_digest == first.digest != item.digest
        assert str(item.digest) in str(item.reason)
        assert str(first.digest) in str(item.reason)
    with cockpit.db.read() as conn:
        assert find_person(conn, workspace, "stranger") is None


def test_the_same_id_of_another_source_is_another_signal(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime
) -> None:
    assert statuses(cockpit, workspace, now, call(now, source="a"), call(now, source="b")) == ["accepted"] * 2


def test_email_and_phone_name_a_person(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    items = answers(
        cockpit,
        workspace,
        now,
        call(now, "e1", external_id=None, email=" Ana@Example.com "),
        call(now, "e2", external_id=None, email="ana@example.com", phone="+1 212 555 0101"),
        call(now, "e3", external_id=None, phone="0044 20 7946 0000"),
        call(now, "e4", external_id=None, phone="+442079460000"),
        call(now, "e5", external_id="x5", email="ben@example.com"),
        call(now, "e6", external_id=None, email="ben@example.com"),
    )
    ids = [item.person_id for item in items]
    assert [item.status for item in items] == ["accepted"] * 6
    assert ids[0] == ids[1] != ids[2] == ids[3] != ids[4] == ids[5]
    [by_id] = answers(cockpit, workspace, now, call(now, "e7", external_id=None, person_id=ids[0]))
    assert by_id.person_id == ids[0]
    with cockpit.db.read() as conn:
        assert get_person(conn, workspace, str(ids[2])).time_zone == "Europe/London"


def test_external_id_is_given_to_the_one_person_known_by_email(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime
) -> None:
    [first] = answers(cockpit, workspace, now, call(now, "e1", external_id=None, email="ana@example.com"))
    [second] = answers(cockpit, workspace, now, call(now, "e2", external_id="x1", email="ana@example.com"))
    [third] = answers(cockpit, workspace, now, call(now, "e3", external_id="x1"))
    assert first.person_id == second.person_id == third.person_id
    [other] = answers(cockpit, workspace, now, call(now, "e4", external_id="x2", email="ana@example.com"))
    assert other.person_id != first.person_id


def test_two_people_with_one_email_are_never_guessed_between(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime
) -> None:
    twins = [call(now, name, external_id=name, email="ana@example.com") for name in ("t1", "t2")]
    statuses(cockpit, workspace, now, *twins)
    [item] = answers(cockpit, workspace, now, call(now, "e9", external_id=None, email="ana@example.com"))
    assert (item.status, item.reason) == ("unmatched", "more than one person has this e-mail address")


def test_nobody_known_waits_on_the_tray_until_the_person_comes(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime
) -> None:
    stranger = "0b9f1d3e-1111-4222-8333-944455556666"
    parked = call(now, "e1", external_id=None, person_id=stranger.upper(), type="QUOTE_REQUESTED")
    [item] = answers(cockpit, workspace, now, parked)
    assert (item.status, item.reason) == ("unmatched", "nobody here has this id")
    assert statuses(cockpit, workspace, now, parked) == ["duplicate"]
    assert statuses(cockpit, workspace, now, {**parked, "type": "OBJECTION"}) == ["rejected"]
    with cockpit.db.read() as conn:
        assert list_unmatched(conn, workspace, limit=5)["match_key"].to_list() == [f"id:{stranger}"]
    [arrived] = answers(cockpit, workspace, now, call(now, "e2", external_id=stranger))
    with cockpit.db.read() as conn:
        assert count_unmatched(conn, workspace) == 0
        evidence = get_evidence(conn, workspace, [str(arrived.person_id)])
        types = set(list_signals(conn, workspace, [str(arrived.person_id)])["type"])
    assert evidence.people["signals"].to_list() == [2]
    assert types == {"MISSED_CALL", "QUOTE_REQUESTED"}
    assert statuses(cockpit, workspace, now, parked) == ["duplicate"]
    assert sweep_tray(cockpit, workspace, now) == 0


def test_number_that_is_not_e164_creates_nobody(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    items = answers(
        cockpit,
        workspace,
        now,
        call(now, "e1", external_id=None, phone="555-0101"),
        call(now, "e2", external_id=None, email="not an address"),
        call(now, "e3", external_id=None, name="Ana"),
    )
    assert [item.status for item in items] == ["unmatched", "unmatched", "rejected"]
    with cockpit.db.read() as conn:
        assert count_people(conn, workspace) == 0


def test_workspaces_never_meet(
    cockpit: Cockpit, workspace: WorkspaceId, other_workspace: WorkspaceId, now: datetime
) -> None:
    [ours] = answers(cockpit, workspace, now, call(now, email="ana@example.com"))
    [theirs] = answers(cockpit, other_workspace, now, call(now, email="ana@example.com"))
    assert theirs.status == "accepted"
    assert theirs.person_id != ours.person_id
    stolen = call(now, "e2", external_id=None, person_id=str(ours.person_id))
    assert statuses(cockpit, other_workspace, now, stolen) == ["unmatched"]
    with pytest.raises(NotFound):
        receive(cockpit, workspace_id_of("nowhere"), [call(now)], now)


@pytest.mark.parametrize("kind", ["UNSUBSCRIBED", "DO_NOT_CONTACT_REQUESTED"])
def test_who_opts_out_leaves_the_action_panels(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime, kind: str
) -> None:
    [item] = answers(cockpit, workspace, now, call(now))
    receive(cockpit, workspace, [call(now, "e2", type=kind, occurred_at=now - timedelta(minutes=5))], now)
    with cockpit.db.read() as conn:
        evidence = get_evidence(conn, workspace, [str(item.person_id)])
        scores = list_scores(conn, workspace, [str(item.person_id)])
    assert evidence.people["opted_out_at"][0] == now - timedelta(minutes=5)
    assert scores["priority_key"].to_list() == [None]
    assert scores["follow_up_key"].to_list() == [None]


def test_eight_threads_lose_nothing_and_double_nothing(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    """Every signal is sent by two threads, and all speak of the same few people."""
    signals = [
        call(now, f"e{n}", external_id=f"x{n % 3}", occurred_at=now - timedelta(minutes=n + 1)) for n in range(24)
    ]
    batches = [signals[start::4] for start in range(4)] * 2

    def send(batch: list[dict[str, object]]) -> list[str]:
        return [status for signal in batch for status in statuses(cockpit, workspace, now, signal)]

    with ThreadPoolExecutor(8) as pool:
        told = [status for found in pool.map(send, batches) for status in found]
    assert sorted(set(told)) == ["accepted", "duplicate"]
    assert told.count("accepted") == 24
    with cockpit.db.read() as conn:
        assert count_signals(conn, workspace) == 24
        assert count_people(conn, workspace) == 3
        ids = [get_person(conn, workspace, f"x{n}").person_id for n in range(3)]
        evidence = get_evidence(conn, workspace, ids)
    assert evidence.people["signals"].to_list() == [8, 8, 8]
