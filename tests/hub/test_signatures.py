"""Who may tell us what became of an engagement: whoever has the secret, for this very body, within five minutes."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.hub import signatures
from cockpit.hub.signatures import ID, SIGNATURE, STATIC_HEADER, TIMESTAMP, Genuine
from cockpit.hub.webhook_secrets import SIGNED, STATIC, WebhookSecrets

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"  # noqa: S105 - of the published vector
BODY = b'{"engagement_id": "eng_1"}'


def headers(secret: str = SECRET, body: bytes = BODY, now: datetime = NOW) -> dict[str, str]:
    stamp = int(now.timestamp())
    return {ID: "msg_1", TIMESTAMP: str(stamp), SIGNATURE: signatures.sign(secret, "msg_1", stamp, body)}


def test_the_vector_of_the_recipe() -> None:
    # The vector of the reference: shared with every other sender that follows Standard Webhooks.
    body = (
        '{"data":{"created_at":1654013202977,"created_by":"user_1vq84bqWzw7qmFgqSwN4CH1Wp0n",'
        '"id":"org_29w9IfBrPmcpi0IeBVaKtA7R94W","image_url":"https://img.clerk.com/xxxxxx",'
        '"logo_url":"https://example.org/example.png","name":"Acme Inc","object":"organization",'
        '"public_metadata":{},"slug":"acme-inc","updated_at":1654013202977},"event_attributes":{"http_request":'
        '{"client_ip":"0.0.0.0","user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 '
        '(KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36"}},"object":"event","timestamp":1654013202977,'
        '"type":"organization.created"}'
    )
    assert (
        signatures.sign(SECRET, "msg_test123", 1654013203, body.encode())
        == "v1,NOBvmUXNiUQgvpYlaOjCtWmi4YoTgO/C5GYcZvOAD/I="
    )


def test_a_signed_delivery_is_known_by_its_id() -> None:
    assert signatures.signed([SECRET], headers(), BODY, NOW) == Genuine("msg_1")
    several = {**headers(), SIGNATURE: "v1,AAAA v2,zzz " + headers()[SIGNATURE]}
    assert signatures.signed([signatures.new_secret(), SECRET], several, BODY, NOW) == Genuine("msg_1")


def test_five_minutes_on_either_side() -> None:
    for away in (-300, -299, 0, 299, 300):
        assert signatures.signed([SECRET], headers(), BODY, NOW + timedelta(seconds=away))
    for away in (-301, 301, -86400, 86400):
        assert signatures.signed([SECRET], headers(), BODY, NOW + timedelta(seconds=away)) is None


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_change_of_body_id_time_or_signature_is_accepted(data: st.DataObject) -> None:
    given_headers, body = headers(), bytearray(BODY)
    what = data.draw(st.sampled_from(["body", ID, TIMESTAMP, SIGNATURE]))
    if what == "body":
        place = data.draw(st.integers(0, len(body) - 1))
        body[place] ^= data.draw(st.integers(1, 255))
    else:
        text = given_headers[what]
        place = data.draw(st.integers(0, len(text) - 1))
        sign = data.draw(st.characters(codec="utf-8"))
        given_headers[what] = text[:place] + sign + text[place + 1 :]
    changed = bytes(body) != BODY or given_headers != headers()
    padding = what == SIGNATURE and _means(given_headers[what]) == _means(headers()[what])
    assert (signatures.signed([SECRET], given_headers, bytes(body), NOW) is None) == (changed and not padding)


def _means(header: str) -> bytes | None:
    try:
        return base64.b64decode(header.removeprefix("v1,"), validate=True)
    except ValueError:
        return None


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([ID, TIMESTAMP, SIGNATURE, STATIC_HEADER]), st.text(max_size=60)))
def test_any_headers_are_answered_without_an_error(given_headers: dict[str, str]) -> None:
    for mode in (STATIC, SIGNED):
        assert WebhookSecrets(mode, (SECRET,)).genuine(given_headers, BODY, NOW) is None


def test_the_plain_secret_counts_in_its_mode_only() -> None:
    plain = {STATIC_HEADER: "the-secret-of-the-hub"}
    assert WebhookSecrets(STATIC, ("the-secret-of-the-hub",)).genuine(plain, BODY, NOW) == Genuine(None)
    assert WebhookSecrets(SIGNED, ("the-secret-of-the-hub",)).genuine(plain, BODY, NOW) is None
    assert WebhookSecrets(SIGNED, (SECRET,)).genuine(headers(), BODY, NOW) == Genuine("msg_1")
    assert WebhookSecrets(STATIC, (SECRET,)).genuine(headers(), BODY, NOW) == Genuine("msg_1")


def test_without_a_secret_nothing_is_genuine() -> None:
    for mode in (STATIC, SIGNED):
        for said in ({}, {STATIC_HEADER: ""}, headers()):
            assert WebhookSecrets(mode, ()).genuine(said, BODY, NOW) is None
    assert signatures.shared(["", "x"], {STATIC_HEADER: ""}) is None
