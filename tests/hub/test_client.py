"""One call of the Hub, against a real server that goes wrong in every way it knows."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import trustme

from cockpit.errors import InvalidInput
from cockpit.hub import client
from cockpit.hub.client import HubError
from cockpit.hub.connection import HubConnection, checked_base, checked_path
from cockpit.hub.fake.faults import BEFORE, Fault
from cockpit.hub.fake.server import Server
from cockpit.hub.outcomes import Ambiguous, NotSent, Sent
from tests.access.servers import send, serving
from tests.hub.asked import asked, connected, fake_hub


@pytest.fixture
def hub() -> Iterator[Server]:
    with fake_hub(hang_seconds=3, drip_seconds=0.4, slow_seconds=0.2) as server:
        yield server


def taken(server: Server) -> int:
    return len(server.hub.engagements.list())


def test_an_outreach_is_taken_with_the_words_of_the_contract(hub: Server) -> None:
    outcome = client.start(connected(hub), asked())
    engagement = hub.hub.engagements.list()[0]
    assert outcome == Sent(engagement.engagement_id)
    assert engagement.request == {
        "type": "conversational",
        "channel": "phone",
        "phone_number": "+15551234567",
        "client_name": "Jordan Client",
        "client_email": "jordan@example.com",
        "instruction": "Call back.",
        "domain_name": "acme",
        "client_reference": "ref-1",
    }
    assert engagement.key is None  # mode none declares no key


# What may have been sent is never called unsent, and what was surely not sent is never called ambiguous, 4xx and resets
# before acceptance apart: those nobody can tell from the ones after it.
EXPECTED = {
    Fault.RESET_BEFORE: Ambiguous,
    Fault.ERROR_BEFORE: Ambiguous,
    Fault.TOO_MANY: NotSent,
    Fault.REFUSED: NotSent,
    Fault.WRONG_KEY: NotSent,
    Fault.RESET_AFTER: Ambiguous,
    Fault.ERROR_AFTER: Ambiguous,
    Fault.HANG: Ambiguous,
    Fault.DRIP: Ambiguous,
    Fault.MALFORMED: Ambiguous,
    Fault.EMPTY: Ambiguous,
    Fault.SLOW: Sent,
}


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_is_told_apart(hub: Server, fault: Fault) -> None:
    hub.hub.faults.set({}, [fault.value])
    began = time.monotonic()
    outcome = client.start(connected(hub, seconds=0.8), asked())
    assert type(outcome) is EXPECTED[fault]
    assert taken(hub) == (0 if fault in BEFORE else 1)
    assert not (isinstance(outcome, NotSent) and taken(hub))
    assert time.monotonic() - began < 2.5


def test_a_slow_drip_ends_at_the_deadline_of_the_whole_call(hub: Server) -> None:
    hub.hub.faults.set({}, ["drip"])
    began = time.monotonic()
    outcome = client.start(connected(hub, seconds=1.0), asked())
    assert isinstance(outcome, Ambiguous)
    assert "in time" in outcome.reason
    assert time.monotonic() - began < 1.8


def test_a_hub_that_is_away_was_sent_nothing(hub: Server) -> None:
    connection = connected(hub)
    hub.close()
    assert client.start(connection, asked()) == NotSent("The Hub could not be reached.", found=False, again=True)


def test_a_hub_that_comes_back_after_refusing_takes_the_next_one(hub: Server) -> None:
    hub.refuse(0.3)
    time.sleep(0.2)
    assert isinstance(client.start(connected(hub), asked()), NotSent)
    for _ in range(50):
        if isinstance(client.start(connected(hub), asked()), Sent):
            break
        time.sleep(0.05)
    assert taken(hub) == 1


def test_a_port_that_accepts_and_says_nothing_is_ambiguous_only_once_written() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        connection = HubConnection(url, "k", "acme", inside=True, seconds=0.4)
        assert isinstance(client.start(connection, asked()), Ambiguous)
        secure = HubConnection(url.replace("http:", "https:"), "k", "acme", inside=True, seconds=0.4)
        outcome = client.start(secure, asked())
    # The handshake never ended, so the Hub was told nothing it could act on.
    assert outcome == NotSent("The Hub could not be reached in time.", found=False, again=True)


def test_a_certificate_nobody_vouches_for_sends_nothing() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with serving(lambda handler, _: send(handler, b"{}"), context) as server:
        connection = HubConnection(server.url(scheme="https").rstrip("/"), "k", "acme", inside=True)
        outcome = client.start(connection, asked())
    assert isinstance(outcome, NotSent)
    assert outcome.reason == "No secure connection to the Hub could be made."
    assert server.requests == []


def test_who_lost_the_lease_sends_nothing(hub: Server) -> None:
    outcome = client.start(connected(hub), asked(), still_ours=lambda: False)
    assert outcome == NotSent("Another worker has this outreach.", again=True)
    assert hub.hub.requests == 0


def test_the_lease_is_asked_once_and_after_the_connection_stands(hub: Server) -> None:
    seen: list[str] = []

    def ours() -> bool:
        seen.append(threading.current_thread().name)
        return True

    assert isinstance(client.start(connected(hub), asked(), still_ours=ours), Sent)
    assert len(seen) == 1


def test_mode_key_gives_one_engagement_however_often_it_is_asked(hub: Server) -> None:
    connection = connected(hub, idempotency="key", seconds=0.5)
    hub.hub.faults.set({}, ["hang", "error_after", None, "malformed", None])
    outcomes = [client.start(connection, asked()) for _ in range(5)]
    assert [type(one) for one in outcomes] == [Ambiguous, Ambiguous, Sent, Ambiguous, Sent]
    assert outcomes[2] == outcomes[4]
    assert taken(hub) == 1


def test_mode_lookup_finds_what_was_taken(hub: Server) -> None:
    connection = connected(hub, idempotency="lookup")
    assert client.find_sent(connection, "ref-1") == NotSent("The Hub has not taken it.", again=True)
    hub.hub.faults.set({}, ["reset_after"])
    assert isinstance(client.start(connection, asked()), Ambiguous)
    assert client.find_sent(connection, "ref-1") == Sent(hub.hub.engagements.list()[0].engagement_id)
    wrong_path = connected(hub, idempotency="lookup", lookup_path="/nowhere/{reference}")
    assert isinstance(client.find_sent(wrong_path, "ref-1"), Ambiguous)  # a bare 404 proves nothing
    assert isinstance(client.find_sent(connected(hub), "ref-1"), Ambiguous)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"hub_type": "ESCALATE_TO_SALES"}, "is no type of the Hub"),
        ({"channel": "fax"}, "is no channel"),
        ({"phone": None}, "no phone number"),
        ({"phone": "5551234567"}, "without a country"),
        ({"phone": "call me"}, "without a country"),
        ({"channel": "whatsapp"}, "WhatsApp is off"),
        ({"channel": "email"}, "informational only"),
        ({"channel": "email", "hub_type": "informational", "email": None}, "no e-mail address"),
    ],
)
def test_what_the_hub_would_not_understand_never_leaves(hub: Server, changes: dict[str, str], says: str) -> None:
    outcome = client.start(connected(hub), asked(**changes))
    assert isinstance(outcome, NotSent)
    assert says in outcome.reason
    assert not outcome.again
    assert hub.hub.requests == 0


def test_channels_have_their_own_recipient(hub: Server) -> None:
    connection = connected(hub, whatsapp_fields={"whatsapp_number": "{phone}"}, extra_fields={"brand": "north"})
    email = {"channel": "email", "hub_type": "informational", "email_subject": "Hello"}
    assert isinstance(client.start(connection, asked(**email)), Sent)
    assert isinstance(client.start(connection, asked(channel="whatsapp", phone="020 7946 0018", country="gb")), Sent)
    first, second = [one.request for one in hub.hub.engagements.list()]
    assert (first["email_address"], first["email_subject"], first["brand"]) == ("jordan@example.com", "Hello", "north")
    assert "phone_number" not in first
    assert second["whatsapp_number"] == second["phone_number"] == "+442079460018"


@pytest.mark.parametrize(
    "status", [300, 302, 303, 304, 408, 409, 425, 499, 500, 501, 503, 504, 599, 418, 301, 307, 308]
)
def test_statuses_that_leave_a_doubt_are_ambiguous(status: int) -> None:
    with serving(lambda handler, _: send(handler, b"{}", status, location="/elsewhere")) as server:
        outcome = client.start(HubConnection(server.url().rstrip("/"), "k", "acme", inside=True), asked())
    assert isinstance(outcome, NotSent if status in (301, 307, 308, 418) else Ambiguous)
    assert len(server.requests) == 1  # no redirect is followed, nothing is asked again


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b'{"engagement_id": ""}', b'{"engagement_id": {}}', b"x" * 300_000]
)
def test_an_acceptance_that_names_nothing_is_ambiguous(body: bytes) -> None:
    with serving(lambda handler, _: send(handler, body)) as server:
        outcome = client.start(HubConnection(server.url().rstrip("/"), "k", "acme", inside=True), asked())
    assert isinstance(outcome, Ambiguous)


def test_the_older_answer_names_a_call() -> None:
    with serving(lambda handler, _: send(handler, b'{"call_sid": "CA1", "status": "initiated"}')) as server:
        outcome = client.start(HubConnection(server.url().rstrip("/"), "k", "acme", inside=True), asked())
    assert outcome == Sent("CA1")


def test_too_many_says_how_long_to_wait(hub: Server) -> None:
    hub.hub.set({"retry_after": 7})
    hub.hub.faults.set({}, ["too_many"])
    assert client.start(connected(hub), asked()) == NotSent("The Hub asks us to wait.", again=True, wait_seconds=7.0)


def test_an_inside_address_is_reached_only_where_the_operator_allowed_it(hub: Server) -> None:
    outcome = client.start(connected(hub, inside=False), asked())
    assert isinstance(outcome, NotSent)
    assert hub.hub.requests == 0


def test_the_connection_is_tested_without_starting_anything(hub: Server) -> None:
    assert client.check(connected(hub)).works
    hub.hub.set({"key": "other"})
    refused = client.check(connected(hub))
    assert not refused.works
    assert "refuses our key" in refused.sentence
    hub.close()
    assert client.check(connected(hub)).sentence == "The Hub could not be reached."
    assert taken(hub) == 0


def test_pause_and_cancel_work_where_a_path_is_declared_and_only_there(hub: Server) -> None:
    connection = connected(hub)
    sent = client.start(connection, asked())
    assert isinstance(sent, Sent)
    client.pause(connection, sent.engagement_id)
    assert client.status(connection, sent.engagement_id)["status"] == "paused"
    client.resume(connection, sent.engagement_id)
    client.cancel(connection, sent.engagement_id)
    assert client.status(connection, sent.engagement_id)["status"] == "cancelled"
    with pytest.raises(HubError, match="No such engagement"):
        client.cancel(connection, "eng/../x")
    with pytest.raises(HubError, match="pause path is not in the settings"):
        client.pause(connected(hub, pause_path=None), sent.engagement_id)
    assert [one.template_id for one in client.list_email_templates(connection)] == ["plain", "newsletter"]


def test_addresses_and_paths_of_a_hub_are_checked() -> None:
    assert str(checked_base("https://phone.example.com")) == "https://phone.example.com"
    for wrong in (
        "",
        "ftp://x",
        "https://",
        "https://u:p@x.com",
        "https://x.com/?a",
        "https://x.com/#a",
        "x.com",
        "https://x .com",
    ):
        with pytest.raises(InvalidInput):
            checked_base(wrong)
    assert checked_path("  ") is None
    assert checked_path("/s/{engagement_id}", "engagement_id") == "/s/{engagement_id}"
    for path in ("s", "//evil.example", "/a b", "/@x", "/s"):
        with pytest.raises(InvalidInput):
            checked_path(path, "engagement_id")
    connection = HubConnection("https://h.example/api", "k", "acme")
    assert (
        str(connection.address("/s/{engagement_id}", engagement_id="a/b?c#é"))
        == "https://h.example/api/s/a%2Fb%3Fc%23%C3%A9"
    )


def test_the_key_is_in_no_repr(hub: Server) -> None:
    assert "hub-key" not in repr(connected(hub))
